"""Deep links: targets of `t.me/…?start=WORD` and `vk.me/…?ref=WORD`. An unknown word only leads to the greeting."""

from sqlalchemy.orm import Session

from bot.dialogue.decisions import Link
from bot.views import topics
from infra.storage.columns import LARGEST_ID
from knowledge.entries.repository import EntryView, category_exists, entry, entry_named
from knowledge.languages import LANGUAGES

ASK = "ask"
_ASK_ABOUT, _ENTRY, _CATEGORY = "ask-", "entry-", "category-"


def resolve_link(session: Session, word: str, language: str) -> Link | None:
    """Resolve `ask`, `ask-KEY` of a category, `entry-ID` (number or key) or `category-KEY`; None for anything else."""
    if word == ASK:
        return Link()
    if word.startswith(_ASK_ABOUT):
        key = word.removeprefix(_ASK_ABOUT)
        return Link(category=key if category_exists(session, key) else None)
    if word.startswith(_ENTRY):
        found = _entry(session, word.removeprefix(_ENTRY), language)
        return Link(entry=found) if found is not None else None
    if word.startswith(_CATEGORY):
        key = word.removeprefix(_CATEGORY)
        for lang in (language, *LANGUAGES):
            if (topic := topics.topic(session, lang, key)) is not None:
                return Link(topic=topic)
    return None


def _entry(session: Session, name: str, language: str) -> EntryView | None:
    """Return the entry of a number, or of a key in the reader's language, else in the first language that has it."""
    number = int(name) if name.isdecimal() and len(name) < 19 else 0
    found = [entry(session, number)] if 0 < number <= LARGEST_ID else []
    found += [entry_named(session, name, lang) for lang in (language, *LANGUAGES)]
    return next((view for view in found if view is not None and view.status == "published"), None)
