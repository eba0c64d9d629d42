"""Which language a message is written in, and the few words that are not questions: greetings, thanks, "a person".

Small closed lists on purpose: what they do not know is treated as a question, which is never wrong.
"""

import re

_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN = re.compile(r"[a-záéíóöőúüű]", re.IGNORECASE)
_HUNGARIAN_LETTERS = re.compile(r"[őűáíóúéöü]", re.IGNORECASE)
_HUNGARIAN = frozenset(
    [
        "a",
        "az",
        "egy",
        "és",
        "nem",
        "hogy",
        "van",
        "nincs",
        "mit",
        "mi",
        "hol",
        "hogyan",
        "miért",
        "mikor",
        "kell",
        "tudok",
        "tudom",
        "lehet",
        "szia",
        "sziasztok",
        "kérem",
        "köszönöm",
        "köszi",
        "üdvözlöm",
        "jelszó",
        "jelszavam",
        "oldal",
        "fiók",
        "segítség",
        "vagyok",
        "szeretnék",
        "ügyintéző",
        "ember",
        "nekem",
    ]
)
_ENGLISH = frozenset(
    [
        "the",
        "a",
        "is",
        "are",
        "i",
        "my",
        "me",
        "you",
        "your",
        "how",
        "what",
        "why",
        "where",
        "when",
        "can",
        "cannot",
        "do",
        "does",
        "not",
        "to",
        "of",
        "in",
        "on",
        "for",
        "with",
        "have",
        "has",
        "hello",
        "hi",
        "please",
        "thanks",
        "password",
        "account",
        "page",
        "help",
        "it",
        "this",
        "need",
        "want",
        "human",
        "agent",
    ]
)

_GREETINGS = {
    "ru": "привет здравствуйте здрасте здравствуй здрасьте приветик хай добрый доброе доброго день вечер утро дня "
    "суток вечера времени всем ку салют",
    "en": "hello hi hey good morning evening afternoon day there greetings everyone all",
    "hu": "szia sziasztok helló hello üdv üdvözlöm jó napot reggelt estét kívánok szép",
}
_THANKS = {
    "ru": "спасибо спс благодарю огромное большое вам за помощь ок окей понятно понял поняла ясно хорошо супер пасиб",
    "en": "thanks thank you very much a lot so ok okay got it great cool understood for help the your",
    "hu": "köszönöm köszi szépen a segítséget oké ok rendben értem szuper nagyon",
}
_PERSON = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(оператор\w*|агент\w*|живо\w+ человек\w*|человек\w* позови\w*|позови\w* человек\w*)\b",
        r"\b(напишите нам|написать вам|написать в поддержку|связаться с (поддержкой|человеком|агентом))\b",
        r"\b(соедините|переключите|свяжите)\b.*\b(человек\w*|поддержк\w*|специалист\w*)",
        r"\b(хочу|нужен|нужна|можно)\b.*\b(человек\w*|специалист\w*|сотрудник\w*)\b",
        r"\b(human( agent)?|live agent|real person|operator|write to us)\b",
        r"\b(talk|speak|chat) (to|with) (a |an |the )?(human|person|agent|someone|somebody)\b",
        r"\b(ügyintéző\w*|élő ember\w*|operátor\w*|írjon nekünk|emberrel szeretnék)\b",
    )
)
_ASKING_A_PERSON_WORDS = 8
"""A longer message tells its question along with the wish; it is still handed off, with its own words."""


def language_of(text: str, otherwise: str) -> str:
    """`ru`, `en` or `hu`, or `otherwise` where the text does not tell (digits, emoji, a wrong keyboard layout)."""
    cyrillic, latin = len(_CYRILLIC.findall(text)), len(_LATIN.findall(text))
    if cyrillic > latin:
        return "ru"
    words = words_of(text)
    hungarian = sum(word in _HUNGARIAN or bool(_HUNGARIAN_LETTERS.search(word)) for word in words)
    english = sum(word in _ENGLISH for word in words)
    if hungarian > english:
        return "hu"
    if english > hungarian:
        return "en"
    return otherwise


def words_of(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def is_greeting(text: str) -> bool:
    """Whether the message greets and says nothing else."""
    return _only(text, _GREETINGS)


def is_thanks(text: str) -> bool:
    """Whether the message thanks or agrees and says nothing else."""
    return _only(text, _THANKS)


def wants_person(text: str) -> bool:
    """Whether the message asks for a person rather than for an answer."""
    lowered = text.lower()
    return any(pattern.search(lowered) for pattern in _PERSON)


def says_only_person(text: str) -> bool:
    """Whether a wish for a person is all that the message says, so that the question must be found elsewhere."""
    return wants_person(text) and len(words_of(text)) <= _ASKING_A_PERSON_WORDS


def _only(text: str, lists: dict[str, str]) -> bool:
    words = words_of(text)
    return bool(words) and len(words) <= 5 and any(set(words) <= set(known.split()) for known in lists.values())
