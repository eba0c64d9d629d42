"""Errors of requests to the desk. They are independent of HTTP; the web layers map them to a status."""

from collections.abc import Sequence

from handoff.messages.last_look import Oversight


class DeskError(Exception):
    """Base of the errors below; nothing was changed when one is raised."""


class NotFoundError(DeskError):
    """There is no such ticket, delivery, agent or entry."""


class HeldError(DeskError):
    """Another agent holds the ticket."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"{holder} holds this question")
        self.holder = holder


class ClosedError(DeskError):
    """The ticket is solved or withdrawn, so this cannot be done without reopening it."""


class ReasonMissingError(DeskError):
    """A ticket is taken from its owner without a reason."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"say why the question is taken from {holder}")
        self.holder = holder


class StateError(DeskError):
    """The state of the delivery does not allow this."""


class TooLateError(DeskError):
    """The action cannot be undone any more."""


class KeyUsedError(DeskError):
    """The idempotency key was used for another message."""


class EmptyTextError(DeskError):
    """A reply or note without text."""


class TooLargeError(DeskError):
    """A file is larger than allowed, or there are too many."""

    def __init__(self, megabytes: int, most: int) -> None:
        super().__init__(f"attach at most {most} files of up to {megabytes} MB each")
        self.megabytes = megabytes
        self.most = most


class BadTimeError(DeskError):
    """The time until which a ticket is to be snoozed is missing, past or too far away."""


class TooLongError(DeskError):
    """A text has too many characters."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the text is too long: {limit} characters at most")
        self.limit = limit


class BadTagError(DeskError):
    """The text is no tag, or the ticket has too many."""

    def __init__(self, longest: int, most: int) -> None:
        super().__init__(f"a tag has 1 to {longest} characters, and a question at most {most} tags")
        self.longest = longest
        self.most = most


class NotAllowedError(DeskError):
    """The agent's role does not allow this."""


class UnfilledPlaceholderError(DeskError):
    """A reply still contains a placeholder of a canned response."""

    def __init__(self, placeholder: str) -> None:
        super().__init__(f"fill in {{{placeholder}}} first")
        self.placeholder = placeholder


class OversightsError(DeskError):
    """The author of a reply may have overlooked something; the same reply again is sent."""

    def __init__(self, oversights: Sequence[Oversight]) -> None:
        super().__init__(", ".join(oversights))
        self.oversights = tuple(oversights)
