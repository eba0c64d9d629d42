"""Admins put the bot's sentences into words of their own: the pages, their refusals, and the audit log."""

from html import escape, unescape

import httpx
import pytest
from sqlalchemy.orm import Session

from bot.wording.sentences import WORDBOOK
from handoff.audit.log import COMMAND_LINE, AuditLog, LogFilter
from handoff.audit.models import AuditAction
from handoff.models import Role
from handoff.wording.models import WordingOverride
from handoff.wording.overrides import LiveWording
from handoff.wording.wordbook import LONGEST, key_of
from tests.dashboard.payloads import HARM
from tests.office import Browser, Office

PAGE = "/desk/settings/wording"
HELLO = "Hello. Describe your question in your own words, and I will find the answer or ask a person."
PASSED = "Your question #{number} has been passed to a person."
AHEAD = "{count} question is ahead of it."


def at(text: str, language: str = "") -> str:
    return f"{PAGE}/{key_of(text)}" + (f"/{language}" if language else "")


async def fill(
    admin: Browser, text: str, language: str, *forms: str, do: str = "save", script: bool = False
) -> httpx.Response:
    """Send the form of a sentence in one language."""
    boxes = {f"form-{place}": form for place, form in enumerate(forms)}
    headers = {"HX-Request": "true"} if script else {}
    form = {"csrf": admin.csrf, "do": do, **boxes}
    return await admin.client.post(at(text, language), data=form, headers=headers)


async def own(office: Office) -> dict[tuple[str, str], tuple[str, ...]]:
    found = await office.database.read(office.overrides.read)
    return {(one.text, one.language): one.forms for one in found}


async def audited(office: Office) -> list[tuple[AuditAction, str, dict[str, str | int]]]:
    log = AuditLog(office.clock)
    found = await office.database.read(lambda session: log.entries(session, LogFilter(), 10))
    return [(entry.action, str(entry.subject.key), entry.details) for entry in found]


async def test_a_sentence_is_found_changed_and_restored(office: Office) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        listed = unescape((await admin.get(f"{PAGE}?q=агенту  поддержки")).text)  # in any language
        assert HELLO in listed
        assert PASSED not in listed
        assert at(HELLO) in listed
        page = unescape((await admin.get(at(HELLO))).text)
        for language in ("ru", "en", "hu"):
            assert WORDBOOK.built_in(next(one for one in WORDBOOK.sentences if one.text == HELLO), language)[0] in page
        done = await fill(admin, HELLO, "ru", "  Привет! Спрашивайте.\r\n ", do="save")
        assert done.status_code == 303
        saved = (await admin.get(done.headers["location"])).text
        assert "Saved. Contacts read this text from now on." in saved
        assert "Contacts read your text" in saved
        assert "Changed by Ada" in saved
        assert await own(office) == {(HELLO, "ru"): ("Привет! Спрашивайте.",)}
        changed = (await admin.get(f"{PAGE}?show=changed")).text
        assert "changed · ru" in changed
        assert PASSED not in unescape(changed)
        back = await admin.sends(at(HELLO, "ru"), do="restore")
        assert "Contacts read the built-in text again." in (await admin.get(back.headers["location"])).text
        log = (await admin.get("/desk/settings/audit")).text
        assert "Sentence changed" in log
        assert "Built-in sentence restored" in log
        assert "language: ru" in log
    assert await own(office) == {}
    key = key_of(HELLO)
    assert await audited(office) == [
        (AuditAction.WORDING_RESTORED, key, {"language": "ru"}),
        (AuditAction.WORDING_CHANGED, key, {"language": "ru"}),
    ]


async def test_saving_the_built_in_text_removes_one_s_own(office: Office) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        await fill(admin, HELLO, "en", "Hi.")
        await fill(admin, HELLO, "en", "Hi there.")
        assert await own(office) == {(HELLO, "en"): ("Hi there.",)}
        await fill(admin, HELLO, "en", HELLO)
    assert await own(office) == {}


@pytest.mark.parametrize(
    ("text", "typed", "sentence"),
    [
        (PASSED, "We have it.", "Please keep {number} in the text: contacts need it."),
        (PASSED, "{number} {agent}", "{agent} is unknown here: this sentence can have {number}."),
        (PASSED, "{number", "“{number” is no placeholder"),
        (HELLO, " ", "Write a text, or go back to the built-in one."),
        (HELLO, "x" * (LONGEST + 1), f"The text is too long: {LONGEST} characters at most."),
        ("Ask a person", "x" * 41, "Write one line of at most 40 characters"),
    ],
)
async def test_a_text_that_does_not_fit_is_refused_and_kept(
    office: Office, text: str, typed: str, sentence: str
) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        for does in ("save", "preview"):
            refused = await fill(admin, text, "en", typed, do=does)
            assert refused.status_code == 422
            assert sentence in unescape(refused.text)
            assert f">{typed}</textarea>" in unescape(refused.text)
            assert refused.text.count('aria-invalid="true"') == 1
    assert await own(office) == {}
    assert await audited(office) == []


async def test_each_plural_form_has_its_box(office: Office) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        page = (await admin.get(at(AHEAD))).text
        for numbers in ("1, 21", "2, 3, 4", "5, 6, 7"):
            assert f"For {numbers}…" in page
        forms = ("{count} впереди.", "{count} впереди вас.")
        refused = await fill(admin, AHEAD, "ru", *forms, "Без числа")
        assert "Please keep {count} in the text" in refused.text
        assert "впереди вас" in refused.text
        await fill(admin, AHEAD, "ru", *forms, "Впереди {count}.")
    assert await own(office) == {(AHEAD, "ru"): ("{count} впереди.", "{count} впереди вас.", "Впереди {count}.")}


async def test_the_preview_shows_example_values_on_each_channel_and_saves_nothing(office: Office) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        shown = await fill(admin, PASSED, "en", "No. {number} is **ours**.", do="preview")
        assert shown.status_code == 200
        assert shown.text.count("No. 482 is **ours**.") == 3  # VK, Telegram, help page: markup is no matter of theirs
        assert ">No. {number} is **ours**.</textarea>" in shown.text
        part = await fill(admin, PASSED, "en", "Is {number}", do="preview", script=True)
        assert part.text.count("Is 482") == 3
        assert "<html" not in part.text
        part = await fill(admin, PASSED, "en", "Is {numbe", do="preview", script=True)
        assert "is no placeholder" in part.text
    assert await own(office) == {}


async def test_no_text_becomes_markup(office: Office) -> None:
    evil = f'</textarea><script>{HARM}</script><img src=x onerror={HARM}>" autofocus onfocus="{HARM}'
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        for does in ("preview", "save"):
            await fill(admin, HELLO, "en", evil, do=does)
        pages = [
            (await admin.get(path)).text
            for path in (at(HELLO), PAGE, f"{PAGE}?q={'%3Cscript%3E'}", f"{at(HELLO)}?language=%3Cb%3E&done=%3Cb%3E")
        ]
        pages.append((await fill(admin, HELLO, "en", evil, do="preview")).text)
        for page in pages:
            assert "<script>window" not in page
            assert "<img src=x" not in page
            assert "<b>" not in page
        assert escape(evil, quote=False)[:40] in pages[0].replace("&#34;", '"')


async def test_a_text_that_an_upgrade_left_behind_is_shown_and_not_heard(office: Office) -> None:
    def left_behind(session: Session) -> None:
        for text, language, forms in (
            (PASSED, "en", ["{agent} has it."]),  # its placeholders were others
            ("What the bot said once.", "en", ["Once upon a time."]),
        ):
            session.add(
                WordingOverride(
                    key=key_of(text), language=language, sentence=text, forms=forms, changed_at=office.clock()
                )
            )

    await office.database.write(left_behind)
    live = LiveWording(office.database, office.bus, WORDBOOK)
    await live.refresh()
    try:
        assert WORDBOOK.current(PASSED, "en") == PASSED
    finally:
        live.close()
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        page = (await admin.get(PAGE)).text
        assert "does not fit" in page
        assert "No longer used" in page
        assert "Once upon a time." in page
        sentence = (await admin.get(at(PASSED))).text
        assert "An upgrade changed this sentence" in sentence
        assert ">{agent} has it.</textarea>" in sentence
        gone = await admin.sends(at("What the bot said once.", "en"), do="restore")
        assert "Once upon a time." not in (await admin.get(gone.headers["location"])).text
        await fill(admin, PASSED, "en", "{number} it is.")
        assert "An upgrade changed this sentence" not in (await admin.get(at(PASSED))).text


async def test_nonsense_is_refused_and_others_are_kept_out(office: Office) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        for path in (f"{PAGE}/no-such-sentence", f"{PAGE}/%00", f"{PAGE}/{'x' * 300}"):
            assert (await admin.get(path)).status_code == 404
        assert (await fill(admin, HELLO, "xx", "x")).status_code == 404
        assert (await fill(admin, "Nothing that the bot says.", "en", "x")).status_code == 404
        assert (await admin.sends(at(HELLO, "en"))).status_code == 422  # no box at all
    async with office.signed_in(await office.agent("Olga", Role.LEAD)) as lead:
        assert (await lead.get(PAGE)).status_code == 403
        assert (await fill(lead, HELLO, "en", "x")).status_code == 403
    assert await own(office) == {}


async def test_a_text_is_replaced_by_the_one_that_is_saved_later(office: Office) -> None:
    sentence = WORDBOOK.find(key_of(HELLO))
    assert sentence is not None
    await office.database.write(lambda session: office.overrides.save(session, sentence, "en", ["One."], COMMAND_LINE))
    await office.database.write(lambda session: office.overrides.save(session, sentence, "en", ["Two."], COMMAND_LINE))
    assert await own(office) == {(HELLO, "en"): ("Two.",)}
    assert len(await audited(office)) == 2
