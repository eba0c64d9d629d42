"""Forms that are edited at the desk: what a load of files does with them."""

import pytest
from sqlalchemy.orm import Session

from infra.database import Database
from knowledge.entries.categories import (
    CategoryView,
    FormChangedError,
    list_categories,
    move_category,
    put_form,
    release_form,
)
from knowledge.entries.forms import FormField, form_digest
from knowledge.files.loading import Plan, SourceFile, apply, export, plan, read_files
from tests.knowledge.conftest import Time

FILE = b"""
categories:
  - key: access
    title: {en: Access}
    form: [{name: page, label: {en: Link?}, type: link}]
entries: [{id: e, lang: en, category: access, question: q, answer: a}]
"""
PHONE = (FormField("phone", "phone", required=False, labels={"en": "Phone?"}),)
KEPT = 'category "access" keeps the form that was edited at the desk, not the form of the files'


async def load(db: Database, clock: Time, file: bytes = FILE, *, keep: bool = False) -> Plan:
    draft = read_files([SourceFile("k.yaml", file)])

    def work(session: Session) -> Plan:
        made = plan(session, draft, keep=keep)
        apply(session, draft, made, "anna", clock)
        return made

    return await db.write(work)


async def access(db: Database) -> CategoryView:
    (one,) = await db.read(list_categories)
    return one


@pytest.mark.parametrize("keep", [False, True])
async def test_a_load_keeps_an_edited_form_and_says_so(database: Database, clock: Time, keep: bool) -> None:
    assert (await load(database, clock)).notes == ()
    assert await database.write(lambda session: put_form(session, "access", PHONE, at=clock()))
    made = await load(database, clock, FILE.replace(b"Link?", b"Your link?").replace(b"Access", b"Entry"), keep=keep)
    assert made.notes == (KEPT,)
    one = await access(database)
    assert (one.form, one.form_edited, one.titles) == (PHONE, True, {"en": "Entry"})


async def test_a_file_without_a_form_keeps_it_too(database: Database, clock: Time) -> None:
    await load(database, clock)
    await database.write(lambda session: put_form(session, "access", PHONE, at=clock()))
    made = await load(database, clock, b"\n".join(line for line in FILE.splitlines() if b"form" not in line))
    assert (made.notes, (await access(database)).form) == ((), PHONE)


async def test_a_removed_form_stays_removed(database: Database, clock: Time) -> None:
    await load(database, clock)
    await database.write(lambda session: put_form(session, "access", (), at=clock()))
    assert (await load(database, clock)).notes == (KEPT,)
    assert (await access(database)).form == ()


async def test_a_released_form_is_that_of_the_next_load(database: Database, clock: Time) -> None:
    await load(database, clock)
    before = (await access(database)).form
    await database.write(lambda session: put_form(session, "access", PHONE, at=clock()))
    assert await database.write(lambda session: release_form(session, "access"))
    assert (await access(database)).form == PHONE
    made = await load(database, clock)
    assert (made.notes, [one.key for one in made.categories]) == ((), ["access"])
    one = await access(database)
    assert (one.form, one.form_edited) == (before, False)


async def test_an_export_has_the_edited_form_and_loads_without_a_change(database: Database, clock: Time) -> None:
    await load(database, clock)
    await database.write(lambda session: put_form(session, "access", PHONE, at=clock()))
    file = await database.read(lambda session: export(session, "yaml"))
    made = await load(database, clock, file)
    assert (made.empty, made.notes) == (True, ())


async def test_of_two_edits_of_the_same_form_the_second_is_refused(database: Database, clock: Time) -> None:
    await load(database, clock)
    known = form_digest((await access(database)).form)
    await database.write(lambda session: move_category(session, "access", 1))  # another change does not matter
    await database.write(lambda session: put_form(session, "access", PHONE, at=clock(), known=known))
    with pytest.raises(FormChangedError):
        await database.write(lambda session: put_form(session, "access", (), at=clock(), known=known))
    assert (await access(database)).form == PHONE


async def test_an_unknown_category_has_no_form(database: Database, clock: Time) -> None:
    assert not await database.write(lambda session: put_form(session, "none", PHONE, at=clock()))
    assert not await database.write(lambda session: release_form(session, "none"))
