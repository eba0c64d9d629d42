"""Lists as buttons: labels that fit, and the way to the pages before and after."""

from dataclasses import replace

from bot.wording import WORDS
from handoff.deliveries.new_rows import Choice
from handoff.messages.buttons import Own, Topic, Topics

PageOf = Topics | Topic | Own
"""The buttons that show a page of a list."""

LABEL = 40
"""Longest label of a button, in characters: VK's limit, and what fits a phone."""


def label(text: str, longest: int = LABEL) -> str:
    """`text` in one line, as far as a button shows it."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def page_head(language: str, head: str, page: int, pages: int) -> str:
    """The head of a list, with the number of its page where there are several."""
    if pages == 1:
        return head
    return f"{head}\n{WORDS.text(language, 'Page {page} of {pages}', page=page, pages=pages)}"


def turns(language: str, here: PageOf, pages: int) -> list[Choice]:
    """Buttons to the page before the one that `here` shows and to the one after, where they exist."""
    page = here.page
    back = [Choice(WORDS.text(language, "Back"), replace(here, page=page - 1))] if page > 1 else []
    more = [Choice(WORDS.text(language, "More"), replace(here, page=page + 1))] if page < pages else []
    return back + more
