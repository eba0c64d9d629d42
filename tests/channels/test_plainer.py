"""Plainer forms, labels, and what webhooks have in common."""

import json

import pytest

from bot.channels.fallbacks import fitting, without_buttons, without_formatting
from bot.channels.proxies import check_proxy
from bot.channels.webhook_bodies import MAX_BODY, MAX_DEPTH, HookRefusedError, read_body
from handoff.messages.values import Address, Button, Entity, EntityKind, OutgoingPart, RichText
from infra.errors import PlainError

TO = Address("vk:test", "5")


def test_links_are_written_out_behind_their_words() -> None:
    text = RichText(
        "😀 one and two",
        (
            Entity(EntityKind.LINK, 3, 3, "https://a.org"),
            Entity(EntityKind.BOLD, 3, 3),
            Entity(EntityKind.LINK, 11, 3, "https://b.org"),
        ),
    )
    plain = without_formatting(OutgoingPart(TO, text, random_id=4))
    assert plain == OutgoingPart(TO, RichText("😀 one (https://a.org) and two (https://b.org)"), random_id=4)


def test_a_link_that_shows_itself_is_not_repeated() -> None:
    text = RichText("https://a.org", (Entity(EntityKind.LINK, 0, 13, "https://a.org"),))
    plain = without_formatting(OutgoingPart(TO, text))
    assert plain == OutgoingPart(TO, RichText("https://a.org"))


def test_links_that_would_make_the_text_too_long_are_left_out() -> None:
    text = RichText("x" * 4090, (Entity(EntityKind.LINK, 0, 5, "https://a.org"),))
    assert without_formatting(OutgoingPart(TO, text)) == OutgoingPart(TO, RichText("x" * 4090))


def test_what_is_plain_has_no_plainer_form() -> None:
    part = OutgoingPart(TO, RichText("x"))
    assert without_formatting(part) is None
    assert without_buttons(part) is None


def test_buttons_go_and_the_rest_stays() -> None:
    text = RichText("x", (Entity(EntityKind.BOLD, 0, 1),))
    assert without_buttons(OutgoingPart(TO, text, (Button("a", "b"),), 3)) == OutgoingPart(TO, text, (), 3)


@pytest.mark.parametrize(
    ("label", "longest", "shown"),
    [("Yes", 40, "Yes"), ("x" * 40, 40, "x" * 40), ("x" * 41, 40, "x" * 39 + "…"), ("ab cd", 4, "ab…"), ("  ", 9, "…")],
)
def test_labels_fit(label: str, longest: int, shown: str) -> None:
    assert fitting(label, longest) == shown


def test_a_body_at_the_limits_is_read() -> None:
    deepest = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert read_body(f'{{"a": {deepest}}}'.encode()) == {"a": json.loads(deepest)}
    filled = b'{"a": "' + b"x" * (MAX_BODY - 9) + b'"}'
    assert len(filled) == MAX_BODY
    assert set(read_body(filled)) == {"a"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x" * (MAX_BODY + 1), 413),
        (b'{"a": ' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}", 400),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
        (b'{"a":' * 100_000, 400),
        (b"", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"{", 400),
        (b"\xff\xfe{}", 400),
        (b'{"a": ' + b"9" * 10_000 + b"}", 400),
    ],
)
def test_other_bodies_are_refused(body: bytes, status: int) -> None:
    with pytest.raises(HookRefusedError) as refused:
        read_body(body)
    assert refused.value.reply.status == status


def test_proxies() -> None:
    assert check_proxy(None, "The proxy") is None
    assert check_proxy("", "The proxy") is None
    assert check_proxy("http://user:word@127.0.0.1:3128", "The proxy") == "http://user:word@127.0.0.1:3128"
    for unusable in ("socks5://127.0.0.1:1080", "127.0.0.1:3128", "http://"):
        with pytest.raises(PlainError, match="The proxy must be the address of an HTTP proxy"):
            check_proxy(unusable, "The proxy")
