"""Find the questions of a message that asks several.

A message is split where it numbers its questions, between its sentences, or before a second question word ("… and how
…"). It stays one question unless its parts match different entries: context, a complaint in several sentences and a
question with its explanation are one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from bot.dialogue.followup import tells_subject
from bot.dialogue.thread import Found
from bot.dialogue.understanding.utterance import Utterance, begins_as_question, read_utterance
from knowledge.languages import LANGUAGES
from knowledge.matching import Band

_MOST, _MOST_NUMBERED = 3, 5
_LONGEST = 60
"""Words of the longest message that is split between its sentences; a longer one tells a story."""
_NUMBER = re.compile(r"(?:^|(?<=[\s:;,.?!]))(\d)\s?[).:]\s+(?=\S)")
_BULLET = re.compile(r"^[ \t]*[-–—•*][ \t]+(?=\S)", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
_LEAD_INS = "|".join(sorted({re.escape(word) for language in LANGUAGES.values() for word in language.lead_ins}))
_JOINT = re.compile(rf"(?:,\s*|\s+)(?=(?:(?:{_LEAD_INS})\s+)+\w)", re.IGNORECASE)


class SplitKind(Enum):
    """How a message was split."""

    NUMBERED = 1
    SENTENCES = 2
    JOINED = 3


@dataclass(frozen=True, slots=True)
class Split:
    """Parts of a message, in order, none of them empty or mere courtesy."""

    kind: SplitKind
    texts: tuple[str, ...]


def find_splits(text: str) -> list[Split]:
    """Return the ways in which the message may be several questions, the clearest first."""
    found = [Split(SplitKind.NUMBERED, _telling(_numbered(text)))]
    if len(text.split()) <= _LONGEST:
        found.append(Split(SplitKind.SENTENCES, _telling(_SENTENCE_END.split(text))))
        found.append(Split(SplitKind.JOINED, _telling(_joined(text))))
    return [
        one for one in found if 1 < len(one.texts) <= (_MOST_NUMBERED if one.kind is SplitKind.NUMBERED else 2 * _MOST)
    ]


def question_beside_courtesy(text: str) -> str:
    """Return the only sentence that asks, if the others only greet, thank or fill; otherwise the empty string."""
    sentences = [sentence for sentence in _SENTENCE_END.split(text) if sentence.strip()]
    telling = _telling(sentences)
    return telling[0] if len(telling) == 1 < len(sentences) and read_utterance(telling[0]).asks else ""


def questions_of(split: Split, found: Sequence[Found]) -> list[tuple[str, Found]]:
    """Return the questions of the message with what was found for each; none if it is one question after all.

    `found` belongs to the parts of the split.
    """
    parts = list(zip(split.texts, found, strict=True))
    if split.kind is SplitKind.NUMBERED:
        return _numbered_questions(parts)
    questions: list[tuple[str, Found]] = []
    context = ""
    for text, one in parts:
        if _stands_alone(text, one, strictly=split.kind is SplitKind.JOINED):
            questions.append((f"{context} {text}".strip(), one))
            context = ""
        elif questions:  # it explains the question before it
            before, matched = questions[-1]
            questions[-1] = (f"{before} {text}", matched)
        else:
            context = f"{context} {text}".strip()
    distinct = {one.first for _, one in questions}
    return questions if 1 < len(questions) == len(distinct) <= _MOST else []


def parts_beside_ticket(split: Split, found: Sequence[Found]) -> list[tuple[str, Found]]:
    """Return the parts of a message, written while a person has a question, that also has a question with an answer.

    The other parts are those that say enough to be read by that person. The list is empty if it is one question.
    """
    parts = [(text, one, read_utterance(text)) for text, one in zip(split.texts, found, strict=True)]
    answered = {one.first for _, one, said in parts if _answers_question(one, said)}
    told = [
        (text, one)
        for text, one, said in parts
        if _answers_question(one, said) or (one.first not in answered and (said.nudges or tells_subject(text)))
    ]
    return told if answered and len(told) > 1 else []


def _answers_question(found: Found, said: Utterance) -> bool:
    return found.first is not None and found.match.band is Band.ANSWER and said.asks and not said.nudges


def _numbered_questions(parts: list[tuple[str, Found]]) -> list[tuple[str, Found]]:
    matched = [one for _, one in parts if _matches(one)]
    statements = [text for text, one in parts if not _matches(one) and not read_utterance(text).asks]
    sure = all(one.match.band.answers for one in matched)
    if not matched or len({one.first for one in matched}) + len(parts) - len(matched) < 2:
        return []
    # A list of steps is a report, not a list of questions.
    return parts if not statements or (len(statements) == 1 and sure) else []


def _stands_alone(text: str, found: Found, *, strictly: bool) -> bool:
    if not _matches(found):
        return False
    if found.match.band.answers:
        return True
    return not strictly and read_utterance(text).asks and tells_subject(text)


def _matches(found: Found) -> bool:
    return found.match.band is not Band.NONE and found.first is not None


def _numbered(text: str) -> list[str]:
    """Return the items of a list that is numbered from 1 on, or whose lines begin with a dash or a dot."""
    places: list[re.Match[str]] = []
    for place in _NUMBER.finditer(text):
        if int(place[1]) == len(places) + 1:
            places.append(place)
    if len(places) < 2:
        places = list(_BULLET.finditer(text))
    ends = [*(place.start() for place in places[1:]), len(text)]
    return [text[place.end() : end] for place, end in zip(places, ends, strict=True)] if places else []


def _joined(text: str) -> list[str]:
    """Return the parts of "how …, and where …"."""
    starts = [place.end() for place in _JOINT.finditer(text) if begins_as_question(text[place.end() :])]
    return [text[start:end] for start, end in pairwise([0, *starts, len(text)])]


def _telling(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the texts without those that only greet, thank, announce a question or fill."""
    trimmed = (text.strip(" \t\n,;") for text in texts)
    return tuple(text for text in trimmed if text and (said := read_utterance(text)).has_words and said.has_content)
