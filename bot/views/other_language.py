"""The remark on an entry that is not in the contact's language."""

from bot.views.paging import LABEL, label
from bot.wording import WORDS
from knowledge.languages import LANGUAGES


def remark(language: str, lang: str) -> str:
    """Return the name of an entry's language as a remark; empty for the contact's own language."""
    if lang == language:
        return ""
    return WORDS.text(language, LANGUAGES[lang].remark) if lang in LANGUAGES else f"({lang})"


def with_remark(text: str, language: str, lang: str) -> str:
    """Return `text` with the remark on its language."""
    return f"{text} {remark(language, lang)}".rstrip()


def button(text: str, language: str, lang: str) -> str:
    """Return the label of a button that opens it; a label that is too long is cut before the remark."""
    end = remark(language, lang)
    return label(text, LABEL - len(end) - 1) + f" {end}" if end else label(text)
