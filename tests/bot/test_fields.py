"""Answers that a form's field accepts."""

from datetime import UTC, datetime

import pytest

from bot.dialogue.fields import parse_field
from handoff.messages.values import Address, Attachment, EventKind, IncomingEvent
from knowledge.entries.forms import FieldType, FormField


def said(text: str, *attachments: Attachment) -> IncomingEvent:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return IncomingEvent(EventKind.MESSAGE, Address("vk:main", "1"), now, text=text, attachments=attachments)


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        ("text", "  два   слова ", "два слова"),
        ("text", "", None),
        ("text", "я" * 5000, "я" * 1000),
        ("number", "42", "42"),
        ("number", "1 200,50", "1 200,50"),
        ("number", "сорок", None),
        ("date", "1.3.2026", "01.03.2026"),
        ("date", "2026-03-01", "01.03.2026"),
        ("date", "2026.03.01.", "01.03.2026"),
        ("date", "30.02.2026", None),
        ("date", "вчера", None),
        ("phone", "+7 (912) 345-67-89", "+7 (912) 345-67-89"),
        ("phone", "12345", None),
        ("email", "anna@example.org", "anna@example.org"),
        ("email", "anna@example", None),
        ("link", "vk.com/id1", "vk.com/id1"),
        ("link", "https://пример.рф/я", "https://пример.рф/я"),
        ("link", "моя страница", None),
        ("choice", "да", "Да"),
        ("choice", "2", "Нет"),
        ("choice", "yes", "Yes"),
        ("choice", "может быть", None),
        ("file", "вот", None),
    ],
)
def test_what_is_understood(kind: FieldType, text: str, kept: str | None) -> None:
    choices = {"ru": ("Да", "Нет"), "en": ("Yes", "No")} if kind == "choice" else {}
    assert parse_field(FormField("f", kind, labels={"ru": "?"}, choices=choices), said(text)) == kept


def test_a_file_is_named_and_a_sticker_is_none() -> None:
    field = FormField("f", "file")
    assert parse_field(field, said("", Attachment("document", "a.pdf"))) == "a.pdf"
    assert parse_field(field, said("", Attachment("photo"))) == "photo"
    assert parse_field(field, said("", Attachment("sticker"))) is None
