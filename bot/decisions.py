"""What the bot can decide to do: values only. `bot/dialogue.py` makes them, `bot/effects.py` carries them out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from handoff.threads import Line
from handoff.waiting import TicketView
from knowledge.entries import EntryPage, EntryView, HelpCategory
from knowledge.models import Outcome


@dataclass(frozen=True, slots=True)
class Trail:
    """Where in the contact's thread a question was asked and answered, so that a ticket can take those lines along."""

    asked: tuple[int, ...] = ()
    """The messages that asked."""
    shown: str = ""
    """The key of the message that showed the answer; empty while none was shown."""


NO_TRAIL = Trail()


# --- what can be looked at --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Topics:
    """One page of the categories in which there is something to read; `lang` is the entries' language."""

    categories: tuple[HelpCategory, ...]
    lang: str
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Topic:
    """One page of the questions of a category, which has an empty key where the questions have none."""

    key: str
    title: str
    lang: str
    found: EntryPage


@dataclass(frozen=True, slots=True)
class OwnQuestions:
    """One page of what the contact has asked people, newest first."""

    items: tuple[TicketView, ...]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """One of them, with what was said last."""

    ticket: TicketView
    said: tuple[Line, ...]


View = Topics | Topic | OwnQuestions | OwnQuestion


@dataclass(frozen=True, slots=True)
class Link:
    """Where a deep link leads: to an answer, to a topic, or straight to a person where it is neither."""

    entry: EntryView | None = None
    topic: Topic | None = None


# --- what the contact's next message is taken for, beside a question ---------------------------------------------------

FOR_A_PERSON = "person"
"""A question that goes to a person, whatever the knowledge says."""
_COMMENT = "comment"


def comment_on(number: int) -> str:
    """A word about how ticket `number` was handled."""
    return f"{_COMMENT}:{number}"


def commented(expects: str) -> int | None:
    """The ticket that the next message comments on; None where another thing is expected."""
    kind, _, number = expects.partition(":")
    return int(number) if kind == _COMMENT else None


# --- decisions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    """One sentence of the catalogue, perhaps with buttons: (label, action)."""

    sentence: str
    buttons: tuple[tuple[str, str], ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GiveAnswer:
    """Send the entry's answer; with `hand_off` a person gets the question as well."""

    entry: EntryView
    question: str
    lookup: int | None
    """The lookup in which the contact chose this entry; None where the match itself was sure."""
    hand_off: bool
    trail: Trail = NO_TRAIL
    browsed: bool = False
    """The contact found it among the topics: there is no lookup yet."""


@dataclass(frozen=True, slots=True)
class AskWhy:
    """Ask what is wrong with an answer; with `person` the contact can go on to one."""

    entry: EntryView | None
    """None where the entry has been removed since."""
    question: str
    lookup: int | None
    trail: Trail
    person: bool


@dataclass(frozen=True, slots=True)
class Suggest:
    """Offer the entries as buttons, the likeliest first."""

    entries: tuple[EntryView, ...]
    question: str


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Hand the question to people and tell the contact its number."""

    question: str
    reason: str
    lookup: int | None = None
    category: str | None = None
    trail: Trail = NO_TRAIL


@dataclass(frozen=True, slots=True)
class JoinTicket:
    """What the contact wrote belongs to the live ticket."""

    number: int
    acknowledge: bool
    trail: Trail = NO_TRAIL


@dataclass(frozen=True, slots=True)
class SettleLookup:
    """What became of an earlier answer or suggestion."""

    lookup: int
    outcome: Outcome
    entry_id: int | None = None


@dataclass(frozen=True, slots=True)
class CloseTicket:
    """The contact says that it is solved."""

    number: int


@dataclass(frozen=True, slots=True)
class ReopenTicket:
    """The contact says that it is not solved."""

    number: int


@dataclass(frozen=True, slots=True)
class WithdrawTicket:
    """The contact no longer needs an answer."""

    number: int


@dataclass(frozen=True, slots=True)
class Show:
    """Show a list, or one thing of a list, with its buttons."""

    view: View


@dataclass(frozen=True, slots=True)
class AskLanguage:
    """Ask which language to speak."""


@dataclass(frozen=True, slots=True)
class Speak:
    """From now on this language and no other is spoken with the contact."""

    language: str


@dataclass(frozen=True, slots=True)
class MarkBlocked:
    """Nothing can be sent to the contact until they come back."""


@dataclass(frozen=True, slots=True)
class Expect:
    """Take the contact's next message for this; empty for a question as any other."""

    what: str


@dataclass(frozen=True, slots=True)
class AskRating:
    """Ask how the help with a ticket was, from 1 to 5."""

    number: int


@dataclass(frozen=True, slots=True)
class RateTicket:
    """The contact's rating."""

    number: int
    stars: int


@dataclass(frozen=True, slots=True)
class CommentTicket:
    """The contact's words about the help."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Export:
    """Send the contact everything that is kept about them."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Erase everything that tells of the contact, and tell them so."""


Decision = (
    Say
    | GiveAnswer
    | AskWhy
    | Suggest
    | OpenTicket
    | JoinTicket
    | SettleLookup
    | CloseTicket
    | ReopenTicket
    | WithdrawTicket
    | Show
    | AskLanguage
    | Speak
    | MarkBlocked
    | Expect
    | AskRating
    | RateTicket
    | CommentTicket
    | Export
    | Forget
)
