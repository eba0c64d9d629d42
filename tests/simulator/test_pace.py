"""The token bucket behind 429 and error 6."""

from bot.simulator.pace import Pace


def test_a_burst_then_the_rate_and_each_key_for_itself() -> None:
    pace = Pace(per_second=2, burst=2, leeway=0)
    assert [pace.wait("a", 0.0) for _ in range(3)] == [0, 0, 0.5]
    assert pace.wait("b", 0.0) == 0
    assert pace.wait("a", 0.5) == 0
    assert pace.wait("a", 0.75) == 0.25


def test_idle_time_is_not_saved_beyond_the_burst_and_a_clock_set_back_does_no_harm() -> None:
    pace = Pace(per_second=1, burst=1, leeway=0)
    assert pace.wait("a", 100.0) == 0
    assert [pace.wait("a", 1000.0) for _ in range(2)] == [0, 1]
    assert pace.wait("a", 10.0) == 1
    assert pace.wait("a", 11.0) == 0
