"""Names without visible characters count as empty."""

import pytest

from handoff.messages.names import readable


@pytest.mark.parametrize(
    "name",
    ["", " ", "\u3164", "\u2800\u2800", "\u200b\u200f", "\u202e\u2066 ", "\u0301", "\u115f\u1160\uffa0", "\ufeff\u00ad",
     "\ue000", "\ufe0f"],
)  # fmt: skip
def test_what_shows_nothing_is_no_name(name: str) -> None:
    assert readable(name) == ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Анна", "Анна"), ("👩‍👩‍👧", "👩‍👩‍👧"), ("דנה", "דנה"), ("a\u202egnol", "agnol"), ("é", "é"), ("…", "…")],
)
def test_what_can_be_seen_stays_and_turns_nothing_around(name: str, shown: str) -> None:
    assert readable(name) == shown
