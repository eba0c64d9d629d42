"""A load does exactly what its plan states, or nothing."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from infra.database import Database
from knowledge.entries.drafts import CategoryDraft, Draft, EntryDraft
from knowledge.entries.editing import create_entry, history
from knowledge.entries.history import current_revision
from knowledge.entries.models import Category, Entry, EntryVersion, Phrasing
from knowledge.entries.repository import entries, entry_named
from knowledge.entries.stored_drafts import stored_draft
from knowledge.entries.targets import Targets
from knowledge.files.loading import (
    KnowledgeError,
    Plan,
    PlanChangedError,
    PlannedCategory,
    PlannedEntry,
    SourceFile,
    apply,
    export,
    plan,
    read_files,
)
from tests.knowledge.conftest import Time

A = EntryDraft("a", "ru", "Как войти?", "Так", "access", ("вход", "логин"))
B = EntryDraft("b", "ru", "Где чек?", "Тут")
C = EntryDraft("c", "en", "How to pay?", "So")
ACCESS = CategoryDraft("access", {"ru": "Вход"}, "always")


async def load(db: Database, clock: Time, draft: Draft, *, keep: bool = False, author: str = "anna") -> Plan:
    def work(session: Session) -> Plan:
        made = plan(session, draft, keep=keep)
        apply(session, draft, made, author, clock)
        return made

    return await db.write(work)


def keys(planned: Sequence[PlannedEntry] | Sequence[EntryDraft]) -> list[str]:
    return [entry.key for entry in planned]


async def test_a_plan_says_what_a_load_does_and_writes_nothing(db: Database, clock: Time) -> None:
    await load(db, clock, Draft((A, B), (ACCESS,)))
    changed = EntryDraft("a", "ru", "Как войти?", "Иначе", "access", ("вход",), "never")
    draft = Draft((C, changed), (CategoryDraft("access", {"ru": "Вход", "en": "Access"}), CategoryDraft("new", {})))

    found = await db.read(lambda session: plan(session, draft))

    assert (keys(found.added), keys(found.removed), keys(found.unchanged)) == (["c"], ["b"], [])
    assert [(entry.key, entry.fields) for entry in found.changed] == [("a", ("alternatives", "answer", "handoff"))]
    assert found.categories == (PlannedCategory("access", "changed"), PlannedCategory("new", "added"))
    assert await db.read(stored_draft) == Draft((A, B), (ACCESS,))

    await load(db, clock, draft)
    assert await db.read(stored_draft) == Draft(
        (C, changed),
        (CategoryDraft("access", {"ru": "Вход", "en": "Access"}, "allowed"), CategoryDraft("new", {}, "allowed")),
    )
    assert (await db.read(lambda session: plan(session, draft))).empty


async def test_a_proposal_of_an_agent_stays_until_a_file_names_it(db: Database, clock: Time) -> None:
    proposal = replace(B, status="proposed")
    await load(db, clock, Draft((A,)))
    await db.write(lambda session: create_entry(session, proposal, author="olga", at=clock.now))
    assert (await db.read(lambda session: plan(session, Draft((A,))))).empty
    await load(db, clock, Draft((replace(A, answer="Another"),)))
    kept = await db.read(lambda session: entry_named(session, "b", "ru"))
    assert kept is not None
    assert kept.status == "proposed"
    published = await load(db, clock, Draft((A, B)))
    assert [(entry.key, entry.fields) for entry in published.changed if entry.key == "b"] == [("b", ("status",))]


async def test_what_is_not_named_is_archived_and_comes_back_as_the_same_row(db: Database, clock: Time) -> None:
    await load(db, clock, Draft((A, B)))
    before = await db.read(lambda session: entry_named(session, "b", "ru"))
    assert before is not None
    await load(db, clock, Draft((A,)), author="boris")
    gone = await db.read(lambda session: entry_named(session, "b", "ru"))
    assert gone is not None
    assert (gone.id, gone.status) == (before.id, "archived")
    assert (await db.read(lambda session: plan(session, Draft((A,))))).empty

    clock.pass_by(hours=1)
    back = await load(db, clock, Draft((B, A)))
    assert [(entry.key, entry.fields) for entry in back.changed] == [("b", ("status",))]
    after = await db.read(lambda session: entry_named(session, "b", "ru"))
    assert after is not None
    assert (after.id, after.status, after.created_at, after.updated_at) == (
        before.id,
        "published",
        before.created_at,
        clock.now,
    )
    versions = await db.read(lambda session: history(session, before.id))
    assert [(version.revision, version.author, version.draft.status) for version in versions] == [
        (3, "anna", "published"),
        (2, "boris", "archived"),
        (1, "anna", "published"),
    ]


async def test_keep_leaves_what_is_not_named(db: Database, clock: Time) -> None:
    await load(db, clock, Draft((A, B), (ACCESS, CategoryDraft("spare", {"ru": "Запас"}))))
    draft = Draft((C, EntryDraft("b", "ru", "Где чек?", "Там")), (CategoryDraft("access", {"en": "Access"}),))
    done = await load(db, clock, draft, keep=True)
    assert (keys(done.added), keys(done.changed), keys(done.removed)) == (["c"], ["b"], [])
    stored = await db.read(stored_draft)
    assert keys(stored.entries) == ["a", "b", "c"]
    assert stored.categories == (
        CategoryDraft("access", {"ru": "Вход", "en": "Access"}, "always"),
        CategoryDraft("spare", {"ru": "Запас"}, "allowed"),
    )


@pytest.mark.parametrize("keep", [True, False])
async def test_targets_that_files_do_not_name_stay(db: Database, clock: Time, keep: bool) -> None:
    aims = replace(ACCESS, targets=Targets(180, 45))
    await load(db, clock, Draft((A,), (aims,)))
    await load(db, clock, Draft((A, B), (ACCESS,)), keep=keep)
    assert (await db.read(stored_draft)).categories == (aims,)
    await load(db, clock, Draft((A, B), (replace(ACCESS, targets=Targets(60)),)), keep=keep)
    assert (await db.read(stored_draft)).categories[0].targets == Targets(60, 45)


async def test_keep_refuses_a_wording_of_an_entry_that_stays(db: Database, clock: Time) -> None:
    await load(db, clock, Draft((A,)))
    source = SourceFile("new.yaml", "- {question: Новое, answer: x, alternatives: [ВХОД]}".encode())
    draft = read_files([source])
    with pytest.raises(KnowledgeError) as caught:
        await db.read(lambda session: plan(session, draft, keep=True))
    assert str(caught.value) == 'new.yaml:1: alternatives: "ВХОД" is already a phrasing of "a" (ru)'
    replaced = await db.read(lambda session: plan(session, draft))
    assert (keys(replaced.added), keys(replaced.removed)) == (["novoe"], ["a"])


async def test_phrasings_that_differ_only_in_signs_are_noted_with_both_places(db: Database, clock: Time) -> None:
    first = SourceFile("1.yaml", "- {question: Ещё заказ?, answer: x, alternatives: [e-mail, ещё-заказ]}".encode())
    second = SourceFile(
        "2.jsonl",
        '{"id": "b", "question": "Еще  заказ", "answer": "x"}\n'
        '{"id": "c", "question": "C++", "answer": "x", "alternatives": ["Email!", "C", "???"]}\n'
        '{"id": "d", "question": "!!!", "answer": "x"}\n'
        '{"id": "e", "lang": "en", "question": "ещё заказ", "answer": "x"}\n'
        '{"id": "f", "status": "archived", "question": "еще заказ.", "answer": "x"}\n'.encode(),
    )
    done = await load(db, clock, read_files([first, second]))
    rest = "are the same but for case, punctuation, spaces or ё"
    assert done.notes == (
        f'2.jsonl:1: question: "Еще заказ" and "Ещё заказ?" of "eshche-zakaz" in 1.yaml:1 {rest}',
        f'2.jsonl:2: alternatives: "Email!" and "e-mail" of "eshche-zakaz" in 1.yaml:1 {rest}',
    )
    data = await db.read(lambda session: export(session, "csv"))
    again = await load(db, clock, read_files([SourceFile("all.csv", data)]))
    assert (again.empty, len(again.notes)) == (True, 2)


async def test_keep_notes_near_duplicates_of_entries_that_stay(db: Database, clock: Time) -> None:
    await load(db, clock, Draft((A, B)))
    source = SourceFile(
        "n.yaml", "- {id: n, question: Где чек, answer: x}\n- {id: a, question: Вход!, answer: x}".encode()
    )
    draft = read_files([source])
    kept = await db.read(lambda session: plan(session, draft, keep=True))
    assert kept.notes == (
        'n.yaml:1: question: "Где чек" and "Где чек?" of the stored entry "b" (ru) are the same but for case, '
        "punctuation, spaces or ё",
    )
    assert (await db.read(lambda session: plan(session, draft))).notes == ()


async def test_the_order_of_the_files_is_the_order_of_the_lists(db: Database, clock: Time) -> None:
    await load(db, clock, Draft((A, B)))
    moved = await load(db, clock, Draft((B, A)))
    assert (keys(moved.changed), keys(moved.unchanged)) == ([], ["b", "a"])
    page = await db.read(entries)
    assert [entry.key for entry in page.items] == ["b", "a"]


async def test_categories_are_found_by_key_or_title_and_made_from_titles(db: Database, clock: Time) -> None:
    await load(db, clock, Draft((A,), (ACCESS, CategoryDraft("unused", {}))))
    rows = (
        "id,lang,question,answer,category\n1,ru,q1,a,ВХОД\n2,ru,q2,a,Access\n3,ru,q3,a,Новые вещи\n"
        "4,en,q4,a,новые  вещи\n5,en,q5,a,FAQ_1\n"
    )
    draft = read_files([SourceFile("a.csv", rows.encode())])
    done = await load(db, clock, draft)
    assert done.categories == (PlannedCategory("novye-veshchi", "added"), PlannedCategory("FAQ_1", "added"))
    stored = await db.read(stored_draft)
    assert [entry.category for entry in stored.entries] == [
        "access",
        "access",
        "novye-veshchi",
        "novye-veshchi",
        "FAQ_1",
    ]
    assert sorted(stored.categories, key=lambda category: category.key) == [
        CategoryDraft("FAQ_1", {"en": "FAQ_1"}, "allowed"),
        CategoryDraft("access", {"ru": "Вход"}, "always"),
        CategoryDraft("novye-veshchi", {"ru": "Новые вещи", "en": "новые вещи"}, "allowed"),
        CategoryDraft("unused", {}, "allowed"),
    ]
    assert (await db.read(lambda session: plan(session, draft))).empty


async def test_a_full_load_with_categories_removes_those_left_without_use(db: Database, clock: Time) -> None:
    await load(db, clock, Draft((A,), (ACCESS,)))
    done = await load(db, clock, Draft((B,), (CategoryDraft("pay", {}),)))
    assert done.categories == (PlannedCategory("pay", "added"), PlannedCategory("access", "removed"))
    gone = await db.read(lambda session: entry_named(session, "a", "ru"))
    assert gone is not None
    assert (gone.status, gone.category) == ("archived", None)
    await load(db, clock, Draft((A, B), (ACCESS,)))
    assert await db.read(stored_draft) == Draft((A, B), (ACCESS,))


async def test_a_plan_that_is_no_longer_true_is_not_applied(db: Database, clock: Time) -> None:
    draft = Draft((A,))
    old = await db.read(lambda session: plan(session, draft))
    await db.write(lambda session: create_entry(session, B, author="boris", at=clock()))
    with pytest.raises(PlanChangedError, match="look at the changes again"):
        await db.write(lambda session: apply(session, draft, old, "anna", clock))
    assert keys((await db.read(stored_draft)).entries) == ["b"]
    assert await db.read(current_revision) == 1


async def test_a_load_that_fails_on_the_way_leaves_nothing_behind(db: Database, clock: Time) -> None:
    await load(db, clock, Draft((B,)))
    twice = Draft((A, EntryDraft("x", "ru", "Ещё", "x", "new"), EntryDraft("x", "ru", "Опять", "x")), (ACCESS,))
    with pytest.raises(IntegrityError):
        await load(db, clock, twice)
    assert await db.read(stored_draft) == Draft((B,))

    def sizes(session: Session) -> list[int | None]:
        tables = (Entry, EntryVersion, Category, Phrasing)
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]

    assert await db.read(sizes) == [1, 1, 0, 0]
    assert await db.read(current_revision) == 1


async def test_thousands_of_entries_are_changed_at_once(db: Database, clock: Time) -> None:
    first = Draft(tuple(EntryDraft(f"k{n}", "ru", f"вопрос {n}", "ответ", None, (f"иначе {n}",)) for n in range(1200)))
    second = Draft(tuple(EntryDraft(f"k{n}", "ru", f"вопрос {n}", "другой", None, (f"ещё {n}",)) for n in range(1200)))
    await load(db, clock, first)
    done = await load(db, clock, second)
    assert len(done.changed) == 1200
    assert await db.read(stored_draft) == second
