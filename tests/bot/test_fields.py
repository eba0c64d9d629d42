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
        ("number", "примерно 300 рублей", "примерно 300 рублей"),
        ("number", "сорок", None),
        ("date", "1.3.2026", "01.03.2026"),
        ("date", "2026-03-01", "01.03.2026"),
        ("date", "2026.03.01.", "01.03.2026"),
        ("date", "30.02.2026", None),
        ("date", "позавчера", "27.02.2026 (позавчера)"),
        ("date", "вчера около 15:30", "28.02.2026 (вчера около 15:30)"),
        ("date", "this night, today I think", "01.03.2026 (this night, today I think)"),
        ("date", "tegnapelott", "27.02.2026 (tegnapelott)"),
        ("date", "17 февраля", "17.02.2026 (17 февраля)"),
        ("date", "кажется, 9-го декабря", "09.12.2025 (кажется, 9-го декабря)"),
        ("date", "the 3rd of March, 2025", "03.03.2025 (the 3rd of March, 2025)"),
        ("date", "Jan 28", "28.01.2026 (Jan 28)"),
        ("date", "január 12-én", "12.01.2026 (január 12-én)"),
        ("date", "2025. november 2.", "02.11.2025"),
        ("date", "17.02", "17.02.2026 (17.02)"),
        ("date", "8.11.25", "08.11.2025"),
        ("date", "11/25/2025", "25.11.2025"),
        ("date", "03 12 2025", "03.12.2025"),
        ("date", "с 3 по 6 марта", "с 3 по 6 марта"),
        ("date", "две недели назад", "две недели назад"),
        ("date", "last Thursday", "last Thursday"),
        ("date", "a múlt héten", "a múlt héten"),
        ("date", "31.02", None),
        ("date", "не помню", None),
        ("date", "it may be anything", None),
        ("date", "", None),
        ("phone", "+7 (912) 345-67-89", "+7 (912) 345-67-89"),
        ("phone", "звоните: 8 (921) 555 44 33, после шести", "8 (921) 555 44 33"),
        ("phone", "call (415) 555-0132 or +1 415 555 0199", "(415) 555-0132, +1 415 555 0199"),
        ("phone", "12345", None),
        ("phone", "12.05.2026", None),
        ("email", "anna@example.org", "anna@example.org"),
        ("email", "моя почта: anna@example.org.", "anna@example.org"),
        ("email", "anna@example", None),
        ("link", "vk.com/id1", "vk.com/id1"),
        ("link", "https://пример.рф/я", "https://пример.рф/я"),
        ("link", "вот https://vk.com/berta, это я", "https://vk.com/berta"),
        ("link", "t.me/berta это моя страница", "t.me/berta"),
        ("link", "id7788990", "id7788990"),
        ("link", "@berta_k пишите туда", "@berta_k"),
        ("link", "у меня айди 7788990", "7788990"),
        ("link", "my username is berta", "berta"),
        ("link", "azonosítóm: 334455", "334455"),
        ("link", "7788990", "7788990"),
        ("link", "berta_k", "berta_k"),
        ("link", "моя страница", None),
        ("link", "a mailbox is no link: berta@example.org", None),
        ("link", "не знаю", None),
        ("choice", "да", "Да"),
        ("choice", "2", "Нет"),
        ("choice", "нет.", "Нет"),
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
