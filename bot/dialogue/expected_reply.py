"""Expected next message of a contact, if it is not a question: short words stored with the contact."""

from handoff.messages.values import EventKind, IncomingEvent

FOR_A_PERSON = "person"
"""A question that goes to a person, whatever the knowledge says."""
MATTER = "matter"
"""What a wish for a person is about; an index of the contacts' table writes the word out."""
NEW = "new"
"""A new question, though a person has another one."""
_COMMENT, _ADDITION, _PENDING, _FORM = "comment", "add", "pending", "form"


def comment_on(number: int) -> str:
    """Return the word for a comment on ticket `number`."""
    return f"{_COMMENT}:{number}"


def commented_ticket(expects: str) -> int | None:
    """Return the ticket that the next message comments on; None if something else is expected."""
    return _about(_COMMENT, expects)


def addition_to(number: int) -> str:
    """Return the word for an addition to ticket `number`."""
    return f"{_ADDITION}:{number}"


def extended_ticket(expects: str) -> int | None:
    """Return the ticket that the next message adds to; None if something else is expected."""
    return _about(_ADDITION, expects)


def completion_of(message: int) -> str:
    """Return the word for a message that may continue the question of the offer in message `message`."""
    return f"{_PENDING}:{message}"


def completed_message(expects: str) -> int | None:
    """Return the message whose offer is pending; None if something else is expected."""
    return _about(_PENDING, expects)


def answer_to(form: int) -> str:
    """Return the word for an answer to the field that form `form` asked last."""
    return f"{_FORM}:{form}"


def answered_form(expects: str) -> int | None:
    """Return the form that the next message answers; None if something else is expected."""
    return _about(_FORM, expects)


def takes_up(event: IncomingEvent, expects: str | None) -> bool:
    """Decide whether the event ends a pending offer."""
    return event.kind is EventKind.PRESS and completed_message(expects or "") is not None


def _about(kind: str, expects: str) -> int | None:
    expected, _, number = expects.partition(":")
    return int(number) if expected == kind else None
