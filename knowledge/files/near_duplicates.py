"""Near duplicates: phrasings of different entries that differ only by case, punctuation, spaces or ё.

They are loaded, with a note.
"""

from collections.abc import Iterable, Sequence

from knowledge.entries.drafts import EntryDraft
from knowledge.entries.texts import bare, fingerprint
from knowledge.entries.validation import phrasings, problem

_MOST_NOTES = 50


def near_duplicate_notes(entries: Iterable[EntryDraft], staying: Iterable[EntryDraft]) -> tuple[str, ...]:
    """Return a sentence for each near duplicate among `entries`, and between them and the stored entries that stay.

    At most 50 sentences, and the number of further ones.
    """
    known: dict[tuple[str, str], tuple[EntryDraft, str]] = {}
    for entry in staying:
        _first_of(known, entry)
    notes = []
    for entry in entries:
        for name, text, other, wording in _first_of(known, entry):
            if other.origin:
                place = f'of "{other.key}" in {other.origin}'
            else:
                place = f'of the stored entry "{other.key}" ({other.lang})'
            reason = f'"{text[:80]}" and "{wording[:80]}" {place} are the same but for case, punctuation, spaces or ё'
            notes.append(str(problem(entry, name, reason)))
    more = len(notes) - _MOST_NOTES
    return (*notes[:_MOST_NOTES], f"… and {more} more near duplicates") if more > 0 else tuple(notes)


def _first_of(
    known: dict[tuple[str, str], tuple[EntryDraft, str]], entry: EntryDraft
) -> Sequence[tuple[str, str, EntryDraft, str]]:
    """Yield (field, text, other entry, its phrasing) for each phrasing of `entry` in `known`; adds the others to it."""
    found = []
    for name, text in phrasings(entry):
        if not (letters := bare(text)):
            continue
        other, wording = known.setdefault((entry.lang, letters), (entry, text))
        if other is not entry and fingerprint(wording) != fingerprint(text):
            found.append((name, text, other, wording))
    return found
