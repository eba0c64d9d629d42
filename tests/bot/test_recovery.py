"""When a probe permits the second attempt of an uncertain delivery, with simulated time."""

from bot.delivery.repeats import LONGEST_PAUSE, PROBE_EVERY, Recovery
from handoff.messages.values import Retry, Sent, Uncertain
from tests.bot.pumping import Moments

LOST = Uncertain("the platform did not answer")


def test_nothing_is_probed_while_nothing_waits() -> None:
    moments = Moments()
    recovery = Recovery(moments)
    recovery.learn(Retry("no connection"))
    moments.now = 100
    assert not recovery.due()


def test_a_probe_that_works_after_one_that_did_not_counts_at_once() -> None:
    moments = Moments()
    recovery = Recovery(moments)
    for _ in range(20):
        recovery.learn(LOST)
        moments.now += 5
    assert recovery.due()
    assert not recovery.due()  # once in a while is enough
    assert not recovery.settle_probe(answered=False)
    moments.now += PROBE_EVERY
    assert recovery.due()
    assert recovery.settle_probe(answered=True)
    assert recovery.held  # until a send shows it too


def test_where_only_sending_fails_the_pauses_grow_and_one_is_tried_at_a_time() -> None:
    moments = Moments()
    recovery = Recovery(moments)
    pauses = []
    for _ in range(8):
        recovery.learn(LOST)
        recovery.learn(LOST)  # of the same moment
        began = moments.now
        while not (recovery.due() and recovery.settle_probe(answered=True)):
            moments.now += 0.5
        pauses.append(moments.now - began)
    assert pauses == [2, 4, 8, 16, 32, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]
    recovery.learn(Sent())
    recovery.learn(LOST)
    began = moments.now
    while not (recovery.due() and recovery.settle_probe(answered=True)):
        moments.now += 0.5
    assert moments.now - began == 2
