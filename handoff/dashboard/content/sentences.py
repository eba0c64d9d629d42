"""What the pages of the wording show: the list of sentences, and each one with its texts and previews."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from handoff.dashboard.content.reply_preview import ReplyPreview, preview_reply
from handoff.formatting.channel_formats import Formats
from handoff.messages.values import RichText
from handoff.wording.overrides import Override
from handoff.wording.wordbook import Sentence, SentenceGroup, Wordbook
from infra.wording import mark

GROUPS: Mapping[SentenceGroup, str] = {
    SentenceGroup.GREETINGS: mark("Greeting and small talk"),
    SentenceGroup.ANSWERS: mark("Answers of the bot"),
    SentenceGroup.PERSON: mark("Passing a question to a person"),
    SentenceGroup.WAITING: mark("While a question waits"),
    SentenceGroup.AGENTS: mark("Above the words of agents"),
    SentenceGroup.CLOSING: mark("Solved, closed, rated"),
    SentenceGroup.FORMS: mark("Forms"),
    SentenceGroup.LISTS: mark("Topics and own questions"),
    SentenceGroup.FILES: mark("Files"),
    SentenceGroup.PUBLIC: mark("In public groups"),
    SentenceGroup.DATA: mark("A contact's own data"),
    SentenceGroup.OTHER: mark("Everything else"),
}
"""Titles of the groups."""
_NOT_SHOWN = frozenset({"console"})
"""Kinds of channels that no contact uses."""


@dataclass(frozen=True, slots=True)
class SentenceRow:
    """One sentence in the list."""

    key: str
    text: str
    """What contacts read, in the language of the page."""
    is_label: bool
    changed: tuple[str, ...]
    """Languages with a text of their own."""
    broken: tuple[str, ...]
    """Languages whose text no longer fits, so that contacts read the built-in one."""


@dataclass(frozen=True, slots=True)
class FormBox:
    """The box of one plural form."""

    text: str
    counts: tuple[int, ...]
    """Numbers that take this form; empty for a sentence without a plural."""
    shown: str
    """The text with example values."""


@dataclass(frozen=True, slots=True)
class LanguageText:
    """A sentence in one language."""

    language: str
    built_in: tuple[str, ...]
    override: Override | None
    fits: bool
    """Whether contacts read the override."""
    boxes: tuple[FormBox, ...]
    placeholders: tuple[tuple[str, str], ...]
    """As the built-in text writes them, with the example that the preview shows."""
    previews: tuple[ReplyPreview, ...]


def group_rows(
    wordbook: Wordbook, overrides: Sequence[Override], language: str, search: str, *, only_changed: bool
) -> dict[SentenceGroup, list[SentenceRow]]:
    """Return the sentences of each group that contain the search text in any language."""
    kept = {(one.key, one.language): one for one in overrides}
    found: dict[SentenceGroup, list[SentenceRow]] = {}
    for sentence in wordbook.sentences:
        own = {code: kept[sentence.key, code] for code in wordbook.languages if (sentence.key, code) in kept}
        if only_changed and not own:
            continue
        broken = tuple(code for code, one in own.items() if not wordbook.fits(sentence, code, one.forms))
        texts = {code: wordbook.built_in(sentence, code) for code in wordbook.languages}
        if search and not _contains(search, [*(one.forms for one in own.values()), *texts.values()]):
            continue
        shown = own[language].forms if language in own and language not in broken else texts[language]
        row = SentenceRow(sentence.key, shown[-1], sentence.is_label, tuple(own), broken)
        found.setdefault(sentence.group, []).append(row)
    return found


def out_of_use(wordbook: Wordbook, overrides: Iterable[Override]) -> list[Override]:
    """Return the texts whose sentence the program no longer has."""
    return [one for one in overrides if wordbook.find(one.key) is None or one.language not in wordbook.languages]


def language_text(
    wordbook: Wordbook,
    sentence: Sentence,
    language: str,
    override: Override | None,
    formats: Mapping[str, Formats],
    typed: Sequence[str] | None = None,
) -> LanguageText:
    """Return a sentence in one language; `typed` is what is in its boxes if it was not saved."""
    built_in, counts = wordbook.built_in(sentence, language), wordbook.counts(sentence, language)
    texts = list(typed if typed is not None else override.forms if override else built_in)
    texts = [*texts, *built_in[len(texts) :]][: len(built_in)]
    shown = wordbook.fill_in(sentence, language, texts)
    boxes = tuple(FormBox(text, counts[place] if counts else (), shown[place]) for place, text in enumerate(texts))
    return LanguageText(
        language,
        built_in,
        override,
        override is not None and wordbook.fits(sentence, language, override.forms),
        boxes,
        wordbook.placeholders(sentence, language),
        preview_texts(shown, formats),
    )


def preview_texts(shown: Sequence[str], formats: Mapping[str, Formats]) -> tuple[ReplyPreview, ...]:
    """Return the texts as each channel shows them, split as their delivery splits them."""
    previews = []
    for kind, formatting in formats.items():
        if kind not in _NOT_SHOWN:
            messages = [preview_reply(RichText(text), kind, formatting) for text in shown]
            previews.append(ReplyPreview(kind, tuple(part for one in messages for part in one.parts), (), False))
    return tuple(previews)


def _contains(search: str, texts: Iterable[Sequence[str]]) -> bool:
    return any(search in form.casefold() for forms in texts for form in forms)
