"""What a contact's next message is taken for, beside a question: short words, kept with the contact."""

from handoff.messages.values import EventKind, IncomingEvent

FOR_A_PERSON = "person"
"""A question that goes to a person, whatever the knowledge says."""
NEW = "new"
"""A new question, though a person has another one."""
_COMMENT, _ADDITION, _PENDING, _FORM = "comment", "add", "pending", "form"


def comment_on(number: int) -> str:
    """A word about how ticket `number` was handled."""
    return f"{_COMMENT}:{number}"


def commented_ticket(expects: str) -> int | None:
    """The ticket that the next message comments on; None where another thing is expected."""
    return _about(_COMMENT, expects)


def addition_to(number: int) -> str:
    """More about ticket `number`."""
    return f"{_ADDITION}:{number}"


def extended_ticket(expects: str) -> int | None:
    """The ticket to which the next message adds; None where another thing is expected."""
    return _about(_ADDITION, expects)


def completion_of(message: int) -> str:
    """It may complete the question that the message with this id could only answer with an offer."""
    return f"{_PENDING}:{message}"


def completed_message(expects: str) -> int | None:
    """The message that offers something still; None where another thing is expected."""
    return _about(_PENDING, expects)


def answer_to(form: int) -> str:
    """The answer to the field that a form asked last."""
    return f"{_FORM}:{form}"


def answered_form(expects: str) -> int | None:
    """The form that the next message answers; None where another thing is expected."""
    return _about(_FORM, expects)


def takes_up(event: IncomingEvent, expects: str | None) -> bool:
    """Whether the event is the end of an offer, so that nothing more is awaited to complete it."""
    return event.kind is EventKind.PRESS and completed_message(expects or "") is not None


def _about(kind: str, expects: str) -> int | None:
    expected, _, number = expects.partition(":")
    return int(number) if expected == kind else None
