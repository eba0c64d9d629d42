"""Lists as buttons: labels that fit, and buttons to the previous and next pages."""

from dataclasses import replace

from bot.wording import WORDS
from handoff.deliveries.new_rows import Choice
from handoff.messages.buttons import Own, Topic, Topics

PageOf = Topics | Topic | Own
"""The buttons that show a page of a list."""

LABEL = 40
"""Longest label of a button, in characters: VK's limit, and what fits a phone."""


def label(text: str, longest: int = LABEL) -> str:
    """Return `text` in one line, cut to what a button shows."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def page_head(language: str, head: str, page: int, pages: int) -> str:
    """Return the head of a list, with the page number if there are several."""
    if pages == 1:
        return head
    return f"{head}\n{WORDS.text(language, 'Page {page} of {pages}', page=page, pages=pages)}"


def turns(language: str, here: PageOf, pages: int) -> list[Choice]:
    """Return buttons to the pages before and after `here`, if they exist."""
    page = here.page
    back = [Choice(WORDS.text(language, "Back"), replace(here, page=page - 1))] if page > 1 else []
    more = [Choice(WORDS.text(language, "More"), replace(here, page=page + 1))] if page < pages else []
    return back + more
