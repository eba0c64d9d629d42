"""What every button declares about its behaviour, and the base of all payloads."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from knowledge.entries.models import Outcome


class Reply(StrEnum):
    """Short words by which people answer a message instead of pressing one of its buttons."""

    YES = "yes"
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
    """Typed replies that mean it. None for a button that closes a ticket: "yes" may answer an agent's question."""


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
