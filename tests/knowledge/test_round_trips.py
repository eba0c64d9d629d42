"""Exported files read back as exactly the same entries, in every format."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.database import Database
from knowledge.entries.drafts import HANDOFFS, CategoryDraft, Draft, EntryDraft
from knowledge.entries.targets import Targets
from knowledge.entries.texts import fingerprint
from knowledge.files.formats import FORMATS, NAMES
from knowledge.files.loading import SourceFile, apply, export, plan, read, read_files
from tests.knowledge.conftest import Time

CATEGORIES = (
    CategoryDraft("a", {"ru": "Вход: «А»", "en": "yes"}, "always", targets=Targets(180, 45)),
    CategoryDraft("-1", {}, "allowed"),
)

# Letters that formats, spreadsheets and splitters stumble over come often; every other one may come too.
awkward = st.text(alphabet="'\"=+-@|;,:#&*!?%{}[]\\ \t\r\n\u2028\x85\ufeff\u00a0ёЁя😀<>~`0nul", max_size=12)
tags = st.lists(st.sampled_from(["<b>", "</b>", "<p>", "<br>", "<table>", "&nbsp;", "\\", "`", "x", "\n"])).map("".join)
texts = st.one_of(awkward, st.text(max_size=20), st.builds(str.__add__, awkward, st.text(max_size=5)))
entries = st.builds(
    EntryDraft,
    key=texts,
    lang=st.sampled_from(["ru", "en", "no", "pt-br"]),
    question=texts,
    answer=st.one_of(texts, tags),
    category=st.sampled_from([None, "a", "-1"]),
    alternatives=st.lists(texts, max_size=3).map(tuple),
    handoff=st.sampled_from([None, *HANDOFFS]),
    status=st.sampled_from(["published", "draft"]),
).map(EntryDraft.tidy)


def distinct(drafts: list[EntryDraft]) -> tuple[EntryDraft, ...]:
    """The entries that a load takes together: no faults, no key and no wording twice."""
    taken: set[object] = set()
    chosen = []
    for draft in drafts:
        marks: set[object] = {(draft.lang, fingerprint(text)) for text in (draft.question, *draft.alternatives)}
        marks.add((draft.key, draft.lang))
        if not any(draft.find_errors()) and not marks & taken:
            taken |= marks
            chosen.append(draft)
    return tuple(chosen)


@pytest.mark.parametrize("form", NAMES)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault
@given(drafts=st.lists(entries, min_size=1, max_size=5).map(distinct).filter(bool))
def test_any_knowledge_survives_its_file(form: str, drafts: tuple[EntryDraft, ...]) -> None:
    draft = Draft(drafts, CATEGORIES)
    file = SourceFile(f"all.{form}", FORMATS[f".{form}"].write(draft))
    again = read([file], encoding="utf-8").draft  # random letters may look like a garbled conversion
    assert again.entries == drafts
    assert again.categories == (CATEGORIES if form in {"yaml", "json"} else ())


def test_formulas_are_disarmed_in_csv() -> None:
    nasty = ("=1+1", "+7", "-5", "@x", "'=1", "''-")
    entry = EntryDraft(key="=k", lang="ru", question="=q", answer="=a\n=b", alternatives=nasty)
    data = FORMATS[".csv"].write(Draft((entry,)))
    assert data.decode("utf-8-sig").splitlines()[1] == "'=k;ru;;'=q;\"'=1+1"
    assert read_files([SourceFile("a.csv", data)]).entries == (entry,)


@pytest.mark.parametrize("form", NAMES)
async def test_an_export_loaded_again_changes_nothing(db: Database, clock: Time, form: str) -> None:
    first = EntryDraft("a", "ru", "=Как войти?", "Так:\n\n1. раз  \n2. два 😀", "a", ("|", "да|нет"), "never")
    draft = Draft(
        (
            first,
            replace(first, lang="en", question="How?", alternatives=(), handoff=None, status="draft", answer=""),
            EntryDraft("no category", "ru", "null", "<table>~ &nbsp; \\<b>x</b> `<i>y</i>`"),
            EntryDraft("gone", "ru", "Старое", "x", "Новая категория", status="archived"),
        ),
        (*CATEGORIES, CategoryDraft("empty", {"hu": "Üres"}, "never")),
    )
    await db.write(lambda session: apply(session, draft, plan(session, draft), "anna", clock))
    data = await db.read(lambda session: export(session, form))
    again = read_files([SourceFile(f"all.{form}", data)], default_language="hu")
    found = await db.read(lambda session: plan(session, again))
    assert found.empty
    assert [(entry.key, entry.lang) for entry in found.unchanged] == [("a", "ru"), ("a", "en"), ("no category", "ru")]
