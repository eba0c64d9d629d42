"""State of a contact's thread for a decision, as values that `bot/conversation/handler.py` loads."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.dialogue.decisions import Filling, Link, Trail, View
from handoff.messages.button_rules import QuestionButton
from handoff.messages.buttons import Payload
from knowledge.entries.forms import Form
from knowledge.entries.repository import EntryView
from knowledge.matching import Match

MOST_OPEN = 3
"""Questions to people that a contact may have open at once."""


@dataclass(frozen=True, slots=True)
class TicketContext:
    """A ticket of the contact, with the fields that the dialogue needs."""

    number: int
    live: bool
    acknowledged: bool
    """The contact knows that further messages join."""
    question: str = ""
    answered: bool = False
    """An agent has answered, and it waits for the contact."""
    patience_asked: bool = False
    """The contact knows that asking again does not speed things up."""
    solved: bool = False
    reopenable: bool = True
    """If it is closed: the contact can still open it again."""
    attended: bool = False
    """An agent wrote to the contact a moment ago, and the bot does not speak in between."""
    asks_back: bool = False
    """The agent's last words ask the contact for something."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Entries that a contact rejected by one button."""

    question: str
    entries: tuple[EntryView, ...]
    was_read: bool
    """The answer was shown; otherwise only the entries' questions were."""

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the entries, which they share with their translations."""
        return frozenset(entry.key for entry in self.entries)


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A pressed button: its payload, the entry that it names and the others that it may show."""

    payload: Payload
    entry: EntryView | None = None
    used: bool = False
    """It was pressed before."""
    others: tuple[EntryView, ...] = ()
    rejects: Rejection | None = None

    @property
    def category(self) -> str | None:
        """Category of the question that the press may pass to a person."""
        if self.entry is not None:
            return self.entry.category
        return self.payload.category if isinstance(self.payload, QuestionButton) else None


def trail_of(about: QuestionButton) -> Trail:
    """The lines that asked and answered the question of the button."""
    return Trail(about.asked, about.shown, about.apart)


@dataclass(frozen=True, slots=True)
class PendingOffer:
    """The last offer that the contact has not used; their next message may continue its question."""

    message: int
    """The one that offers."""
    question: str
    trail: Trail
    """Where the question was asked."""
    offered: tuple[int, ...] = ()
    """The entries among which the contact can choose."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A contact's thread at one moment."""

    language: str
    ticket: TicketContext | None = None
    """The live ticket that this is about, if any: the quoted one, else the one last spoken of. A person holds it."""
    live: int = 0
    """How many live tickets there are."""
    quoted: TicketContext | None = None
    """The closed ticket that the contact's message answers."""
    pressed: ButtonPress | None = None
    pressed_ticket: TicketContext | None = None
    last_question: str = ""
    """What the contact asked lately, for when they only say that they want a person."""
    view: View | None = None
    """What a command or a button asks to see, where it is still there."""
    link: Link | None = None
    """Where the deep link leads by which the contact came."""
    expects: str = ""
    """What the message is taken for, as `Expect` said."""
    pending: PendingOffer | None = None
    form: Form = ()
    """What the category asks for to which the event leads, before a person gets the question."""
    filling: Filling | None = None
    """The form that the event is about."""
    rejections: tuple[Rejection, ...] = ()
    """What the contact rejected before, lately."""
    marks: bool = False
    """The platform can mark messages as received."""
    closed: TicketContext | None = None
    """The ticket that was closed after a silence, and that the message may be about."""
    quotes: bool = False
    """The message quotes one of a ticket, closed or not, and is about nothing else."""


@dataclass(frozen=True, slots=True)
class Found:
    """Result of a lookup: the match, with the entries that it names."""

    match: Match
    entries: Mapping[int, EntryView]
    is_new_question: bool = False
    """It is what the message alone finds, for it asks something else than what is pending."""
    language: str = ""
    """The language of the phrasing that matches best, for a message whose words do not tell; empty if they do."""
    rejected: tuple[EntryView, ...] = ()
    """Entries that match too, and that the contact rejected for this question before."""

    parts: tuple[tuple[str, "Found"], ...] = ()
    """The questions of a message that asks several, each with what was found for it; otherwise empty."""

    @property
    def first(self) -> int | None:
        """The likeliest entry, in the contact's language if it exists there; None if nothing was found."""
        likeliest = self.match.candidates[0].entry_id if self.match.candidates else None
        view = self.entries.get(likeliest) if likeliest is not None else None
        return view.id if view else None
