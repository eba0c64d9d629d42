"""What admins do with webhooks: register, change, pause and delete them, read their log and send again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from handoff.audit.log import Actor, AuditLog, Subject
from handoff.audit.models import AuditAction, Concern
from handoff.webhooks.listeners import CHANGED
from handoff.webhooks.models import (
    CHOICES,
    DisabledReason,
    EventState,
    Problem,
    Webhook,
    WebhookDelivery,
    WebhookEvent,
)
from handoff.webhooks.outbox import EVENTS, WebhookOutbox, read_listeners
from handoff.webhooks.queue import ROTATION
from handoff.webhooks.signatures import new_secret
from infra.bus import Bus
from infra.clock import Clock
from infra.database import after_commit
from infra.errors import PlainError
from infra.outgoing import AddressRules, ForbiddenAddressError
from infra.wording import mark

MOST_WEBHOOKS = 20
LONGEST_URL = 1000
LOG_LENGTH = 50


class UnknownWebhookError(PlainError):
    """There is no such webhook, or no such event in its log."""


class WebhookRefusedError(PlainError):
    """A webhook cannot be registered or changed like this; nothing was changed.

    `sentence` is marked for translation, and `values` fill its places.
    """

    def __init__(self, sentence: str, **values: str) -> None:
        super().__init__(sentence.format(**values))
        self.sentence = sentence
        self.values = values


class WebhookState(StrEnum):
    """State of a webhook in one word."""

    NEW = "new"
    """Nothing was sent yet."""
    WORKING = "working"
    FAILING = "failing"
    PAUSED = "paused"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class WebhookView:
    """A webhook as admins see it, without its secret."""

    id: int
    url: str
    events: tuple[WebhookEvent, ...]
    with_texts: bool
    state: WebhookState
    created_at: datetime
    worked_at: datetime | None
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_reason: DisabledReason | None
    previous_until: datetime | None

    @property
    def host(self) -> str:
        return host_of(self.url)


@dataclass(frozen=True, slots=True)
class EventView:
    """An event of the log."""

    id: int
    key: str
    event: WebhookEvent
    state: EventState
    created_at: datetime
    attempts: int
    last_attempt_at: datetime | None
    next_attempt_at: datetime | None
    """None if no further attempt is made."""
    problem: Problem | None
    status_code: int | None
    milliseconds: int | None


@dataclass(frozen=True, slots=True)
class WebhookDraft:
    """What a webhook is registered with."""

    url: str
    events: Sequence[WebhookEvent]
    with_texts: bool = False


class Webhooks:
    """Use cases of admins; all but `check_address` work within the caller's unit of work."""

    def __init__(self, outbox: WebhookOutbox, rules: AddressRules, bus: Bus, clock: Clock) -> None:
        self._outbox = outbox
        self._rules = rules
        self._bus = bus
        self._clock = clock
        self._audit = AuditLog(clock)

    # --- looking ----------------------------------------------------------------------------------------------------

    def all(self, session: Session) -> tuple[WebhookView, ...]:
        return tuple(map(_view, session.scalars(select(Webhook).order_by(Webhook.id))))

    def get(self, session: Session, webhook_id: int) -> WebhookView:
        """Return one webhook. Raises UnknownWebhookError."""
        return _view(_known(session.get(Webhook, webhook_id)))

    def log(self, session: Session, webhook_id: int) -> tuple[EventView, ...]:
        """Return the latest events of a webhook, newest first."""
        wanted = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
        return tuple(map(_event, session.scalars(wanted.order_by(WebhookDelivery.id.desc()).limit(LOG_LENGTH))))

    def event(self, session: Session, webhook_id: int, event_id: int) -> EventView:
        """Return an event of a webhook's log. Raises UnknownWebhookError."""
        return _event(_known_event(session.get(WebhookDelivery, event_id), webhook_id))

    # --- changing ---------------------------------------------------------------------------------------------------

    async def check_address(self, url: str) -> str:
        """Return the address if requests may be sent to it now. Raises WebhookRefusedError."""
        url = url.strip()
        parts = _parse(url)
        plain = parts.scheme == "http"
        try:
            await self._rules.check(parts.hostname or "", internal_only=plain)
        except ForbiddenAddressError:
            if plain:
                raise WebhookRefusedError(
                    mark("Use https: plain http is only for the networks in {setting}."), setting=SETTING
                ) from None
            raise WebhookRefusedError(
                mark("This address is not on the public internet. {setting} lists internal networks that are allowed."),
                setting=SETTING,
            ) from None
        except (OSError, UnicodeError, ValueError):  # a timeout is an OSError, too
            raise WebhookRefusedError(
                mark("The host {host} cannot be found: check its name."), host=(parts.hostname or "")[:100]
            ) from None
        return url

    def add(self, session: Session, draft: WebhookDraft, by: Actor) -> tuple[WebhookView, str]:
        """Register a checked address; return the webhook and its secret, which is not shown again.

        Raises WebhookRefusedError if no event is chosen or there are too many webhooks.
        """
        events = _chosen(draft.events)
        if (session.scalar(select(func.count(Webhook.id))) or 0) >= MOST_WEBHOOKS:
            raise WebhookRefusedError(
                mark("There are {most} webhooks, which is the limit: delete one first."), most=str(MOST_WEBHOOKS)
            )
        row = Webhook(
            url=draft.url,
            events=events,
            with_texts=draft.with_texts,
            secret=new_secret(),
            created_at=self._clock(),
        )
        session.add(row)
        self._changed(session, row, by, AuditAction.WEBHOOK_ADDED, events=len(events), texts=int(draft.with_texts))
        return _view(row), row.secret

    def edit(
        self, session: Session, webhook_id: int, events: Iterable[WebhookEvent], by: Actor, *, with_texts: bool
    ) -> WebhookView:
        """Change what a webhook is notified of from now on. Raises UnknownWebhookError and WebhookRefusedError."""
        row = _row(session, webhook_id)
        row.events, row.with_texts = _chosen(events), with_texts
        self._changed(session, row, by, AuditAction.WEBHOOK_CHANGED, events=len(row.events), texts=int(with_texts))
        return _view(row)

    def pause(self, session: Session, webhook_id: int, by: Actor) -> WebhookView:
        """Stop sending; what happens meanwhile is not sent later. Raises UnknownWebhookError."""
        row = _row(session, webhook_id)
        if row.paused_at is None:
            row.paused_at = self._clock()
            self._changed(session, row, by, AuditAction.WEBHOOK_PAUSED)
        return _view(row)

    def resume(self, session: Session, webhook_id: int, by: Actor) -> WebhookView:
        """Send again after a pause, or after the program switched the webhook off. Raises UnknownWebhookError."""
        row = _row(session, webhook_id)
        if row.paused_at is not None or row.disabled_at is not None:
            row.paused_at = row.disabled_at = row.disabled_reason = row.failing_since = None
            self._changed(session, row, by, AuditAction.WEBHOOK_RESUMED)
        return _view(row)

    def rotate(self, session: Session, webhook_id: int, by: Actor) -> str:
        """Return a new secret; the old one signs, too, for a day. Raises UnknownWebhookError."""
        row = _row(session, webhook_id)
        row.previous_secret, row.previous_until = row.secret, self._clock() + ROTATION
        row.secret = new_secret()
        self._changed(session, row, by, AuditAction.WEBHOOK_ROTATED)
        return row.secret

    def remove(self, session: Session, webhook_id: int, by: Actor) -> None:
        """Delete a webhook with its log; what waits is not sent. Raises UnknownWebhookError."""
        row = _row(session, webhook_id)
        session.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id))
        session.delete(row)
        self._changed(session, row, by, AuditAction.WEBHOOK_REMOVED)

    # --- sending ----------------------------------------------------------------------------------------------------

    def test(self, session: Session, webhook_id: int) -> int:
        """Send a test event; return its number in the log.

        Raises UnknownWebhookError, and WebhookRefusedError if the webhook is paused or switched off.
        """
        row = _row(session, webhook_id)
        if row.paused_at is not None or row.disabled_at is not None:
            raise WebhookRefusedError(mark("Nothing is sent to this webhook at present: switch it on first."))
        return self._outbox.test(session, webhook_id)

    def resend(self, session: Session, webhook_id: int, event_id: int) -> None:
        """Send an event of the log again, or a waiting one at once, under the same id. Raises UnknownWebhookError."""
        _row(session, webhook_id)
        row = _known_event(session.get(WebhookDelivery, event_id, with_for_update=True), webhook_id)
        if row.state is not EventState.PENDING:
            row.state, row.attempts, row.first_attempt_at = EventState.PENDING, 0, None
        row.next_attempt_at = self._clock()
        after_commit(session, lambda: self._bus.publish(EVENTS))

    def _changed(self, session: Session, row: Webhook, by: Actor, action: AuditAction, **details: int) -> None:
        session.flush()
        self._audit.record(session, by, action, Subject(Concern.WEBHOOK, row.id), **details)
        listeners = read_listeners(session)

        def apply() -> None:
            self._outbox.listeners = listeners
            self._bus.publish(CHANGED)

        after_commit(session, apply)


SETTING = "FRONTDESK_WEBHOOK_NETWORKS"
WEBHOOK_OFF = mark("this webhook did not work and is switched off; an admin switches it on again in the settings")


def host_of(url: str) -> str:
    """Return the host of a webhook's address: the rest may hold a secret of the receiver's."""
    return urlsplit(url).hostname or ""


def disabled_hosts(session: Session) -> tuple[str, ...]:
    """Return the hosts of the webhooks that the program has switched off."""
    return tuple(map(host_of, session.scalars(select(Webhook.url).where(Webhook.disabled_at.is_not(None)))))


def _parse(url: str) -> SplitResult:
    whole = mark("Write the whole address, like https://example.org/hooks.")
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises if it is no number of a port
    except ValueError:
        raise WebhookRefusedError(whole) from None
    legible = url.isprintable() and not any(sign.isspace() or sign == "\\" for sign in url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not legible or len(url) > LONGEST_URL:
        raise WebhookRefusedError(whole)
    if parts.username is not None or parts.password is not None:
        raise WebhookRefusedError(
            mark("Leave the user name and password out: the signature shows who sends the request.")
        )
    return parts


def _chosen(events: Iterable[WebhookEvent]) -> list[str]:
    wanted = set(events)
    chosen = [event.value for event in CHOICES if event in wanted]
    if not chosen:
        raise WebhookRefusedError(mark("Choose at least one event."))
    return chosen


def _row(session: Session, webhook_id: int) -> Webhook:
    """Return a webhook's row, locked until the commit."""
    return _known(session.get(Webhook, webhook_id, populate_existing=True, with_for_update=True))


def _known(row: Webhook | None) -> Webhook:
    if row is None:
        raise UnknownWebhookError("There is no such webhook.")
    return row


def _known_event(row: WebhookDelivery | None, webhook_id: int) -> WebhookDelivery:
    if row is None or row.webhook_id != webhook_id:
        raise UnknownWebhookError("There is no such event in the log.")
    return row


def _view(row: Webhook) -> WebhookView:
    return WebhookView(
        row.id,
        row.url,
        tuple(event for event in CHOICES if event.value in row.events),
        row.with_texts,
        _state(row),
        row.created_at,
        row.worked_at,
        row.failing_since,
        row.disabled_at,
        row.disabled_reason,
        row.previous_until,
    )


def _state(row: Webhook) -> WebhookState:
    if row.disabled_at is not None:
        return WebhookState.DISABLED
    if row.paused_at is not None:
        return WebhookState.PAUSED
    if row.failing_since is not None:
        return WebhookState.FAILING
    return WebhookState.WORKING if row.worked_at is not None else WebhookState.NEW


def _event(row: WebhookDelivery) -> EventView:
    return EventView(
        row.id,
        row.key,
        row.event,
        row.state,
        row.created_at,
        row.attempts,
        row.last_attempt_at,
        row.next_attempt_at if row.state is EventState.PENDING else None,
        row.problem,
        row.status_code,
        row.milliseconds,
    )
