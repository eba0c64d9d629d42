"""The remark on an entry that is not in the contact's language."""

from bot.views.paging import LABEL, label
from bot.wording import WORDS
from knowledge.languages import LANGUAGES


def remark(language: str, lang: str) -> str:
    """In which other language something is; empty where it is the contact's own."""
    if lang == language:
        return ""
    return WORDS.text(language, LANGUAGES[lang].remark) if lang in LANGUAGES else f"({lang})"


def with_remark(text: str, language: str, lang: str) -> str:
    """`text`, and in which other language it is."""
    return f"{text} {remark(language, lang)}".rstrip()


def button(text: str, language: str, lang: str) -> str:
    """The label of a button that opens it; what is cut where it is too long is never the remark."""
    end = remark(language, lang)
    return label(text, LABEL - len(end) - 1) + f" {end}" if end else label(text)
