"""The pace of sending, in a time of its own: never faster than allowed, and no slower than needed."""

from collections import defaultdict
from collections.abc import Sequence

from bot.delivery.pump import Pace
from tests.bot.pumping import Moments


def sent_by(pace: Pace, moments: Moments, contacts: Sequence[int], until: float) -> list[tuple[float, int]]:
    """Simulate a sender that sends to each allowed contact as soon as possible."""
    sent: list[tuple[float, int]] = []
    turn = 0
    while moments.now < until:
        free = [contact for contact in contacts if pace.contact_wait(contact) <= 0]
        if pace.wait() <= 0 and free:
            contact = free[turn % len(free)]
            turn += 1
            pace.take(contact)
            sent.append((moments.now, contact))
        else:
            moments.now += max(0.001, min(pace.wait(), 0.01))
    return sent


def most_in(sent: Sequence[float], seconds: float) -> int:
    return max(sum(start <= at < start + seconds for at in sent) for start in sent)


def test_the_account_keeps_its_rate_and_uses_it() -> None:
    moments = Moments()
    pace = Pace(per_second=25, per_contact=1, now=moments)
    sent = sent_by(pace, moments, range(200), until=20)
    times = [at for at, _ in sent]
    assert most_in(times, 1.0) <= 25 + 2
    assert len(sent) >= 0.95 * 25 * 20


def test_each_contact_has_a_rate_of_their_own_with_a_burst_of_three() -> None:
    moments = Moments()
    pace = Pace(per_second=25, per_contact=1, now=moments)
    by_contact = defaultdict(list)
    for at, contact in sent_by(pace, moments, [1, 2], until=10):
        by_contact[contact].append(at)
    for times in by_contact.values():
        assert [at < 0.5 for at in times[:4]] == [True, True, True, False]
        assert most_in(times[3:], 1.0) <= 2
        assert 11 <= len(times) <= 13


def test_a_pause_stops_everything_and_the_longest_counts() -> None:
    moments = Moments()
    pace = Pace(per_second=25, per_contact=1, now=moments)
    pace.pause(30)
    pace.pause(5)
    assert pace.wait() == 30
    moments.now = 29.9
    assert pace.wait() > 0
    moments.now = 30.0
    assert pace.wait() == 0


def test_contacts_that_rest_are_forgotten_without_harm() -> None:
    moments = Moments()
    pace = Pace(per_second=1000, per_contact=1, now=moments)
    for contact in range(1000):
        pace.take(contact)
        moments.now += 10
    assert pace.contact_wait(0) == 0
    assert pace.contact_wait(10**9) == 0
