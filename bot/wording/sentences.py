"""The sentences of the bot and of the desk that contacts read, for admins who change them."""

from collections.abc import Mapping
from datetime import date, timedelta

from babel.dates import format_skeleton

from bot.wording import WORDS
from bot.wording.groups import GROUPS
from handoff.wording.wordbook import EXAMPLE_QUESTION, Source, Wordbook
from handoff.words import CONTACT_WORDS, TO_CONTACTS, duration
from handoff.words import WORDS as DESK_WORDS
from knowledge.languages import LANGUAGES


def _examples(language: str) -> Mapping[str, object]:
    """Return a value for each placeholder, as a contact might read it."""
    return {
        "number": 482,
        "other": 479,
        "count": 3,
        "page": 1,
        "pages": 3,
        "step": 2,
        "steps": 4,
        "limit": 20,
        "agent": "Maria",
        "name": "photo.jpg",
        "link": "https://example.org/help",
        "question": DESK_WORDS.text(language, EXAMPLE_QUESTION),
        "usual": duration(language, timedelta(hours=3)),
        "bound": duration(language, timedelta(hours=8)),
        "target": duration(language, timedelta(hours=4)),
        "day": WORDS.built_in(language, "tomorrow")[0],
        "opens": "9:00",
        "due": "12:00",
        "date": format_skeleton("MMMMd", date(2030, 12, 31), locale=language),
    }


WORDBOOK = Wordbook(
    (Source(WORDS, WORDS.sentences("en")), Source(CONTACT_WORDS, [(text,) for text in TO_CONTACTS])),
    GROUPS,
    tuple(LANGUAGES),
    _examples,
)
"""One for the process, as the catalogues are: a process serves one database."""
