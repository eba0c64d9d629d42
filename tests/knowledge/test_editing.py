"""Editing by hand: history, undo, and all errors reported before anything is written."""

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from infra.database import Database
from knowledge.entries.drafts import CategoryDraft, EntryDraft
from knowledge.entries.editing import (
    MissingEntryError,
    archive_entry,
    create_entry,
    history,
    learn,
    put_category,
    undo,
    update_entry,
)
from knowledge.entries.history import current_revision
from knowledge.entries.problems import KnowledgeError
from knowledge.entries.repository import EntryFilter, EntryView, HelpCategory, categories, entries, entry, in_language
from tests.knowledge.conftest import Time

LOGIN = EntryDraft("", "RU", " Как  войти? ", "Так\r\nили так\n", None, ("вход", "Вход", ""))


async def create(db: Database, clock: Time, draft: EntryDraft) -> int:
    return await db.write(lambda session: create_entry(session, draft, author="anna", at=clock()))


async def seen(db: Database, entry_id: int) -> EntryView:
    found = await db.read(lambda session: entry(session, entry_id))
    assert found is not None
    return found


async def test_an_entry_is_kept_tidy_with_its_author_and_moment(db: Database, clock: Time) -> None:
    entry_id = await create(db, clock, LOGIN)
    assert await seen(db, entry_id) == EntryView(
        id=entry_id,
        key="kak-voyti",
        lang="ru",
        category=None,
        category_title="",
        question="Как войти?",
        alternatives=("вход",),
        answer="Так\nили так",
        own_handoff=None,
        handoff="allowed",
        status="published",
        position=0,
        helped=0,
        not_helped=0,
        created_at=clock.now,
        updated_at=clock.now,
        author="anna",
    )
    for nobody in (entry_id + 1, 0, -1, 10**40):
        assert await db.read(partial(entry, entry_id=nobody)) is None


async def test_each_change_leaves_a_version_and_can_be_undone(db: Database, clock: Time) -> None:
    entry_id = await create(db, clock, LOGIN)
    first = (await seen(db, entry_id)).draft()
    start = clock.now
    clock.pass_by(minutes=5)
    second = replace(first, answer="Иначе", handoff="never")
    assert await db.write(lambda session: update_entry(session, entry_id, second, author="boris", at=clock()))
    assert await db.write(lambda session: undo(session, entry_id, 1, author="vera", at=clock()))

    view = await seen(db, entry_id)
    assert (view.draft(), view.author, view.created_at, view.updated_at) == (first, "vera", start, clock.now)
    versions = await db.read(lambda session: history(session, entry_id))
    assert [(version.revision, version.at, version.author, version.draft) for version in versions] == [
        (3, clock.now, "vera", first),
        (2, clock.now, "boris", second),
        (1, start, "anna", first),
    ]


async def test_saving_the_same_again_is_no_version(db: Database, clock: Time) -> None:
    entry_id = await create(db, clock, LOGIN)
    same = (await seen(db, entry_id)).draft()
    assert not await db.write(lambda session: update_entry(session, entry_id, same, author="boris", at=clock()))
    assert [version.author for version in await db.read(lambda session: history(session, entry_id))] == ["anna"]


async def test_an_archived_entry_frees_its_wordings_but_not_its_name(db: Database, clock: Time) -> None:
    entry_id = await create(db, clock, LOGIN)
    assert await db.write(lambda session: archive_entry(session, entry_id, author="anna", at=clock()))
    assert (await seen(db, entry_id)).status == "archived"
    other = await create(db, clock, LOGIN)
    assert (await seen(db, other)).key == "kak-voyti-2"
    with pytest.raises(KnowledgeError) as caught:
        await db.write(lambda session: undo(session, entry_id, 1, author="anna", at=clock()))
    assert [problem.reason for problem in caught.value.problems] == [
        '"Как войти?" is already a phrasing of "kak-voyti-2"',
        '"вход" is already a phrasing of "kak-voyti-2"',
    ]


async def test_learning_a_wording(db: Database, clock: Time) -> None:
    entry_id = await create(db, clock, LOGIN)
    assert await db.write(lambda session: learn(session, entry_id, " не  пускает", author="anna", at=clock()))
    assert not await db.write(lambda session: learn(session, entry_id, "НЕ ПУСКАЕТ", author="anna", at=clock()))
    assert (await seen(db, entry_id)).alternatives == ("вход", "не пускает")


async def test_everything_wrong_is_told_and_nothing_is_written(db: Database, clock: Time) -> None:
    await create(db, clock, LOGIN)
    wrong = EntryDraft("kak-voyti", "ru", "ВХОД", "", "nowhere", ("x" * 1001, "a\0b"))
    with pytest.raises(KnowledgeError) as caught:
        await create(db, clock, wrong)
    assert [(problem.field, problem.reason) for problem in caught.value.problems] == [
        ("alternatives", "is longer than 1000 characters"),
        ("alternatives", "holds control characters or broken Unicode"),
        ("answer", "is empty: write one, or set status to draft"),
        ("category", 'unknown category "nowhere"'),
        ("id", '"kak-voyti" (ru) is another entry'),
        ("question", '"ВХОД" is already a phrasing of "kak-voyti"'),
    ]
    assert await db.read(current_revision) == 1
    assert (await db.read(lambda session: entries(session, EntryFilter(status=None)))).total == 1


async def test_what_does_not_exist_is_said(db: Database, clock: Time) -> None:
    with pytest.raises(MissingEntryError, match=r"^Entry 7 does not exist\.$"):
        await db.write(lambda session: archive_entry(session, 7, author="anna", at=clock()))
    entry_id = await create(db, clock, LOGIN)
    with pytest.raises(MissingEntryError, match="has no version 9: choose one from its history"):
        await db.write(lambda session: undo(session, entry_id, 9, author="anna", at=clock()))


async def test_the_category_gives_title_and_handoff_rule(db: Database, clock: Time) -> None:
    access = CategoryDraft("access", {"ru": " Вход ", "en": "Access"}, "always")
    await db.write(lambda session: put_category(session, access))
    entry_id = await create(db, clock, replace(LOGIN, category="access"))
    own = await create(db, clock, EntryDraft("a", "hu", "Jelszó?", "x", "access", handoff="never"))
    view, hungarian = await seen(db, entry_id), await seen(db, own)
    assert (view.category, view.category_title, view.own_handoff, view.handoff) == ("access", "Вход", None, "always")
    assert (hungarian.category_title, hungarian.own_handoff, hungarian.handoff) == ("Вход", "never", "never")

    await db.write(lambda session: put_category(session, CategoryDraft("access", {"en": "Access"})))
    view = await seen(db, entry_id)
    assert (view.category_title, view.handoff) == ("Access", "always")
    with pytest.raises(KnowledgeError, match="key: must be at most 200 plain characters"):
        await db.write(lambda session: put_category(session, CategoryDraft(" ", {})))


async def test_the_help_page_lists_what_is_published_in_a_language(db: Database, clock: Time) -> None:
    for category in (CategoryDraft("b", {"ru": "B"}), CategoryDraft("a", {"ru": "A"}), CategoryDraft("empty", {})):
        await db.write(partial(put_category, draft=category))
    drafts = [
        EntryDraft("1", "ru", "Первый вопрос", "x", "a"),
        EntryDraft("2", "ru", "ВТОРОЙ", "Ёлка 100%", "b", ("другой вопрос",)),
        EntryDraft("2", "en", "Second", "x", "b"),
        EntryDraft("3", "ru", "Третий", "x"),
        EntryDraft("4", "ru", "Черновик", "", "a", status="draft"),
    ]
    ids = [await create(db, clock, draft) for draft in drafts]
    assert await db.read(lambda session: categories(session, "ru")) == (
        HelpCategory("b", "B", 1),
        HelpCategory("a", "A", 1),
        HelpCategory("", "", 1),
    )
    assert await db.read(lambda session: categories(session, "en")) == (HelpCategory("b", "B", 1),)

    async def listed(**wanted: object) -> list[str]:
        page = await db.read(lambda session: entries(session, EntryFilter(**wanted)))  # type: ignore[arg-type]
        return [f"{item.key} {item.lang}" for item in page.items]

    assert await listed() == ["1 ru", "2 ru", "2 en", "3 ru"]
    assert await listed(category="b", lang="ru") == ["2 ru"]
    assert await listed(category="") == ["3 ru"]
    assert await listed(status="draft") == ["4 ru"]
    assert await listed(query="вопрос") == ["1 ru", "2 ru"]
    assert await listed(query="ёлка  второй") == ["2 ru"]
    assert await listed(query="100%") == ["2 ru"]
    assert await listed(query="1%0") == []
    assert await listed(query="вопрос\0") == []
    assert await listed(query="\ud800", category="\0") == []
    assert await listed(query="е " * 5000) == ["1 ru", "3 ru"]
    page = await db.read(lambda session: entries(session, EntryFilter(status=None), page=9, size=2))
    assert (page.total, page.page, page.pages, [item.key for item in page.items]) == (5, 3, 3, ["4"])

    russian = await db.read(lambda session: in_language(session, ids[2], "ru"))
    hungarian = await db.read(lambda session: in_language(session, ids[2], "hu"))
    assert (russian and russian.id, hungarian and hungarian.id) == (ids[1], ids[2])


async def test_edits_at_the_same_time_follow_one_another(db: Database, clock: Time) -> None:
    drafts = [EntryDraft("", "ru", f"Вопрос {number % 5}", "x") for number in range(10)]
    done = await asyncio.gather(*(create(db, clock, draft) for draft in drafts), return_exceptions=True)
    assert sum(isinstance(result, KnowledgeError) for result in done) == 5
    page = await db.read(entries)
    assert sorted(item.question for item in page.items) == [f"Вопрос {number}" for number in range(5)]
    assert sorted(item.position for item in page.items) == [0, 1, 2, 3, 4]
    assert await db.read(current_revision) == 5
