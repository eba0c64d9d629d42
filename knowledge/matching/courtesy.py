"""Greetings, thanks and pleading: the words around a question that say nothing about it."""

import re

_OPENING = re.compile(
    r"^(?:здравствуйте|здравствуй|здрасьте|добр(?:ый|ое|ого|ой) (?:день|утро|вечер|времени суток|времени|дня|ночи)|приветствую"
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


def strip(words: list[str]) -> list[str]:
    """The words without greeting and thanks; all of them when nothing else would be left."""
    text = " ".join(words)
    for _ in range(4):
        bare = _CLOSING.sub("", _OPENING.sub("", text)).strip()
        if bare == text:
            break
        if not bare:
            return text.split()
        text = bare
    return text.split()
