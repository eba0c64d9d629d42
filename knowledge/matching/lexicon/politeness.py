"""Greetings, thanks and pleading: the words around a question that say nothing about it."""

import re
from collections.abc import Iterable, Sequence
from itertools import product

from knowledge.matching.text.normalised import fold, lower, words


def _phrases(*parts: str) -> list[str]:
    """Every phrase that takes one of the wordings of each part; an empty wording leaves the part out."""
    return [" ".join(filter(None, chosen)) for chosen in product(*(part.split("|") for part in parts))]


_OPENINGS = [
    *_phrases(
        "здравствуйте|здравствуй|здрасьте|здрасте|здрасти|здорово|салют|приветствую|привет|приветик|хай|уважаемые"
    ),
    *_phrases("добрый|доброе|доброго|доброй", "день|утро|вечер|времени суток|времени|дня|ночи"),
    *_phrases("подскажите|скажите|посоветуйте|пожалуйста|плиз|извините|простите"),
    *_phrases("|есть|такой|у меня|у меня такой", "вопрос"),
    *_phrases("hi|hello|hey|greetings|please|pls|sorry|excuse me|there|guys|team"),
    *_phrases("good", "morning|afternoon|evening|day"),
    *_phrases("dear", "support|team|sir|all"),
    *_phrases("a|i have a|quick|i have a quick", "question"),
    *_phrases("szia|sziasztok|hello|hali|udv|udvozlom|kerem|kerlek"),
    *_phrases("jo", "napot|reggelt|estet", "|kivanok"),
    *_phrases("tisztelt", "cim|ugyfelszolgalat"),
    *_phrases("|lenne", "egy", "kerdes|kerdesem", "|lenne"),
]
_CLOSINGS = [
    *_phrases("большое|заранее|", "спасибо"),
    *_phrases("спасибо", "заранее|большое"),
    *_phrases("благодарю|жду ответа|с уважением|помогите|помогите пожалуйста|пожалуйста|плиз|срочно|очень срочно"),
    *_phrases("thanks", "|a lot|in advance"),
    *_phrases("thank you", "|very much|in advance|so much"),
    *_phrases("|please", "help", "|me", "|please"),
    *_phrases("thx|asap|asap please|urgent|urgently|best regards|please|pls"),
    *_phrases("koszonom", "|szepen|elore is"),
    *_phrases("koszi|elore is koszi|elore is koszonom|kerem segitsenek|segitseget kerek|surgos"),
]


def _by(place: int, phrases: Iterable[str]) -> dict[str, list[list[str]]]:
    """The phrases, longest first, by their word at a place; all of them folded."""
    found: dict[str, list[list[str]]] = {}
    for phrase in sorted((phrase.split() for phrase in phrases), key=len, reverse=True):
        found.setdefault(phrase[place], []).append(phrase)
    return found


_BY_FIRST, _BY_LAST = _by(0, _OPENINGS), _by(-1, _CLOSINGS)


def strip(found: Sequence[str]) -> list[str]:
    """The words without greeting and thanks; all of them when nothing else would be left."""
    begin, end = 0, len(found)
    for _ in range(4):
        opened = begin + _opening(found[begin:end])
        closed = end - _closing(found[opened:end])
        if opened >= closed or (opened, closed) == (begin, end):
            break
        begin, end = opened, closed
    return list(found[begin:end])


def _opening(found: Sequence[str]) -> int:
    """How many words of courtesy the words begin with."""
    phrases = _BY_FIRST.get(fold(found[0])) if found else None
    matching = (len(phrase) for phrase in phrases or () if [fold(word) for word in found[: len(phrase)]] == phrase)
    return next(matching, 0)


def _closing(found: Sequence[str]) -> int:
    """How many words of courtesy the words end with."""
    phrases = _BY_LAST.get(fold(found[-1])) if found else None
    matching = (len(phrase) for phrase in phrases or () if [fold(word) for word in found[-len(phrase) :]] == phrase)
    return next(matching, 0)


ASKING = frozenset(
    [
        "как",
        "какой",
        "какая",
        "какое",
        "какие",
        "каких",
        "каким",
        "какую",
        "что",
        "чего",
        "чем",
        "чему",
        "где",
        "куда",
        "откуда",
        "когда",
        "почему",
        "зачем",
        "кто",
        "кого",
        "кому",
        "сколько",
        "можно",
        "ли",
        "это",
        "то",
        "мне",
        "меня",
        "мой",
        "моя",
        "мои",
        "у",
        "я",
        "вы",
        "не",
        "на",
        "в",
        "во",
        "и",
        "с",
        "со",
        "по",
        "из",
        "за",
        "для",
        "к",
        "о",
        "а",
        "ну",
        "да",
        "нет",
        "все",
        "how",
        "what",
        "where",
        "when",
        "why",
        "who",
        "which",
        "can",
        "could",
        "do",
        "does",
        "did",
        "is",
        "are",
        "was",
        "the",
        "a",
        "an",
        "to",
        "in",
        "on",
        "of",
        "for",
        "with",
        "my",
        "me",
        "i",
        "it",
        "you",
        "yes",
        "no",
        "ok",
        "hogyan",
        "hogy",
        "mi",
        "mit",
        "mik",
        "hol",
        "hova",
        "hová",
        "honnan",
        "mikor",
        "miért",
        "ki",
        "kit",
        "melyik",
        "mennyi",
        "lehet",
        "van",
        "a",
        "az",
        "egy",
        "és",
        "is",
        "nem",
        "igen",
        "én",
    ]
)
"""Words that any question may hold, whatever it is about; in lower case."""


_LONG = 12
_MOST_PARTS = 16
_FEWEST_WORDS = 2
_SENTENCE_END = re.compile(r"[.!?;…]+\s+|\n+")
_CAPITAL_AFTER_WORD = re.compile(r"(?<=[^\W\d_A-ZА-ЯЁ])\s+(?=[A-ZА-ЯЁÁÉÍÓÖŐÚÜŰ])")


def parts(text: str, asked: Sequence[str] | None = None) -> list[str]:
    """The whole of a short message; of a long one also its sentences, each of which may be the one that asks.

    People leave out full stops, so a capital letter after a lower-case word is taken for a possible beginning as well.
    `asked` are the words of the text, where they are known.
    """
    if asked is None:
        asked = words(lower(text))
    if len(asked) <= _LONG or len(strip(asked)) <= _LONG:
        return [text]
    found = [text]
    for sentence in _SENTENCE_END.split(text):
        pieces = _CAPITAL_AFTER_WORD.split(sentence)
        found.append(sentence)
        if len(pieces) > 1:
            found += pieces
    distinct = dict.fromkeys(part.strip() for part in found)
    return [part for part in distinct if len(part.split()) >= _FEWEST_WORDS][:_MOST_PARTS]
