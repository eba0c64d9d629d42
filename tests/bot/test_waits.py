"""A wait in the words of three languages."""

from datetime import timedelta

import pytest

from bot.views.wait_times import overdue_forecast, wait_sentence
from handoff.tickets.wait_estimate import Outlook, Wait
from handoff.words import duration


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=5), "1 minute"),
        (timedelta(minutes=7, seconds=1), "8 minutes"),
        (timedelta(minutes=11), "15 minutes"),
        (timedelta(minutes=58), "60 minutes"),
        (timedelta(minutes=61), "2 hours"),
        (timedelta(hours=36), "36 hours"),
        (timedelta(hours=37), "2 days"),
        (timedelta(days=6, hours=1), "7 days"),
    ],
)
def test_a_length_is_rounded_up_to_what_people_say(length: timedelta, words: str) -> None:
    assert duration("en", length) == words


@pytest.mark.parametrize(
    ("minutes", "words"), [(1, "1 минуту"), (3, "3 минуты"), (25, "25 минут"), (90, "2 часа"), (300, "5 часов")]
)
def test_russian_counts_have_their_forms(minutes: int, words: str) -> None:
    assert duration("ru", timedelta(minutes=minutes)) == words


def test_the_sentence_says_what_is_known() -> None:
    wait = Wait(timedelta(minutes=20), timedelta(hours=3))
    assert wait_sentence("en", wait) == "We usually answer within 20 minutes, nearly always within 3 hours."
    assert wait_sentence("ru", wait) == "Обычно отвечаем за 20 минут, почти всегда укладываемся в 3 часа."
    assert wait_sentence("hu", wait) == "Általában 20 perc, szinte mindig legfeljebb 3 óra alatt válaszolunk."
    assert (
        wait_sentence("en", Wait(timedelta(minutes=4), timedelta(minutes=4))) == "We usually answer within 4 minutes."
    )
    assert wait_sentence("en", None) == "We aim to answer within 12 hours."


def test_the_rest_of_a_long_wait_is_a_bound_or_the_target() -> None:
    wait = Wait(timedelta(hours=2), timedelta(hours=5))
    assert overdue_forecast("ru", Outlook(wait, overloaded=False)) == ("Рассчитываем ответить за 5 часов.",)
    assert overdue_forecast("hu", Outlook(wait, overloaded=True)) == ("Igyekszünk 12 óra alatt válaszolni.",)
    assert overdue_forecast("en", Outlook(None, overloaded=False)) == ("We aim to answer within 12 hours.",)
