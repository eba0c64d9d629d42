"""Which language a message is written in, and the few words that are not questions: greetings, thanks, "a person".

Small closed lists on purpose: what they do not know is treated as a question, which is never wrong.
"""

import re
from typing import Literal

Command = Literal["menu", "topics", "own", "language", "export", "forget"]
"""What a contact can call for by a command or by the words of a button; named as the button's action is."""

NAMES = {"ru": "Русский", "en": "English", "hu": "Magyar"}
"""What each language that the bot speaks is called by those who speak it."""

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
        "jelszavamat",
        "elfelejtettem",
        "belepni",
        "oldalam",
        "oldalamat",
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

_COMMANDS: dict[str, Command] = {
    **dict.fromkeys(("/start", "/help", "начать", "start"), "menu"),
    **dict.fromkeys(("/topics", "темы", "topics", "témák"), "topics"),
    **dict.fromkeys(("/language", "язык", "language", "nyelv"), "language"),
    **dict.fromkeys(("/export", "мои данные", "my data", "adataim"), "export"),
    **dict.fromkeys(("/forget", "забыть меня", "forget me", "felejtsenek el"), "forget"),
    **dict.fromkeys(("/my", "мои вопросы", "my questions", "kérdéseim"), "own"),
}
_GREETINGS = {
    "привет здравствуйте здрасте здравствуй здрасьте приветик хай добрый доброе доброго салют ку": "день вечер утро дня суток вечера времени всем",
    "hello hi hey greetings morning evening afternoon": "good day there everyone all",
    "szia sziasztok helló hello üdv üdvözlöm napot reggelt estét": "jó kívánok szép",
}
"""What greets, and what may stand beside it: alone, a word such as "помощь" is a question."""
_THANKS = {
    "спасибо спс пасиб благодарю ок окей понятно понял поняла ясно хорошо супер": "огромное большое вам за помощь",
    "thanks thank ok okay great cool understood got": "you very much a lot so it for your the help",
    "köszönöm köszi oké ok rendben értem szuper": "nagyon szépen a segítséget",
}
_HELPED = {
    "помогло помогли помог заработало получилось": "да ура всё все это уже теперь мне спасибо большое огромное вам",
    "helped worked solved": "yes it this that all now thanks thank you",
    "segített sikerült megoldódott": "igen ez már most köszönöm köszi szépen",
}
_PEOPLE_RU = (
    r"(оператор|агент|человек|специалист|сотрудник|консультант|менеджер)(а|у|ом|ов|ами|ам|и|ы)?"
    r"|людей|людьми|кем-нибудь|кем-то|поддержк(а|у|ой|и)|техподдержк(а|у|ой|и)"
)
_PEOPLE_EN = r"(human|agent|operator|person|representative|people|someone|somebody)s?"
_LIVE_EN = r"(real|live|actual|human|support)"
# A wish names a person and wants them: the nouns alone are said of many things ("удалить Mail.ru Агент", "my mobile
# operator", "человек прислал мне вирус").
_PERSON = tuple(
    re.compile(pattern)
    for pattern in (
        # the bare word, with nothing but courtesy around it
        rf"^\W*((а|ну|мне|бот|пожалуйста|плиз|срочно|здравствуйте|привет|можно|живой|живого|помощь)\W+)*"
        rf"({_PEOPLE_RU})(\W+(пожалуйста|поддержки|срочно|плиз|живой|живого|мне))*\W*$",
        rf"^\W*((i|we|a|an|the|please|hi|hello|need|want|can|get|me|{_LIVE_EN})\W+)*"
        rf"(human|agent|operator|representative|person)(\W+(please|now))*\W*$",
        r"^\W*((egy|kérek|kérem|kérnék)\W+)*(operátor\w*|ember\w*)(\W+(kérek|kérem|kérnék|szeretnék))*\W*$",
        # a verb that calls for one, or talking to one
        rf"\b(позови\w*|соедини\w*|переключи\w*|свяжи\w*|пригласи\w*|подключи\w*|позвать|дай\w*)\b"
        rf"(\W+\w+){{0,4}}?\W+({_PEOPLE_RU})\b",
        rf"\b({_PEOPLE_RU}) (позови|соедини|пригласи|подключи|дай)(те)?\b",
        rf"\b(поговорить|пообщаться|говорить|общаться|связаться|переписываться) (с|со) (\w+ ){{0,2}}?({_PEOPLE_RU})\b"
        r"(?!,? котор)",
        rf"\b(хочу|нужен|нужна|нужно|можно|хотел\w* бы|хотелось бы) "
        rf"((мне|я|сюда|живой|живого|настоящий|настоящего|реальный|реального|помощь) )*({_PEOPLE_RU})\b",
        r"\bжив(ой|ого|ому|ым) (человек|оператор|агент|собеседник|сотрудник|специалист)(а|у|ом)?\b",
        r"\b(напишите нам|написать вам|написать в (тех)?поддержку)\b",
        rf"\b(talk|speak|chat|connect|transfer|put|get|give|call)( me| us)?( through)?( to| with)? "
        rf"((a|an|the|some|{_LIVE_EN}) )*{_PEOPLE_EN}\b(?! (i|who|that|from|else|rights))",
        rf"\b(need|want|like) ((to have|a|an|the|{_LIVE_EN}) )+(human|agent|operator|person|representative)\b",
        r"\b(human|live) (agent|operator|person|support)\b|\bwrite to us\b",
        r"\b(ügyintéző\w*|élő (ember|operátor)\w*|írjon nekünk)\b",
        r"\b(ember|operátor)r?(rel|ral) (szeretnék|akarok|lehet|tudok) (beszél|írni)\w*|\bemberrel szeretnék\b",
    )
)
_NUDGES = tuple(
    re.compile(pattern)
    for pattern in (
        r"^\W*\?+\W*$|^\W*(ау|алло|эй|hey|hello|halló|hahó)\W*$",
        r"^\W*(ну\W+)?(и\W+)?(что|чё|че|как)\W+там\b",
        r"\b(есть|тут)\W+(кто|кто-нибудь|кто нибудь|живой|живые)\b",
        r"\b(когда|скоро)\W+(\w+\W+){0,3}(ответ\w*|решите|решится|поможете|разбер\w*)\b",
        r"\b(долго|сколько)\W+(\w+\W+){0,2}ждать\b|\bжду\W+(ответ\w*|уже|до сих)\b|\bпочему\W+(\w+\W+){0,2}не отвеча\w+",
        r"\b(any|an)\W+(news|update|updates|answer)\b|\b(is\W+)?any(one|body)\W+(there|here)\b",
        r"\bwhen\W+(\w+\W+){0,3}(answer|reply|respond)\b|\bhow (much )?longer?\b|\bstill waiting\b",
        r"\bvan(\W+már)?\W+(valami\W+)?(hír|válasz|fejlemény)\b|\bmikor\W+(\w+\W+){0,2}(válaszol\w*|felel\w*)",
        r"\bmég\W+mindig\W+várok\b|\bvan\W+itt\W+valaki\b",
    )
)
_LEADING_IN = (
    "а и но ну ещё еще также тоже скажите подскажите пожалуйста привет здравствуйте "
    "and but also so hi hello please és de meg még szia kérem"
)
_ASKING = (
    "как какой какая какое какие какую что где куда откуда когда почему зачем кто кому сколько можно хочу нужно надо "
    "how what where when why who which can could do does did is are should "
    "hogyan hogy mi mit hol hova hová honnan mikor miért ki kinek melyik mennyi mennyibe lehet tudok szeretnék"
)
_CANCELLING = frozenset({"отмена", "отменить", "cancel", "stop", "mégse", "mégsem"})
_NUDGE_WORDS = 8
"""A longer message says more than that somebody is waiting."""
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


def command_in(text: str) -> Command | None:
    """The command that the message is, in whatever language; None where it says more or something else."""
    words = " ".join(text.lower().strip(" .!?").split())
    # In Telegram a command may name its bot.
    return _COMMANDS.get(words.partition("@")[0] if words.startswith("/") else words)


def is_greeting(text: str) -> bool:
    """Whether the message greets and says nothing else."""
    return only_of(text, _GREETINGS)


def is_thanks(text: str) -> bool:
    """Whether the message thanks, agrees or tells that it helped, and says nothing else."""
    return only_of(text, _THANKS) or says_it_helped(text)


def says_it_helped(text: str) -> bool:
    """Whether the message says that something helped or works now, and nothing else."""
    return "?" not in text and only_of(text, _HELPED)


def wants_person(text: str) -> bool:
    """Whether the message asks for a person rather than for an answer."""
    lowered = text.lower()
    return any(pattern.search(lowered) for pattern in _PERSON)


def is_nudge(text: str) -> bool:
    """Whether the message only asks how much longer it takes."""
    lowered = text.lower()
    return len(words_of(text)) <= _NUDGE_WORDS and any(pattern.search(lowered) for pattern in _NUDGES)


def asks(text: str) -> bool:
    """Whether the message has the form of a question or a wish: how it begins, or a question mark at its end."""
    if text.rstrip().endswith("?"):
        return True
    first = next((word for word in words_of(text) if word not in _LEADING_IN.split()), "")
    return first in _ASKING.split()


def is_cancelling(text: str) -> bool:
    """Whether the message calls off what is under way."""
    return " ".join(words_of(text)) in _CANCELLING or text.strip().lower() == "/cancel"


def says_only_person(text: str) -> bool:
    """Whether a wish for a person is all that the message says, so that the question must be found elsewhere."""
    return wants_person(text) and len(words_of(text)) <= _ASKING_A_PERSON_WORDS


def only_of(text: str, lists: dict[str, str]) -> bool:
    """Whether the message is nothing but words of one of the lists, five at most.

    A list has the words of which there has to be one, and those that may stand beside them.
    """
    words = set(words_of(text))
    if not words or len(words_of(text)) > 5:
        return False
    return any(
        words & set(core.split()) and words <= {*core.split(), *beside.split()} for core, beside in lists.items()
    )
