"""State of a contact's thread for a decision, as values that `bot/conversation/handler.py` loads."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.dialogue.decisions import Filling, Link, Trail, View
from handoff.messages.buttons import Payload, QuestionButton
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


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A pressed button: its payload and the entry that it names."""

    payload: Payload
    entry: EntryView | None = None
    used: bool = False
    """It was pressed before."""

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
    """The one that offers, to be changed in place."""
    question: str
    trail: Trail
    """Where the question was asked."""
    changed: bool = False
    """It was edited in place before: a second edit is easy to miss."""
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


@dataclass(frozen=True, slots=True)
class Found:
    """Result of a lookup: the match, with the entries that it names."""

    match: Match
    entries: Mapping[int, EntryView]
    anew: bool = False
    """It is what the message alone finds, for it asks something else than what is pending."""

    @property
    def first(self) -> int | None:
        """The likeliest entry, in the contact's language if it exists there; None if nothing was found."""
        likeliest = self.match.candidates[0].entry_id if self.match.candidates else None
        view = self.entries.get(likeliest) if likeliest is not None else None
        return view.id if view else None
