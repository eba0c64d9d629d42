"""Admins edit the form of a category: fields are added, moved, removed and judged as those of files."""

import re
from html import unescape

import httpx
import pytest

from handoff.audit.log import AuditLog, LogFilter
from handoff.audit.models import AuditAction
from handoff.models import Role
from knowledge.entries.categories import CategoryView, list_categories
from knowledge.entries.forms import FormField, form_digest
from tests.office import Browser, Office, field

PATH = "/desk/settings/categories/form"
LINK = {"name-0": "", "kind-0": "link", "required-0": "yes", "label-0-en": " Your  page? ", "label-0-ru": "Страница?"}
CHOICE = {
    "name-1": "", "kind-1": "choice", "label-1-en": "What happened?", "choices-1-en": "Spam\r\n\r\n I was hacked \r\n",
}  # fmt: skip


async def category(office: Office) -> CategoryView:
    return (await office.database.read(list_categories))[0]


async def posts(admin: Browser, form: dict[str, str]) -> httpx.Response:
    return await admin.client.post(PATH, data={"csrf": admin.csrf, **form})


async def sends(office: Office, admin: Browser, do: str, count: int, form: dict[str, str]) -> tuple[int, str]:
    one = await category(office)
    known = form_digest(one.form)
    answer = await posts(admin, {"key": one.key, "known": known, "count": str(count), "do": do, **form})
    return answer.status_code, unescape(answer.text)


def questions(page: str) -> list[str]:
    return re.findall(r'name="label-\d+-en" lang="en" value="([^"]*)"', page)


async def test_fields_are_added_and_saved_and_shown_as_the_contact_is_asked(office: Office) -> None:
    one = await category(office)
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        page = unescape((await admin.get("/desk/settings/categories")).text)
        assert "The bot asks nothing before an agent gets a question." in page
        assert f'href="{PATH}?key={one.key}"' in page
        assert "There are no fields" in (await admin.get(f"{PATH}?key={one.key}")).text
        status, page = await sends(office, admin, "add", 1, LINK)
        assert (status, questions(page)) == (200, [LINK["label-0-en"], ""])
        assert "This is not saved yet." in page
        assert (await category(office)).form == ()
        known = field(page, "known")
        done = await posts(admin, {"key": one.key, "known": known, "count": "2", "do": "save", **LINK, **CHOICE})
        assert done.status_code == 303
        page = unescape((await admin.get(done.headers["location"])).text)
        assert "The form is saved." in page
        assert "Step 2 of 2. What happened?" in page
        assert "Шаг 1 из 2. Страница?" in page
        assert all(f"<span>{label}</span>" in page for label in ("Spam", "I was hacked", "Skip", "Back", "Cancel"))
        assert "the bot asks 2 things" in (await admin.get("/desk/settings/categories")).text
    saved = await category(office)
    assert saved.form_edited
    assert saved.form == (
        FormField("stranitsa", "link", True, {"ru": "Страница?", "en": "Your page?"}),
        FormField("what_happened", "choice", False, {"en": "What happened?"}, {"en": ("Spam", "I was hacked")}),
    )
    log = AuditLog(office.clock)
    [entry] = await office.database.read(lambda session: log.entries(session, LogFilter(), 10))
    assert (entry.action, entry.subject.key, entry.details) == (AuditAction.FORM_CHANGED, one.key, {"fields": 2})


@pytest.mark.parametrize(
    ("do", "after"), [("up-1", ["b", "a", "c"]), ("down-1", ["a", "c", "b"]), ("remove-1", ["a", "c"])]
)
async def test_fields_are_moved_and_removed_without_saving(office: Office, do: str, after: list[str]) -> None:
    typed = {f"label-{n}-en": word for n, word in enumerate("abc")} | {f"kind-{n}": "text" for n in range(3)}
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        status, page = await sends(office, admin, do, 3, typed)
        assert (status, questions(page)) == (200, after)
        assert field(page, "count") == str(len(after))
    assert (await category(office)).form == ()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"label-0-en": "", "label-0-ru": " "}, "Write what the contact is asked, in at least one language"),
        ({"label-0-en": "x" * 201}, "at most 200 characters"),
        ({"kind-0": "choice", "choices-0-en": "one"}, "Write 2 to 8 different choices of at most 40 characters"),
        ({"kind-0": "choice", "choices-0-en": "a\na"}, "different choices"),
        (
            {"kind-0": "choice", "choices-0-en": "a\nb", "choices-0-ru": "а\nб\nв"},
            "Write the same number of choices in each language.",
        ),
    ],
)
async def test_a_field_in_error_says_why_and_keeps_its_text(office: Office, wrong: dict[str, str], says: str) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        status, page = await sends(office, admin, "save", 2, LINK | CHOICE | {"kind-1": "text"} | wrong)
        assert status == 422
        assert [unescape(text) for text in re.findall(r'id="fault-(\d)"', page)] == ["0"]
        assert says in page
        assert all(text in page for text in wrong.values())
        assert "What happened?" in page
    assert (await category(office)).form == ()


async def test_a_field_keeps_its_name_and_others_do_not_take_it(office: Office) -> None:
    form = (FormField("a", labels={"en": "A", "de": "Ä"}), FormField("page", labels={"en": "Other"}))
    one = await category(office)
    await office.database.write(lambda session: office.library.put_form(session, one.key, form))
    fields = {"label-0-en": "Page", "kind-0": "text", "name-1": "a", "label-1-en": "AA", "label-1-de": "Ä"}
    more = {"kind-1": "text", "name-2": "page", "label-2-en": "Other", "kind-2": "text", "label-3-en": "Где?"}
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        assert 'name="label-0-de"' in (await admin.get(f"{PATH}?key={one.key}")).text
        assert (await sends(office, admin, "save", 4, fields | more | {"kind-3": "text"}))[0] == 303
    saved = (await category(office)).form
    assert [each.name for each in saved] == ["page_2", "a", "page", "gde"]
    assert saved[1].labels == {"en": "AA", "de": "Ä"}


async def test_somebody_else_s_change_is_not_overwritten_unseen(office: Office) -> None:
    one = await category(office)
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        page = (await admin.get(f"{PATH}?key={one.key}")).text
        theirs = (FormField("a", labels={"en": "A"}),)
        await office.database.write(lambda session: office.library.put_form(session, one.key, theirs))
        form = {"key": one.key, "count": "1", "do": "save", **LINK}
        refused = await posts(admin, {"known": field(page, "known"), **form})
        assert refused.status_code == 409
        assert "Somebody else changed the form meanwhile." in refused.text
        assert LINK["label-0-en"] in refused.text
        assert (await category(office)).form == theirs
        assert (await posts(admin, {"known": field(refused.text, "known"), **form})).status_code == 303
    assert [each.name for each in (await category(office)).form] == ["stranitsa"]


async def test_an_edited_form_is_left_to_the_files_again(office: Office) -> None:
    one = await category(office)
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        await sends(office, admin, "save", 1, LINK)
        assert "loads of files keep it" in (await admin.get(f"{PATH}?key={one.key}")).text
        done = await admin.sends(f"{PATH}/release", key=one.key)
        page = (await admin.get(done.headers["location"])).text
        assert "The next load of files sets the form again." in page
        assert "loads of files keep it" not in page
        assert (await admin.sends(f"{PATH}/release", key="none")).status_code == 404
    log = AuditLog(office.clock)
    newest = (await office.database.read(lambda session: log.entries(session, LogFilter(), 10)))[0]
    assert newest.action == AuditAction.FORM_RELEASED


async def test_what_no_page_sends_is_refused(office: Office) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        assert (await admin.get(f"{PATH}?key=none")).status_code == 404
        for do, count, form in (
            ("save", 13, LINK), ("save", 1, {**LINK, "kind-0": "colour"}), ("up-9", 1, LINK), ("up-x", 1, LINK),
            ("turn-0", 1, LINK), ("", 1, LINK), ("save", 1, {**LINK, "key": "none"}), ("save", 1, {"count": "-1"}),
            ("add", 12, {f"kind-{n}": "text" for n in range(12)}),
        ):  # fmt: skip
            assert (await sends(office, admin, do, count, form))[0] == 404, (do, count)
    assert (await category(office)).form == ()
