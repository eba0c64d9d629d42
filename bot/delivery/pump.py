"""The pump: sends one account's part of the outbox within the platform's rate limit.

The rows are the only retry layer. A part is claimed, fenced just before it is sent and settled by the platform's
answer; at every moment the row records how far delivery has come.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.orm import Session

from bot.channels import Channel, reasons
from bot.delivery.repeats import Recovery, works
from handoff.deliveries.claims import LEASE, Claimed, Claims
from handoff.deliveries.deletions import NO_NUMBER
from handoff.deliveries.outbox import Claim, Outbox
from handoff.deliveries.outcomes import AUTH_PAUSE, Settled
from handoff.messages.values import AuthBroken, Retry, RetryAfter, SendOutcome, Uncertain, Unsendable
from infra.bus import Bus
from infra.clock import Clock
from infra.database import Database, Held, after_commit
from infra.storage.leases import LostHoldError
from infra.storage.outages import Notices, outage

log = logging.getLogger(__name__)

_LOOK_EVERY = 1.0
_BREAKER_AFTER = 10
_BREAKER_PAUSE = 15.0
_CONTACT_BURST = 3
_SETTLE_PAUSES = (0.2, 1, 2, 5, 10, 20)
_LAST_WORDS = 5.0
"""Seconds that open requests get at shutdown; unfinished ones count as possibly delivered."""


class TokenBucket:
    """Allows `rate` per second, with a burst of at most `burst`."""

    def __init__(self, rate: float, burst: float, now: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = burst
        self._now = now
        self._level = burst
        self._at = now()

    def wait(self) -> float:
        """Return the seconds until the next token is available."""
        self._fill()
        return max(0.0, (1 - self._level) / self._rate)

    def whole(self) -> int:
        """Return the number of available tokens."""
        self._fill()
        return max(0, int(self._level))

    def take(self) -> None:
        self._fill()
        self._level -= 1

    def full(self) -> bool:
        self._fill()
        return self._level >= self._burst

    def _fill(self) -> None:
        now = self._now()
        self._level = min(self._burst, self._level + (now - self._at) * self._rate)
        self._at = now


class Pace:
    """The rate limits of one account: over all contacts, per contact, and pauses."""

    def __init__(self, per_second: float, per_contact: float, now: Callable[[], float]) -> None:
        self._now = now
        self._per_contact = per_contact
        # The rate stays two messages per second below the platform's limit, so this burst is not refused.
        self._account = TokenBucket(per_second, 2, now)
        self._contacts: dict[int, TokenBucket] = {}
        self._paused_until = 0.0

    def pause(self, seconds: float) -> None:
        self._paused_until = max(self._paused_until, self._now() + seconds)

    def wait(self) -> float:
        """Return the seconds until the account may send again."""
        return max(self._paused_until - self._now(), self._account.wait())

    def count_allowed(self) -> int:
        """Return the number of messages that the account may send now."""
        return 0 if self._paused_until > self._now() else self._account.whole()

    def lately(self) -> frozenset[int]:
        """Return the contacts that were written to recently, whose own limit has to be checked."""
        return frozenset(contact for contact, bucket in self._contacts.items() if not bucket.full())

    def contact_wait(self, contact_id: int) -> float:
        bucket = self._contacts.get(contact_id)
        return bucket.wait() if bucket else 0.0

    def take(self, contact_id: int | None) -> None:
        """Count an outgoing message; None for a call that is no message to a contact."""
        self._account.take()
        if contact_id is None:
            return
        if contact_id not in self._contacts:
            self._contacts = {key: bucket for key, bucket in self._contacts.items() if not bucket.full()}
            self._contacts[contact_id] = TokenBucket(self._per_contact, _CONTACT_BURST, self._now)
        self._contacts[contact_id].take()


class Pump:
    """Delivers one account's parts; each account has one pump at a time (see `bot/program/app.py`)."""

    def __init__(
        self, channel: Channel, db: Database | Held, outbox: Outbox, bus: Bus, clock: Clock, owner: str
    ) -> None:
        self._channel = channel
        self._db = db
        self._outbox = outbox
        self._bus = bus
        self._clock = clock
        self._owner = owner
        # Reads and writes report outages separately: reading works while nothing can be written.
        self._notices = Notices(log, f"{channel.account}: the outbox")
        self._unrecorded: set[int] = set()
        """Deliveries whose outcome is known but not yet written."""
        self._records = Notices(log, f"{channel.account}: the record of what is sent")
        self._now = asyncio.get_running_loop().time
        self._pace = Pace(channel.limits.per_second, channel.limits.per_contact, self._now)
        self._recovery = Recovery(self._now)
        self._probing: asyncio.Task[None] | None = None
        self._ready: list[Claimed] = []
        self._sending: set[asyncio.Task[None]] = set()
        self._looking: asyncio.Task[None] | None = None
        self._look_at = 0.0
        self._ending = False
        self._troubles = 0
        self._running = False  # whether parts may be claimed: only after a dead sender's claims were released
        self._offered: list[int] = []
        self._unoffered = asyncio.Event()
        self._unoffered.set()
        self._wake: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Send until cancelled. On cancellation open requests are finished, so that their outcome is known.

        It may be run again afterwards, for example when the hold on the account was lost and regained.
        """
        self._ending, self._look_at = False, 0.0
        with self._bus.subscribe("outbox") as hints:
            self._wake = lambda: hints.put("")
            self._outbox.senders[self._channel.account] = self
            try:
                recover_at, wall = 0.0, self._clock()
                while True:
                    try:
                        before, wall = wall, self._clock()
                        if self._now() >= recover_at or wall < before:  # immediately if the clock was set back
                            await self._recover()
                            self._running = True
                            recover_at = self._now() + LEASE.total_seconds() / 3
                        rest = await self._round()
                    except Exception as error:  # noqa: BLE001 - database outages are temporary
                        self._notices.note_failure(error)
                        rest = _LOOK_EVERY
                    else:
                        self._notices.note_success()
                    if await hints.next(rest) == self._channel.account:
                        self._look_at = 0.0
            finally:
                await self._finish()

    async def _round(self) -> float:
        """Send the parts that may go now; returns the seconds until the next round."""
        self._launch()
        if self._probing is None and self._recovery.due():
            self._probing = asyncio.create_task(self._probe())
        if self._now() >= self._look_at and (room := self._room()) > 0:
            self._look_at = self._now() + _LOOK_EVERY
            self._looking = asyncio.create_task(self._look(room))
            # Parts marked as being sent must be sent even if this task is cancelled meanwhile.
            await asyncio.shield(self._looking)
        if self._ready and len(self._sending) < self._channel.limits.concurrency:
            soonest = min(map(self._rest, self._ready))
            return min(_LOOK_EVERY, max(self._pace.wait(), soonest))
        if self._room() <= 0:
            return _LOOK_EVERY
        return min(_LOOK_EVERY, max(0.0, self._look_at - self._now()))

    async def _probe(self) -> None:
        """Probe the platform; if it works again, one part of uncertain outcome is sent once more."""
        try:
            if self._recovery.settle_probe(answered=await self._channel.probe()):
                await self._db.write(lambda session: self._outbox.repeat(session, self._channel.account, most=1))
        except Exception as error:  # noqa: BLE001 - as above
            self._notices.note_failure(error)
        finally:
            self._probing = None

    def _room(self) -> int:
        """Return how many more parts to claim: enough that sending never waits for the database."""
        if self._ending or self._pace.wait() >= _LOOK_EVERY:
            return 0
        return 2 * self._channel.limits.concurrency - len(self._sending) - len(self._ready)

    async def _look(self, room: int) -> None:
        """Claim due parts and send those that may go.

        Parts that can go at once are marked in the same transaction: a quiet account needs one less for each part.
        """
        account, owner = self._channel.account, self._owner
        free = 0 if self._ready else self._free()
        lately = self._pace.lately()
        claims = await self._db.write(
            lambda session: self._outbox.claim(session, account, owner, room, at_once=free, resting=lately)
        )
        self._accept(claims, room)

    @contextmanager
    def offer(self) -> Iterator[Claim | None]:
        """Yield a claim for a writer's own transaction, which saves the pump one."""
        room = self._room()
        if room <= 0 or not self._running:
            yield None
            return
        account, owner, lately = self._channel.account, self._owner, self._pace.lately()
        free = 0 if self._ready else min(1, self._free())

        def claim(session: Session) -> None:
            if not self._db.holds(session):
                return  # another process sends now
            claims = self._outbox.claim(session, account, owner, room, at_once=free, resting=lately)
            after_commit(session, lambda: self._accept(claims, room))

        self._offered.append(free)
        self._unoffered.clear()
        try:
            yield claim
        finally:
            self._offered.remove(free)
            if not self._offered:
                self._unoffered.set()

    def _accept(self, claims: Claims, room: int) -> None:
        """Send claimed parts."""
        for part in claims.parts:
            if part.fenced:
                self._start(part)
            else:
                self._ready.append(part)
        if len(claims.parts) == room:
            self._look_at = 0.0
        elif claims.next_due is not None:
            pause = (claims.next_due - self._clock()).total_seconds()
            self._look_at = min(self._look_at, self._now() + max(0.01, pause))
        self._launch()
        if self._ready:
            self._wake()  # parts delayed by the rate limit are sent by the loop, which may be asleep

    def _free(self) -> int:
        """Return the number of parts that may be sent now."""
        room = self._channel.limits.concurrency - len(self._sending)
        return min(self._pace.count_allowed(), room) - sum(self._offered)

    def _launch(self) -> None:
        for claimed in tuple(self._ready):
            if self._ending or self._free() <= 0:
                return
            if self._rest(claimed) > 0:
                continue  # others are sent first; this one keeps its claim
            self._ready.remove(claimed)
            self._start(claimed)

    def _rest(self, claimed: Claimed) -> float:
        """Return the seconds until the contact's limit allows the part; one that does not notify may go at once."""
        return 0.0 if claimed.part.is_silent else self._pace.contact_wait(claimed.contact_id)

    def _start(self, claimed: Claimed) -> None:
        self._pace.take(None if claimed.part.is_silent else claimed.contact_id)
        task = asyncio.create_task(self._deliver(claimed))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        task.add_done_callback(lambda _: self._wake())

    async def _deliver(self, claimed: Claimed) -> None:
        delivery, owner = claimed.delivery_id, self._owner
        try:
            if not claimed.fenced and not await self._db.write(
                lambda session: self._outbox.fence(session, delivery, owner)
            ):
                return
        except Exception as error:  # noqa: BLE001 - nothing was sent: the claim lapses and the part is claimed again
            self._records.note_failure(error)
            return
        outcome: SendOutcome
        if claimed.part.edits == "":
            outcome = Unsendable(reasons.NOT_EDITABLE)
        elif claimed.part.deletes == "":
            outcome = Unsendable(NO_NUMBER)
        else:
            outcome = await self._channel.send(claimed.part)
        if claimed.part.marks is None or isinstance(outcome, RetryAfter | AuthBroken):
            self._slow_down(outcome)  # a failing mark says little about messages
        if claimed.part.marks is None:
            self._recovery.learn(outcome)
        await self._settle(delivery, outcome, mark=claimed.part.marks is not None)

    async def _settle(self, delivery: int, outcome: SendOutcome, *, mark: bool) -> None:
        """Record the outcome, with retries: without it the part would count as possibly delivered.

        The contact's next part, which the outcome releases, is claimed along with it.
        """
        account, idempotent, owner = self._channel.account, self._channel.limits.idempotent, self._owner
        more = self._look_at <= self._now()  # other contacts' parts are known to wait
        recovered = self._recovery.held and works(outcome) and not mark

        def work(session: Session, room: int) -> tuple[Settled | None, list[Claimed]]:
            settled = self._outbox.settle(session, delivery, owner, outcome, idempotent=idempotent)
            if recovered:
                self._outbox.repeat(session, account)
            wanted = room > 0 and (more or settled is None or settled.behind)
            return settled, self._outbox.claim(session, account, owner, room).parts if wanted else []

        self._unrecorded.add(delivery)
        try:
            await self._record(delivery, work, recovered=recovered)
        finally:
            self._unrecorded.discard(delivery)

    async def _record(
        self, delivery: int, work: Callable[[Session, int], tuple[Settled | None, list[Claimed]]], *, recovered: bool
    ) -> None:
        """Write an outcome; retries until an outage ends, and a few times after other errors."""
        for attempt in itertools.count(1):
            room = self._room()
            try:
                settled, claimed = await self._db.write(lambda session, room=room: work(session, room))  # type: ignore[misc]
            except LostHoldError:
                log.warning("delivery %d: another process has taken the account over and settles it", delivery)
                return
            except Exception as error:  # noqa: BLE001 - database outages are temporary
                self._records.note_failure(error)
                if attempt > len(_SETTLE_PAUSES) and outage(error) is None:
                    return
                await asyncio.sleep(_SETTLE_PAUSES[min(attempt, len(_SETTLE_PAUSES)) - 1])
            else:
                self._records.note_success()
                log.debug("delivery %d: %s", delivery, settled.state if settled else "taken over")
                self._ready += claimed
                if recovered:
                    self._recovery.held = False
                if room > 0 and len(claimed) == room:
                    self._look_at = 0.0
                return

    def _slow_down(self, outcome: SendOutcome) -> None:
        """Apply the consequences of an outcome for the whole account."""
        self._troubles = self._troubles + 1 if isinstance(outcome, Retry | Uncertain) else 0
        match outcome:
            case RetryAfter(_, for_contact=True):
                pass  # the part stays in its row, and the contact's later parts behind it
            case RetryAfter(seconds):
                log.warning("%s: asked to pause for %.1f s", self._channel.account, seconds)
                self._pace.pause(seconds)
            case AuthBroken(reason):
                log.error("%s: %s", self._channel.account, reason)
                self._pace.pause(AUTH_PAUSE.total_seconds())
            case _ if self._troubles >= _BREAKER_AFTER:
                self._pace.pause(_BREAKER_PAUSE)

    async def _recover(self) -> None:
        account, owner, idempotent = self._channel.account, self._owner, self._channel.limits.idempotent
        known = frozenset(self._unrecorded)

        def work(session: Session) -> bool:
            self._outbox.recover(session, account, owner, idempotent=idempotent, known=known)
            return self._outbox.repeats(session, account)

        self._recovery.held = await self._db.write(work)

    async def _finish(self) -> None:
        self._ending, self._running = True, False
        self._outbox.senders.pop(self._channel.account, None)
        await self._unoffered.wait()  # parts that are being claimed must be sent or released
        if self._looking is not None:
            await asyncio.wait([self._looking])
        if self._probing is not None:
            self._probing.cancel()
            await asyncio.gather(self._probing, return_exceptions=True)
        if self._sending:
            await asyncio.wait(self._sending, timeout=_LAST_WORDS)
        owner, unsent = self._owner, [claimed.delivery_id for claimed in self._ready]
        self._ready = []
        if unsent:
            with suppress(LostHoldError):  # the new holder of the account releases them too
                await self._db.write(lambda session: self._outbox.release(session, unsent, owner))
