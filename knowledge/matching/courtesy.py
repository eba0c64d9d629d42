"""Greetings, thanks and pleading: the words around a question that say nothing about it."""

import re

from knowledge.matching.text import lower, words

_OPENING = re.compile(
    r"^(?:здравствуйте|здравствуй|здрасьте|здрасте|здрасти|здорово|салют|добр(?:ый|ое|ого|ой) (?:день|утро|вечер|времени суток|времени|дня|ночи)|приветствую"
    r"|привет(?:ик)?|хай|уважаемые|подскажите|скажите|посоветуйте|пожалуйста|плиз|извините|простите|у меня (?:такой )?вопрос"
    r"|есть вопрос|такой вопрос|вопрос|hi|hello|hey|greetings|good (?:morning|afternoon|evening|day)|dear (?:support|team|sir|all)"
    r"|(?:i have a )?quick question|(?:i have a|a) question|please|pls|sorry|excuse me|there|guys|team"
    r"|szia(?:sztok)?|hello|hali|j[oó] (?:napot|reggelt|est[eé]t)(?: k[ií]v[aá]nok)?|[uü]dv(?:[oö]zl[oö]m)?"
    r"|tisztelt (?:c[ií]m|[uü]gyf[eé]lszolg[aá]lat)|k[eé]rem|k[eé]rlek|(?:lenne )?egy k[eé]rd[eé]s(?:em)?(?: lenne)?)\b ?"
)
_CLOSING = re.compile(
    r" ?\b(?:большое спасибо|спасибо(?: (?:заранее|большое))?|заранее спасибо|благодарю|жду ответа|с уважением|помогите(?: пожалуйста)?"
    r"|пожалуйста|плиз|(?:очень )?срочно|thanks(?: a lot| in advance)?|thank you(?: very much| in advance| so much)?|thx"
    r"|(?:please )?help(?: me)?(?: please)?|asap(?: please)?|urgent(?:ly)?|best regards|please|pls"
    r"|k[oö]sz[oö]n[oö]m(?: sz[eé]pen| el[oő]re is)?|k[oö]szi|el[oő]re is (?:k[oö]szi|k[oö]sz[oö]n[oö]m)"
    r"|k[eé]rem seg[ií]tsenek|seg[ií]ts[eé]get k[eé]rek|s[uü]rg[oő]s)$"
)


def strip(found: list[str]) -> list[str]:
    """The words without greeting and thanks; all of them when nothing else would be left."""
    text = " ".join(found)
    for _ in range(4):
        bare = _CLOSING.sub("", _OPENING.sub("", text)).strip()
        if bare == text:
            break
        if not bare:
            return text.split()
        text = bare
    return text.split()


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
        "én",
    ]
)
"""Words that any question may hold, whatever it is about; in lower case."""


_LONG = 12
_MOST_PARTS = 16
_FEWEST_WORDS = 2
_SENTENCE_END = re.compile(r"[.!?;…]+\s+|\n+")
_CAPITAL_AFTER_WORD = re.compile(r"(?<=[^\W\d_A-ZА-ЯЁ])\s+(?=[A-ZА-ЯЁÁÉÍÓÖŐÚÜŰ])")


def parts(text: str) -> list[str]:
    """The whole of a short message; of a long one also its sentences, each of which may be the one that asks.

    People leave out full stops, so a capital letter after a lower-case word is taken for a possible beginning as well.
    """
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
