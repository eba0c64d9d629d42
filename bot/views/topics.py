"""Browse the knowledge base by buttons: categories, and the questions of one, the most asked first."""

from sqlalchemy.orm import Session

from bot.dialogue.decisions import Topic, Topics
from bot.views.other_language import button, with_remark
from bot.views.paging import label, page_head, turns
from bot.wording import WORDS
from handoff.deliveries.new_rows import Choice
from handoff.messages import buttons
from handoff.messages.values import RichText
from knowledge.entries.repository import EntryFilter, categories, entries
from knowledge.languages import LANGUAGES

# With the buttons that turn the pages: short titles stand two in a row of VK's keyboard, whole questions one.
_TOPICS = 8
_QUESTIONS = 4


def topics(session: Session, language: str, page: int = 1) -> Topics:
    """Return the categories in `language`, or in the first other one that has entries."""
    for lang in (language, *LANGUAGES):
        if found := categories(session, lang):
            pages = -(-len(found) // _TOPICS)
            page = min(max(1, page), pages)
            return Topics(found[(page - 1) * _TOPICS : page * _TOPICS], lang, page, pages)
    return Topics((), language, 1, 1)


def topic(session: Session, lang: str, category: str, page: int = 1) -> Topic | None:
    """Return the questions of a category; None if it is empty."""
    title = next((found.title for found in categories(session, lang) if found.key == category), None)
    if title is None:
        return None
    found = entries(session, EntryFilter(category, lang), order="asked", page=page, size=_QUESTIONS)
    return Topic(category, title, lang, found)


def render(view: Topics | Topic, language: str) -> tuple[RichText, list[Choice]]:
    """Return the text and the buttons."""
    if isinstance(view, Topics):
        choices = [
            Choice(
                button(_titled(category.title, language), language, view.lang),
                buttons.Topic(lang=view.lang, category=category.key),
            )
            for category in view.categories
        ]
        head = page_head(language, WORDS.text(language, "Choose a topic:"), view.page, view.pages)
        return RichText(head), choices + turns(language, buttons.Topics(view.page), view.pages)
    found = view.found
    choices = [Choice(label(entry.question), buttons.Read(entry.id)) for entry in found.items]
    if found.page == 1:
        choices.append(Choice(WORDS.text(language, "Topics"), buttons.Topics()))
    here = buttons.Topic(found.page, view.lang, view.key)
    head = page_head(language, with_remark(_titled(view.title, language), language, view.lang), found.page, found.pages)
    return RichText(head), choices + turns(language, here, found.pages)


def _titled(title: str, language: str) -> str:
    return title or WORDS.text(language, "Other questions")
