"""Find the wish for a person in a message, and what the message is about besides.

A clause that holds only words of such a wish, one of them for a person, is a wish ("оператор: …", "speak to a
manager"). Within a longer clause, a verb that calls for somebody is needed as well ("позовите оператора у меня …").
Words like "operator" occur in many questions; those are left alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.dialogue.understanding.wording import CORE, Word, covers, phrases_of
from knowledge.languages import LANGUAGES, Saying, wordings
from knowledge.matching import fold, lower

_WISHES = tuple(language.person for language in LANGUAGES.values())


def _all(*sets: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(lower(word)) for words in sets for word in words)


_PEOPLE = _all(*(wish.people for wish in _WISHES))
_ANYONE = _all(*(wish.anyone for wish in _WISHES))
_CALLS = _all(*(wish.calls for wish in _WISHES))
_WANTS = _all(*(wish.wants for wish in _WISHES))
_ABOUT = _all(*(wish.about for wish in _WISHES))
_ATTRIBUTES = _all(*(wish.attributes for wish in _WISHES))
_PHRASES = phrases_of(wordings("\n".join(wish.phrases for wish in _WISHES)))
_FILLERS = frozenset(
    phrase[0]
    for saying in (Saying.FILLER, Saying.GREETING)
    for known in CORE[saying].values()
    for phrase in known
    if len(phrase) == 1
)
_AROUND = _all(*(wish.around for wish in _WISHES)) | _FILLERS
_ALLOWED = _PEOPLE | _ANYONE | _CALLS | _WANTS | _AROUND
_TELLING = _PEOPLE | _ANYONE | _CALLS | _WANTS
_COURTESIES = tuple(
    CORE[saying]
    for saying in (Saying.OPENING, Saying.GREETING, Saying.THANKS, Saying.REFUSAL, Saying.UNSOLVED, Saying.FILLER)
)


@dataclass(frozen=True, slots=True)
class PersonWish:
    """A wish for a person."""

    matter: str
    """What the rest of the message says; empty if it only asks for a person."""


def find_wish(text: str, words: Sequence[Word]) -> PersonWish | None:
    """Return the wish for a person that the message holds; `words` are those of `text`."""
    places = [place for place in _wishes(words) if place]
    if not places:
        return None
    taken = {number for place in places for number in place}
    rests: list[list[int]] = []
    for number, word in enumerate(words):
        if number in taken:
            continue
        if rests and rests[-1][-1] == number - 1 and words[number - 1].clause == word.clause:
            rests[-1].append(number)
        else:
            rests.append([number])
    telling = [part for part in rests if not _is_courtesy([words[number].text for number in part])]
    if not telling:
        return PersonWish("")
    # Courtesy between two parts stays, and so does all punctuation within.
    before = [number for part in telling for number in part if number < min(taken)]
    after = [number for part in telling for number in part if number > min(taken)]
    parts = (_cut(text, words, before, leads=False), _cut(text, words, after, leads=True))
    return PersonWish("\n".join(part for part in parts if part))


def _is_courtesy(words: Sequence[str]) -> bool:
    if all(word in _AROUND or word in _WANTS or word in _ABOUT or word in _CALLS for word in words):
        return True
    return any(covers(words, known, *_COURTESIES) for known in _COURTESIES)


def _cut(text: str, words: Sequence[Word], part: Sequence[int], *, leads: bool) -> str:
    """Return the text of these words; with `leads`, without the words that lead to it from the wish."""
    kept = list(part)
    while leads and kept and words[kept[0]].text in _ABOUT:
        kept.pop(0)
    if not kept:
        return ""
    following = words[kept[-1] + 1].start if kept[-1] + 1 < len(words) else len(text)
    return text[words[kept[0]].start : following].rstrip(" \n\t,;:-—–(")


def _wishes(words: Sequence[Word]) -> Iterator[range]:
    """Yield the places of all wishes, as numbers of words."""
    yield from _named(words)
    for run in _runs(words):
        if _asks(words, run):
            yield _trimmed(words, run)
            continue
        for clause in sorted({words[number].clause for number in run}):
            part = [number for number in run if words[number].clause == clause]
            if _asks(words, place := range(part[0], part[-1] + 1)):
                yield _trimmed(words, place)


def _asks(words: Sequence[Word], run: range) -> bool:
    said = [words[number].text for number in run]
    before = words[run.start - 1] if run.start else None
    after = words[run.stop] if run.stop < len(words) else None
    begins = before is None or before.clause != words[run.start].clause
    ends = after is None or after.clause != words[run.stop - 1].clause
    if not ends and after is not None and after.text in _ATTRIBUTES and said[-1] in _PEOPLE:
        return False
    leads = after is not None and after.text in _ABOUT
    return _is_wish(said, begins=begins, ends=ends, leads=leads, whole=len(run) == len(words))


def _is_wish(said: Sequence[str], *, begins: bool, ends: bool, leads: bool, whole: bool) -> bool:
    """Decide by the words, by whether they are a clause, and by whether the next word leads to the matter."""
    calls, wants = not _CALLS.isdisjoint(said), not _WANTS.isdisjoint(said)
    if not _PEOPLE.isdisjoint(said):
        return (begins and ends) or calls or (begins and wants)
    if _ANYONE.isdisjoint(said):
        return False
    if begins and (ends or leads):
        return whole or calls or wants
    return calls and (begins or ends)


def _trimmed(words: Sequence[Word], run: range) -> range:
    """Return the run without the filling words at its ends, which may belong to the matter."""
    telling = [number for number in run if words[number].text in _TELLING]
    return range(telling[0], telling[-1] + 1)


def _runs(words: Sequence[Word]) -> Iterator[range]:
    """Yield the longest runs of words that a wish may hold; punctuation does not end one within a wish."""
    start = 0
    for number in range(len(words) + 1):
        if number == len(words) or words[number].text not in _ALLOWED:
            if number > start:
                yield range(start, number)
            start = number + 1


def _named(words: Sequence[Word]) -> Iterator[range]:
    for number, word in enumerate(words):
        for phrase in _PHRASES.get(word.text, ()):
            if tuple(one.text for one in words[number : number + len(phrase)]) == phrase:
                yield range(number, number + len(phrase))
