"""Short words that answer the bot, as people say them instead of pressing a button: yes, no, it helped, it did not."""

import re

from bot.dialogue.language import only_of, says_it_helped, words_of
from handoff.messages.buttons import Reply

_YES = {
    "да ага угу конечно давай давайте": "пожалуйста спасибо",
    "yes yep yeah sure": "please thanks",
    "igen persze": "kérem köszönöm",
}
_NO = {
    "нет неа не": "надо нужно спасибо",
    "no nope": "thanks thank you",
    "nem": "kell köszönöm",
}
_UNHELPED = re.compile(
    r"(?:(?:нет|но|это|так|мне|всё|все|равно|ничего|совсем|вообще|к|сожалению) )*"
    r"не (?:помогло|помогает|помогли|помог|решило|решает|решилось|подошло|подходит|то)(?: мне| совсем| вообще)*"
    r"|(?:(?:no|but|sorry|this|that|it|still) )*"
    r"(?:did not|didn t|didnt|does not|doesn t|doesnt|not) (?:help|helpful|helping|solve it|solved)(?: me| at all)*"
    r"|(?:(?:ez|sajnos|nekem|de) )*nem (?:segített|segít|oldotta meg|ez az)(?: nekem| sajnos)*"
)


def reply_in(text: str) -> Reply | None:
    """What the message answers, where it says nothing else and does not ask."""
    if "?" in text:
        return None
    if _UNHELPED.fullmatch(" ".join(words_of(text))):
        return Reply.UNHELPED
    if says_it_helped(text):
        return Reply.HELPED
    if only_of(text, _YES):
        return Reply.YES
    return Reply.NO if only_of(text, _NO) else None
