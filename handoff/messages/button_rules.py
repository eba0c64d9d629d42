"""What every button declares about its behaviour, and the base of all payloads."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from knowledge.entries.models import Outcome


class Reply(StrEnum):
    """Short words by which people answer a message instead of pressing one of its buttons."""

    YES = "yes"
    AGREE = "agree"
    """A yes that is no acknowledgement either, as "OK" may be."""
    PASS_ON = "pass_on"  # noqa: S105 - no password
    NO = "no"
    HELPED = "helped"
    UNHELPED = "unhelped"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A reply that means the button, if the message also offers the button `beside`."""

    reply: Reply
    beside: StrEnum | None = None


CHOSEN, NOTED = "✅", "☑️"
"""Mark before a pressed button's label in its message: for what the contact wanted, and for everything else."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Behaviour of a button, independent of its payload."""

    once: bool
    """A second press changes nothing; False for a button that responds to every press."""
    shows: str | None = NOTED
    """`CHOSEN` or `NOTED`, the mark of the choice in the pressed message; None leaves the message as it is."""
    keeps_others: bool = False
    """The other buttons of the message stay, for a contact who meant another one."""
    unseen: bool = False
    """The press is not shown at the desk, because agents do not need it."""
    at_desk: str = ""
    """Sentence of the desk's thread for the press, from the desk's catalogue."""
    outcome: Outcome | None = None
    """Outcome of the lookup whose answer or choices the button belongs to."""
    replies: tuple[Meaning, ...] = ()
    """Typed replies that mean it, while its message is the last thing that the contact was sent."""


ONCE = Rule(once=True)
CHOOSES = Rule(once=True, shows=CHOSEN)
ANSWERS = Rule(once=False)
LOOKS = Rule(once=False, shows=None, unseen=True)


@dataclass(frozen=True, slots=True)
class ButtonPayload:
    """A payload: its fields have the names of the keys of `choice.data`, and a default for rows without them."""

    action: ClassVar[StrEnum]
    rule: ClassVar[Rule]

    @property
    def name(self) -> str:
        """The action as the column holds it."""
        return self.action

    @property
    def once(self) -> bool:
        """Whether a second press changes nothing."""
        return self.rule.once


@dataclass(frozen=True, slots=True)
class Listing(ButtonPayload):
    """Shows one page of a list."""

    rule = LOOKS
    page: int = 1


@dataclass(frozen=True, slots=True)
class TicketButton(ButtonPayload):
    """Concerns one of the contact's tickets."""

    ticket: int | None = None
    asked: tuple[int, ...] = field(default=(), kw_only=True)
    """Messages that the press adds to it."""


@dataclass(frozen=True, slots=True)
class QuestionButton(ButtonPayload):
    """Concerns a question, with `entry` also the entry that was found for it."""

    lookup: int | None = None
    entry: int | None = None
    question: str = ""
    asked: tuple[int, ...] = ()
    """The messages that asked."""
    shown: str = ""
    """The key of the message that showed the answer."""
    apart: bool = False
    """The contact said that it is a new question."""
    reason: str = ""
    """Why a person was offered."""
    category: str | None = None
    """Category of the question, if no entry defines it."""
    others: tuple[int, ...] = ()
    """Other plausible entries, which the contact has not seen yet."""


@dataclass(frozen=True, slots=True)
class FormButton(ButtonPayload):
    """Concerns a form at the field `step`, counted from 0."""

    rule = ANSWERS
    form: int | None = None
    step: int = 0
