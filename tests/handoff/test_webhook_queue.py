"""The sender's side of webhooks: order, retries, leases, and what admins change."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from handoff.audit.log import Actor
from handoff.audit.models import AuditAction, AuditEntry, Origin
from handoff.webhooks import queue
from handoff.webhooks.models import DisabledReason, EventState, Problem, Webhook, WebhookEvent
from handoff.webhooks.outbox import read_listeners
from handoff.webhooks.queue import PAUSES, OldEvents
from handoff.webhooks.registry import (
    MOST_WEBHOOKS,
    UnknownWebhookError,
    WebhookRefusedError,
    Webhooks,
    WebhookState,
)
from handoff.webhooks.signatures import headers, sign
from infra.outgoing import AddressRules
from tests.handoff.floor import Floor
from tests.handoff.hooked import claims, listens, registry, sends, settles, state, written

# --- on the way ---------------------------------------------------------------------------------------------------


async def test_events_leave_in_the_order_in_which_they_happened(floor: Floor) -> None:
    number = await listens(floor)
    for _ in range(3):
        await floor.asks()
        floor.clock.passes(seconds=1)
    keys = [row.key for row in await written(floor)]
    assert [(await sends(floor, number)).key for _ in keys] == keys
    assert await claims(floor, number) is None
    assert await state(floor, number) is WebhookState.WORKING


async def test_one_process_at_a_time_sends_to_a_webhook(floor: Floor) -> None:
    number = await listens(floor)
    await floor.asks()
    await floor.asks()
    first = await claims(floor, number)
    assert first is not None
    assert await claims(floor, number, "two") is None
    floor.clock.passes(seconds=31)  # the first one was killed while it was sending
    again = await claims(floor, number, "two")
    assert again is not None
    assert again.key == first.key
    await settles(floor, first, Problem.TIMEOUT)  # it wakes up: the other one's attempt counts
    await settles(floor, again, owner="two")
    assert [(row.state, row.attempts) for row in await written(floor)] == [
        (EventState.DELIVERED, 1),
        (EventState.PENDING, 0),
    ]


async def test_retries_grow_to_about_28_hours_and_the_webhook_is_switched_off(floor: Floor) -> None:
    number = await listens(floor)
    await floor.asks()
    begun = floor.clock()
    for pause in PAUSES:
        await sends(floor, number, Problem.STATUS, 500)
        (row,) = await written(floor)
        waits = row.next_attempt_at - floor.clock()
        assert pause <= waits <= pause * 1.1
        assert await claims(floor, number) is None
        assert await state(floor, number) is WebhookState.FAILING
        floor.clock.now = row.next_attempt_at
    assert timedelta(hours=27) < floor.clock() - begun < timedelta(hours=31)
    await sends(floor, number, Problem.STATUS, 500)
    (row,) = await written(floor)
    assert (row.state, row.attempts, row.status_code) == (EventState.FAILED, 8, 500)
    view = await floor.database.read(lambda session: registry(floor).get(session, number))
    assert (view.state, view.disabled_reason) == (WebhookState.DISABLED, DisabledReason.FAILING)


async def test_one_event_that_is_never_accepted_does_not_switch_off_a_webhook_that_works(floor: Floor) -> None:
    number = await listens(floor)
    await floor.asks()
    poison = (await written(floor))[0].id
    while (await written(floor))[0].state is EventState.PENDING:
        await sends(floor, number, Problem.STATUS, 500)
        await floor.asks()
        claimed = await claims(floor, number)
        assert claimed is not None
        assert claimed.id != poison
        await settles(floor, claimed)
        floor.clock.now = max(floor.clock(), (await written(floor))[0].next_attempt_at)
        _ = await floor.do(lambda session: session.execute(update(Webhook).values(failing_since=None)))
    assert await state(floor, number) is not WebhookState.DISABLED


async def test_a_receiver_that_is_back_gets_at_once_what_waited_in_order(floor: Floor) -> None:
    number = await listens(floor)
    for _ in range(3):
        await floor.asks()
        floor.clock.passes(seconds=1)
    for _ in range(2):
        await sends(floor, number, Problem.CONNECTION)
    keys = [row.key for row in await written(floor)]
    assert (await sends(floor, number)).key == keys[2]
    assert [(await sends(floor, number)).key for _ in range(2)] == keys[:2]


async def test_a_receiver_that_is_gone_for_good_is_switched_off_at_once(floor: Floor) -> None:
    number = await listens(floor)
    await floor.asks()
    await floor.asks()
    await sends(floor, number, Problem.GONE, 410)
    assert await state(floor, number) is WebhookState.DISABLED
    assert await claims(floor, number) is None
    assert await floor.database.read(read_listeners) == ()
    by = Actor(None, Origin.COMMAND_LINE)
    await floor.do(lambda session: registry(floor).resume(session, number, by))
    assert (await sends(floor, number)).key == (await written(floor))[1].key


async def test_an_event_is_sent_again_under_the_same_id(floor: Floor) -> None:
    number = await listens(floor)
    await floor.asks()
    first = await sends(floor, number)
    await floor.do(lambda session: registry(floor).resend(session, number, first.id))
    assert (await sends(floor, number)).key == first.key
    with pytest.raises(UnknownWebhookError):
        await floor.do(lambda session: registry(floor).resend(session, number, 999))


async def test_a_clock_that_was_set_back_delays_nothing(floor: Floor) -> None:
    number = await listens(floor)
    await floor.asks()
    assert await claims(floor, number) is not None  # and dies
    floor.clock.passes(days=-2)
    assert await claims(floor, number, "two") is None
    await floor.do(lambda session: queue.follow_clock(session, floor.clock()))
    assert await claims(floor, number, "two") is not None


async def test_old_events_are_deleted_after_thirty_days(floor: Floor) -> None:
    await listens(floor)
    for _ in range(3):
        await floor.asks()
    floor.clock.passes(days=29)
    await floor.asks()
    floor.clock.passes(days=2)
    old = OldEvents(floor.clock)
    (number,) = await floor.database.read(lambda session: old.due(session, 0, 100))
    assert await floor.do(lambda session: old.act(session, number))
    assert len(await written(floor)) == 1
    assert await floor.database.read(lambda session: old.due(session, number, 100)) == []


# --- what admins do -----------------------------------------------------------------------------------------------


async def test_a_paused_webhook_is_notified_of_nothing(floor: Floor) -> None:
    number, by = await listens(floor), Actor(None, Origin.COMMAND_LINE)
    await floor.asks()
    await floor.do(lambda session: registry(floor).pause(session, number, by))
    await floor.asks()
    assert len(await written(floor)) == 1
    assert await claims(floor, number) is None
    with pytest.raises(WebhookRefusedError):
        await floor.do(lambda session: registry(floor).test(session, number))
    await floor.do(lambda session: registry(floor).resume(session, number, by))
    assert await claims(floor, number) is not None


async def test_both_secrets_sign_for_a_day(floor: Floor) -> None:
    number, by = await listens(floor), Actor(None, Origin.COMMAND_LINE)
    old = await floor.database.read(lambda session: session.get_one(Webhook, number).secret)
    fresh = await floor.do(lambda session: registry(floor).rotate(session, number, by))
    assert fresh != old
    await floor.asks()
    claimed = await claims(floor, number)
    assert claimed is not None
    assert claimed.keys == (fresh, old)
    assert fresh not in repr(claimed)
    await settles(floor, claimed, Problem.TIMEOUT)
    floor.clock.passes(hours=24)
    again = await claims(floor, number)
    assert again is not None
    assert again.keys == (fresh,)


async def test_deleting_a_webhook_deletes_its_events(floor: Floor) -> None:
    number, by = await listens(floor), Actor(None, Origin.COMMAND_LINE)
    await floor.asks()
    claimed = await claims(floor, number)
    assert claimed is not None
    await floor.do(lambda session: registry(floor).remove(session, number, by))
    await settles(floor, claimed)
    assert await written(floor) == []
    await floor.asks()
    assert await written(floor) == []


async def test_there_is_a_limit_and_every_change_is_in_the_audit_log(floor: Floor) -> None:
    number, by = await listens(floor), Actor(None, Origin.COMMAND_LINE)
    await floor.do(lambda session: registry(floor).edit(session, number, [WebhookEvent.RATED], by, with_texts=True))
    for change in (registry(floor).pause, registry(floor).resume, registry(floor).rotate):
        await floor.do(lambda session, change=change: change(session, number, by))  # type: ignore[misc]
    with pytest.raises(WebhookRefusedError, match="at least one"):
        await floor.do(lambda session: registry(floor).edit(session, number, [], by, with_texts=True))
    for _ in range(MOST_WEBHOOKS - 1):
        await listens(floor)
    with pytest.raises(WebhookRefusedError, match="limit"):
        await listens(floor)
    await floor.do(lambda session: registry(floor).remove(session, number, by))
    wanted = select(AuditEntry.action).where(AuditEntry.concern_id == str(number)).order_by(AuditEntry.id)
    assert await floor.database.read(lambda session: list(session.scalars(wanted))) == [
        AuditAction.WEBHOOK_ADDED,
        AuditAction.WEBHOOK_CHANGED,
        AuditAction.WEBHOOK_PAUSED,
        AuditAction.WEBHOOK_RESUMED,
        AuditAction.WEBHOOK_ROTATED,
        AuditAction.WEBHOOK_REMOVED,
    ]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "whole address"),
        ("example.org/hooks", "whole address"),
        ("ftp://example.org", "whole address"),
        ("https://example.org:port/", "whole address"),
        ("https://exam ple.org/", "whole address"),
        ("https://example.org\\@10.0.0.1/", "whole address"),
        ("https://" + "a" * 1000, "whole address"),
        ("https://olga:secret@8.8.8.8/", "user name"),
        ("https://127.0.0.1/", "public internet"),
        ("https://2130706433/", "public internet"),
        ("https://0x7f.1/", "public internet"),
        ("https://[::ffff:10.0.0.1]/", "public internet"),
        ("https://169.254.169.254/latest/meta-data", "public internet"),
        ("https://localhost:8080/desk", "public internet"),
        ("http://8.8.8.8/", "Use https"),
        ("https://no-such-name.invalid/", "cannot be found"),
    ],
)
async def test_an_address_is_checked_before_it_is_registered(floor: Floor, url: str, sentence: str) -> None:
    with pytest.raises(WebhookRefusedError, match=sentence):
        await registry(floor).check_address(url)


async def test_allowed_addresses(floor: Floor) -> None:
    assert await registry(floor).check_address(" https://8.8.8.8/hooks?key=1 ") == "https://8.8.8.8/hooks?key=1"
    inside = Webhooks(floor.desk.journal.webhooks, AddressRules(["127.0.0.0/8"]), floor.bus, floor.clock)
    assert await inside.check_address("http://127.0.0.1:9000/hooks") == "http://127.0.0.1:9000/hooks"


# --- signatures ---------------------------------------------------------------------------------------------------


def test_the_signature_is_that_of_the_scheme() -> None:
    """The example that the libraries of Standard Webhooks are tested with."""
    at = datetime.fromisoformat("2021-02-25T15:02:10+00:00")
    secret, key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    body = b'{"test": 2432232314}'
    assert sign(secret, key, at, body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers((secret, secret), key, at, body) == {
        "webhook-id": key,
        "webhook-timestamp": "1614265330",
        "webhook-signature": " ".join(["v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="] * 2),
    }
