"""Sending of events to webhooks: signed requests, one at a time to each webhook, independent of all others.

A receiver that is slow or dead occupies a task of its own and nothing else. A request leads to allowed addresses only
(infra/outgoing.py), follows no redirect, and the body of the response is not read.
"""

import asyncio
import json
import logging
import os
import secrets
import socket
import ssl
import time
from datetime import datetime
from urllib.parse import urlsplit

from aiohttp import ClientConnectorCertificateError, ClientConnectorSSLError, ClientError
from sqlalchemy.orm import Session

from handoff.webhooks import queue
from handoff.webhooks.models import Problem
from handoff.webhooks.outbox import EVENTS, WebhookOutbox
from handoff.webhooks.queue import TIMEOUT, AttemptOutcome, ClaimedEvent
from handoff.webhooks.signatures import headers
from infra.bus import Bus
from infra.clock import Clock
from infra.database import Database
from infra.outgoing import AddressRules, ForbiddenAddressError, open_session
from infra.storage.outages import Notices

log = logging.getLogger(__name__)

_LOOK_EVERY = 1.0
_AGENT = "Frontdesk-Webhooks/1"


class WebhookSender:
    """Sends the events of all webhooks; any number of processes may run one."""

    def __init__(self, db: Database, outbox: WebhookOutbox, rules: AddressRules, bus: Bus, clock: Clock) -> None:
        self.timeout = TIMEOUT
        self._db = db
        self._outbox = outbox
        self._rules = rules
        self._bus = bus
        self._clock = clock
        self._owner = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._notices = Notices(log, "the webhooks")
        self._latest: datetime | None = None

    async def run(self) -> None:
        """Send until cancelled; what was under way then is sent again once its lease has ended."""
        try:
            with self._bus.subscribe(EVENTS) as hints:
                while True:
                    try:
                        await self._start_due()
                    except Exception as error:  # noqa: BLE001 - a database that is away comes back
                        self._notices.note_failure(error)
                    else:
                        self._notices.note_success()
                    await hints.next(_LOOK_EVERY)
        finally:
            tasks = tuple(self._busy.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _start_due(self) -> None:
        """Start a task for each webhook that has something due and no task yet."""
        if not self._outbox.listeners:
            return
        now = self._clock()
        if self._latest is None or now < self._latest:  # the clock was set back, perhaps before this process started
            await self._db.write(lambda session: queue.follow_clock(session, now))
        self._latest = now
        for number in await self._db.read(lambda session: queue.webhooks_with_work(session, now)):
            if number not in self._busy:
                task = asyncio.create_task(self._serve(number), name=f"webhook {number}")
                self._busy[number] = task
                task.add_done_callback(lambda _task, number=number: self._busy.pop(number, None))  # type: ignore[misc]

    async def _serve(self, webhook_id: int) -> None:
        """Send everything that is due for one webhook."""

        def claim(session: Session) -> ClaimedEvent | None:
            return queue.claim(session, webhook_id, self._owner, self._clock())

        try:
            while claimed := await self._db.write(claim):
                outcome = await self._attempt(claimed)
                await self._settle(claimed, outcome)
        except Exception as error:  # noqa: BLE001 - the event stays due
            self._notices.note_failure(error)

    async def _settle(self, claimed: ClaimedEvent, outcome: AttemptOutcome) -> None:
        await self._db.write(lambda session: queue.settle(session, claimed, self._owner, outcome, self._clock()))
        if outcome.problem is not None:
            log.info("webhook %d: %s was not taken: %s", claimed.webhook_id, claimed.key, outcome.problem)

    async def _attempt(self, claimed: ClaimedEvent) -> AttemptOutcome:
        started_at, begun = self._clock(), time.monotonic()
        problem, status = await self._post(claimed, started_at)
        return AttemptOutcome(started_at, round((time.monotonic() - begun) * 1000), problem, status)

    async def _post(self, claimed: ClaimedEvent, at: datetime) -> tuple[Problem | None, int | None]:
        body = json.dumps(claimed.payload, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
        given = {"Content-Type": "application/json", "User-Agent": _AGENT}
        given |= headers(claimed.keys, claimed.key, at, body)
        plain = urlsplit(claimed.url).scheme == "http"
        try:
            async with (
                open_session(self._rules, seconds=self.timeout, internal_only=plain) as session,
                session.post(claimed.url, data=body, headers=given, allow_redirects=False) as answer,
            ):
                return _problem_of_status(answer.status), answer.status
        except TimeoutError:
            return Problem.TIMEOUT, None
        except (ClientConnectorCertificateError, ClientConnectorSSLError, ssl.SSLError):
            return Problem.CERTIFICATE, None
        except (ClientError, OSError, ValueError) as error:
            return Problem.ADDRESS if _is_forbidden(error) else Problem.CONNECTION, None


def _problem_of_status(status: int) -> Problem | None:
    if 200 <= status < 300:
        return None
    if status == 410:
        return Problem.GONE
    return Problem.REDIRECT if 300 <= status < 400 else Problem.STATUS


def _is_forbidden(error: BaseException | None) -> bool:
    """Return whether the connection was refused by `infra/outgoing.py`, which aiohttp names as the cause."""
    while error is not None and not isinstance(error, ForbiddenAddressError):
        error = error.__cause__
    return error is not None
