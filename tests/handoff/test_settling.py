"""The table of outcomes, row by row."""

from datetime import timedelta

import pytest

from handoff.deliveries.outcomes import BACKOFF, GIVE_UP, HELD, KEY_REMEMBERED, STALE, Attempt, Verdict, verdict
from handoff.messages.values import (
    Address,
    AuthBroken,
    OutgoingPart,
    Refused,
    Retry,
    RetryAfter,
    RichText,
    SendOutcome,
    Sent,
    Uncertain,
    Unsendable,
)
from handoff.models import DeliveryState

S = DeliveryState
SECOND = timedelta(seconds=1)
PLAIN = OutgoingPart(Address("vk:main", "1"), RichText("plain"))


def attempt(
    attempts: int = 1,
    age: timedelta = timedelta(0),
    *,
    by_agent: bool = False,
    repeated: bool = False,
    idempotent: bool = False,
) -> Attempt:
    return Attempt(attempts, age, by_agent, repeated, idempotent)


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Sent({"message_id": "5"}), Verdict(S.SENT, platform_ids={"message_id": "5"})),
        (RetryAfter(35.5), Verdict(S.QUEUED, pause=timedelta(seconds=35.5), counted=False)),
        (AuthBroken("token"), Verdict(S.RETRYING, "token", timedelta(seconds=60), counted=False)),
        (Refused("blocked"), Verdict(S.REFUSED, "blocked")),
        (Unsendable("too long"), Verdict(S.FAILED, "too long")),
        (Unsendable("formatting", PLAIN), Verdict(S.QUEUED, fallback=PLAIN)),
    ],
)
@pytest.mark.parametrize("by_agent", [False, True])
@pytest.mark.parametrize("idempotent", [False, True])
@pytest.mark.parametrize("age", [timedelta(0), GIVE_UP * 2])
def test_what_the_platform_said_plainly_holds_whoever_wrote_and_whenever(
    outcome: SendOutcome, told: Verdict, by_agent: bool, idempotent: bool, age: timedelta
) -> None:
    assert verdict(outcome, attempt(9, age, by_agent=by_agent, idempotent=idempotent)) == told


@pytest.mark.parametrize(
    ("given", "state", "repeat"),
    [
        (attempt(), S.RETRYING, True),
        (attempt(repeated=True), S.MAYBE, False),
        (attempt(by_agent=True), S.MAYBE, False),
        (attempt(by_agent=True, repeated=True), S.MAYBE, False),
    ],
    ids=["the bot's, first time", "the bot's, repeated", "an agent's", "an agent's, repeated"],
)
def test_a_lost_answer(given: Attempt, state: DeliveryState, repeat: bool) -> None:
    told = verdict(Uncertain("no answer"), given)
    assert (told.state, told.reason, told.repeat, told.counted) == (state, "no answer", repeat, True)
    assert told.pause == (HELD if repeat else timedelta(0))


@pytest.mark.parametrize(
    ("given", "state"),
    [
        (attempt(idempotent=True), S.RETRYING),
        (attempt(age=KEY_REMEMBERED, idempotent=True), S.RETRYING),
        (attempt(age=KEY_REMEMBERED + SECOND, idempotent=True), S.MAYBE),
        (attempt(age=GIVE_UP + SECOND, idempotent=True), S.MAYBE),
        (attempt(age=KEY_REMEMBERED + SECOND), S.RETRYING),
        (attempt(age=GIVE_UP), S.RETRYING),
        (attempt(age=GIVE_UP + SECOND), S.FAILED),
        (attempt(age=GIVE_UP + SECOND, by_agent=True), S.FAILED),
    ],
)
def test_a_failure_that_may_heal(given: Attempt, state: DeliveryState) -> None:
    told = verdict(Retry("no connection"), given)
    assert (told.state, told.reason, told.repeat, told.counted) == (state, "no connection", False, True)


def test_the_pauses_grow_and_are_spread() -> None:
    for number, seconds in enumerate((*BACKOFF, 900, 900), 1):
        pauses = {verdict(Retry("no"), attempt(number)).pause.total_seconds() for _ in range(50)}
        assert all(0.8 * seconds <= pause <= 1.2 * seconds for pause in pauses)
        assert len(pauses) > 1


def test_an_edit_may_be_repeated_anywhere_and_the_bots_is_soon_stale() -> None:
    for by_agent, minutes, state in ((False, 5, S.RETRYING), (False, 11, S.FAILED), (True, 11, S.RETRYING)):
        for outcome in (Uncertain("no answer"), Retry("no connection")):
            for idempotent in (False, True):
                age = timedelta(minutes=minutes)
                edit = Attempt(2, age, by_agent, repeated=False, idempotent=idempotent, edit=True)
                assert verdict(outcome, edit).state is state
    late = Attempt(9, timedelta(hours=2), by_agent=True, repeated=False, idempotent=True, edit=True)
    assert verdict(Retry("no connection"), late).state is S.RETRYING


def test_what_all_can_read_is_said_once_and_soon_or_not_at_all() -> None:
    def public(age: timedelta, *, idempotent: bool) -> Attempt:
        return Attempt(2, age, by_agent=False, repeated=False, idempotent=idempotent, public=True)

    for idempotent in (True, False):
        early, late = public(SECOND, idempotent=idempotent), public(STALE + SECOND, idempotent=idempotent)
        assert verdict(Uncertain("no answer"), early).state is S.MAYBE
        assert verdict(Retry("no connection"), early).state is S.RETRYING
        # On a platform that knows repeats, "try again" also covers what may have arrived.
        assert verdict(Retry("no connection"), late).state is (S.MAYBE if idempotent else S.FAILED)
        assert verdict(RetryAfter(5), early).state is S.QUEUED
        assert verdict(RetryAfter(5), late).state is S.FAILED
