"""Each codec of a JSON column reads what every earlier version wrote, and writes what it reads."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from handoff.messages import contents
from handoff.messages.json_columns import (
    dump_attachments,
    dump_buttons,
    dump_entities,
    dump_file,
    dump_place,
    load_attachments,
    load_buttons,
    load_entities,
    load_file,
    load_place,
)
from handoff.messages.values import Attachment, Button, Entity, EntityKind, OutgoingFile, PublicPlace
from handoff.tickets.request_models import FormOrigin
from knowledge.entries.forms import dump_form, load_form
from knowledge.entries.history import from_snapshot, snapshot
from knowledge.quality.lookups import dump_candidates, load_candidates
from tests.upgrades.dumps import dump_of, dumped_revisions

CODECS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "message.attachments": (load_attachments, dump_attachments),
    "message.contents": (contents.load, contents.dump),
    "delivery.entities": (load_entities, dump_entities),
    "delivery.buttons": (load_buttons, dump_buttons),
    "form.fields": (load_form, dump_form),
    "category.form": (load_form, dump_form),
    "entry_version.snapshot": (from_snapshot, snapshot),
    "lookup.candidates": (load_candidates, dump_candidates),
}


@pytest.mark.parametrize("column", CODECS)
def test_rows_of_earlier_versions(column: str) -> None:
    load, dump = CODECS[column]
    table, name = column.split(".")
    stored = [
        row[name] for revision in dumped_revisions() for row in dump_of(revision).rows.get(table, ()) if name in row
    ]
    values = [load(json.loads(one)) for one in stored if one not in {None, "{}"}]  # what fills a table is empty
    assert values
    for value in values:
        assert load(json.loads(json.dumps(dump(value)))) == value


@pytest.mark.parametrize(
    ("value", "load", "dump"),
    [
        ((Entity(EntityKind.LINK, 3, 4, "https://example.org"),), load_entities, dump_entities),
        ((Button("Да", "x1"),), load_buttons, dump_buttons),
        (OutgoingFile("photo", "a.png", "key"), load_file, dump_file),
        (PublicPlace("wall", "5", title="Новости", mute=True, for_asker=True), load_place, dump_place),
        ((Attachment("photo", "a.png", "ref"), Attachment("sticker")), load_attachments, dump_attachments),
        (FormOrigin("rule", 3, "access", (4, 5), "answer-x", apart=True), FormOrigin.load, FormOrigin.dump),
        (FormOrigin(), FormOrigin.load, FormOrigin.dump),
    ],
)
def test_a_value_survives_the_column(value: Any, load: Callable[[Any], Any], dump: Callable[[Any], Any]) -> None:  # noqa: ANN401
    assert load(json.loads(json.dumps(dump(value)))) == value
