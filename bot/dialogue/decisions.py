"""Decisions of the bot, as values. `bot/dialogue/` makes them, `bot/conversation/effects.py` writes them as rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from handoff.messages.buttons import Payload
from handoff.messages.threads import Line
from handoff.tickets.queue import TicketView
from handoff.tickets.wait_estimate import Outlook
from knowledge.entries.forms import Form, FormField
from knowledge.entries.models import Outcome
from knowledge.entries.repository import EntryPage, EntryView, HelpCategory


@dataclass(frozen=True, slots=True)
class Trail:
    """The lines of the thread that asked and answered a question, so that a ticket can include them."""

    asked: tuple[int, ...] = ()
    """The messages that asked."""
    shown: str = ""
    """The key of the message that showed the answer; empty while none was shown."""
    apart: bool = False
    """The contact said that it is a new question, so it joins none that a person has already."""


NO_TRAIL = Trail()


# --- what can be looked at --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Topics:
    """One page of the categories that have published entries; `lang` is the entries' language."""

    categories: tuple[HelpCategory, ...]
    lang: str
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Topic:
    """One page of the questions of a category; the key is empty for questions without a category."""

    key: str
    title: str
    lang: str
    found: EntryPage


@dataclass(frozen=True, slots=True)
class OwnQuestions:
    """One page of the contact's questions to people, newest first."""

    items: tuple[TicketView, ...]
    page: int
    pages: int
    news: frozenset[int] = frozenset()
    """Those of them in which an agent wrote since the contact last looked."""


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """One of them, with its last messages."""

    ticket: TicketView
    said: tuple[Line, ...]
    ahead: int = 0
    """How many questions wait before it, while it waits itself."""
    outlook: Outlook | None = None
    """What to expect, while it waits."""


View = Topics | Topic | OwnQuestions | OwnQuestion


@dataclass(frozen=True, slots=True)
class Link:
    """Target of a deep link: an answer, a topic, or a person if it is neither."""

    entry: EntryView | None = None
    topic: Topic | None = None
    category: str | None = None
    """Category of a question for a person, if the contact chose one."""

    @property
    def leads_to_person(self) -> bool:
        return self.entry is None and self.topic is None


# --- a form -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filling:
    """A form in progress: the answers so far, and the decision that follows when it is complete."""

    id: int | None
    """None where it only begins."""
    question: str
    reason: str
    lookup: int | None
    category: str | None
    trail: Trail
    fields: Form
    answers: tuple[str | None, ...]
    language: str = ""
    misses: int = 0
    """Answers so far that did not fit the next field."""

    @property
    def done(self) -> bool:
        return len(self.answers) >= len(self.fields)

    @property
    def field(self) -> FormField:
        """The next field to ask."""
        return self.fields[len(self.answers)]


# --- decisions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    """One sentence of the catalogue, perhaps with buttons: a label of the catalogue and what the button means."""

    sentence: str
    buttons: tuple[tuple[str, Payload], ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AskAbout:
    """Ask what the contact wants to know about something that came without a question, or offer a person."""

    sentence: str
    question: str
    """What stands for the question where it goes to a person."""
    trail: Trail = NO_TRAIL


@dataclass(frozen=True, slots=True)
class AskIfAbout:
    """Ask whether a message is about a ticket that was closed after a silence."""

    ticket: int
    title: str
    """The question of the ticket."""
    question: str
    trail: Trail = NO_TRAIL


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
    form: Form = ()
    """What a person who looks at it as well has to know first."""
    likely: bool = False
    """It is a guess: the entry's question is shown as what the contact probably asks."""
    others: tuple[EntryView, ...] = ()
    """Other plausible entries, for a contact who asked something else."""
    beside: int | None = None
    """The open ticket with which the question has nothing to do."""


@dataclass(frozen=True, slots=True)
class AskWhy:
    """Ask what is wrong with an answer; with `person` the contact can go on to one."""

    entry: EntryView | None
    """None where the entry has been removed since."""
    question: str
    lookup: int | None
    trail: Trail
    person: bool
    others: tuple[EntryView, ...] = ()
    """As for `GiveAnswer`."""


@dataclass(frozen=True, slots=True)
class Suggest:
    """Offer the entries as buttons, the likeliest first."""

    entries: tuple[EntryView, ...]
    question: str
    trail: Trail = NO_TRAIL
    extended: bool = False
    """A pending question was extended, and the contact reads that it was."""
    lookup: int | None = None
    """The lookup that found them, if it is an earlier one."""
    heading: str = ""
    """The question, where the message asks several."""


@dataclass(frozen=True, slots=True)
class OfferPerson:
    """Ask whether the question should go to a person, and state the expected wait."""

    question: str
    reason: str
    lookup: int | None = None
    category: str | None = None
    trail: Trail = NO_TRAIL
    extended: bool = False
    heading: str = ""
    """These two as for `Suggest`."""


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Open a ticket and tell the contact its number."""

    question: str
    reason: str
    lookup: int | None = None
    category: str | None = None
    trail: Trail = NO_TRAIL
    recent: bool = False
    """The contact's last messages belong to it, because its words say little or nothing."""


@dataclass(frozen=True, slots=True)
class AskField:
    """Save the progress of the form and ask for its next field."""

    filling: Filling
    unsuited: str | None = None
    """The last answer, where it did not fit its field."""
    joined: bool = False
    """The last message did not answer the field, and goes to the person along with the form."""


@dataclass(frozen=True, slots=True)
class EndForm:
    """End the form: it was sent with the question, or cancelled."""

    id: int
    sent: bool


@dataclass(frozen=True, slots=True)
class JoinTicket:
    """Add what the contact wrote to the live ticket."""

    number: int
    acknowledge: bool
    trail: Trail = NO_TRAIL
    patience: bool = False
    """Say instead that it still waits, and that asking again does not speed things up."""
    text: str = ""
    """What was written, where the contact may say that it is a new question."""


@dataclass(frozen=True, slots=True)
class CloseOffer:
    """Remove the buttons of an offer that was answered in words."""

    message: int


@dataclass(frozen=True, slots=True)
class Attach:
    """Add what the contact wrote to the ticket without changing its state."""

    number: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Mark the messages of this round as received, on a platform that can."""


@dataclass(frozen=True, slots=True)
class SplitOff:
    """Detach messages from their ticket, because they ask something new."""

    messages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SettleLookup:
    """Record the outcome of an earlier answer or suggestion."""

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
    """Show a list, or one item of it, with its buttons."""

    view: View


@dataclass(frozen=True, slots=True)
class AskLanguage:
    """Ask which language to speak."""


@dataclass(frozen=True, slots=True)
class Speak:
    """Use this language with the contact from now on."""

    language: str


@dataclass(frozen=True, slots=True)
class MarkBlocked:
    """Mark the contact as out of reach until they return."""


@dataclass(frozen=True, slots=True)
class Expect:
    """Set what the contact's next message is expected to be; empty for an ordinary question."""

    what: str


@dataclass(frozen=True, slots=True)
class AskRating:
    """Ask for a rating of the help with a ticket, from 1 to 5."""

    number: int


@dataclass(frozen=True, slots=True)
class RateTicket:
    """The contact's rating."""

    number: int
    stars: int


@dataclass(frozen=True, slots=True)
class CommentTicket:
    """Store the contact's comment on the help and thank for it; a button declares it a question after all."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Export:
    """Send the contact everything that is stored about them."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Erase everything about the contact and confirm it."""


Decision = (
    Say | AskAbout | AskIfAbout | GiveAnswer | AskWhy | Suggest | OfferPerson | OpenTicket | AskField | EndForm
    | JoinTicket | CloseOffer | Attach | Mark | SplitOff | SettleLookup | CloseTicket | ReopenTicket | WithdrawTicket
    | Show | AskLanguage | Speak | MarkBlocked | Expect | AskRating | RateTicket | CommentTicket | Export | Forget
)  # fmt: skip
