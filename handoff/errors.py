"""Errors of requests to the desk. They are independent of HTTP; the web layers map them to a status."""


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


class StateError(DeskError):
    """The state of the delivery does not allow this."""


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
