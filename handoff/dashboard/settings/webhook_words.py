"""Webhooks in words: their events, their states, and how the last attempt of an event went."""

from dataclasses import dataclass

from handoff.dashboard.wording import Words
from handoff.webhooks.models import EventState, Problem, WebhookEvent
from handoff.webhooks.registry import EventView, WebhookState
from infra.wording import mark

EVENT_NAMES = {
    WebhookEvent.OPENED: mark("A question was passed to people"),
    WebhookEvent.ASSIGNED: mark("An agent has it: claimed, handed over or assigned"),
    WebhookEvent.UNASSIGNED: mark("It went back to the queue"),
    WebhookEvent.RECEIVED: mark("The contact wrote more about it"),
    WebhookEvent.DELIVERED: mark("An agent's reply has arrived"),
    WebhookEvent.LOST: mark("An agent's reply has not arrived, or perhaps not"),
    WebhookEvent.RESOLVED: mark("It was solved"),
    WebhookEvent.WITHDRAWN: mark("It was withdrawn, or merged with another one"),
    WebhookEvent.REOPENED: mark("It was opened again"),
    WebhookEvent.RATED: mark("The contact rated the help"),
    WebhookEvent.ERASED: mark("A contact's data was erased"),
}
"""What each event says; the list of choices."""

STATE_NAMES = {
    WebhookState.NEW: ("state", "clock", mark("nothing sent yet")),
    WebhookState.WORKING: ("state state-fine", "check-circle", mark("works")),
    WebhookState.FAILING: ("state state-soon", "exclamation-triangle", mark("fails since")),
    WebhookState.PAUSED: ("state", "pause", mark("paused")),
    WebhookState.DISABLED: ("state state-late", "no-symbol", mark("switched off")),
}
"""Style, icon and word of each state."""

_PROBLEMS = {
    Problem.STATUS: mark("refused with status {status}"),
    Problem.REDIRECT: mark("redirected with status {status}, which is not followed"),
    Problem.GONE: mark("gone for good: status {status}"),
    Problem.TIMEOUT: mark("no response within 10 seconds"),
    Problem.CONNECTION: mark("no connection"),
    Problem.CERTIFICATE: mark("the certificate is not valid"),
    Problem.ADDRESS: mark("the address is not allowed"),
}


@dataclass(frozen=True, slots=True)
class Result:
    """How an event of the log stands."""

    style: str
    icon: str
    text: str


def result_of(event: EventView, words: Words) -> Result:
    """Describe the state of an event in the reader's language."""
    problem = words.t(_PROBLEMS[event.problem], status=event.status_code or "") if event.problem else ""
    match event.state:
        case EventState.DELIVERED:
            return Result("state-fine", "check-circle", words.t("arrived"))
        case EventState.FAILED:
            return Result("state-late", "x-circle", problem or words.t("not sent"))
        case _ if event.attempts:
            return Result("state-soon", "arrow-path", problem)
        case _:
            return Result("", "clock", words.t("waits to be sent"))
