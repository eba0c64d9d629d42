"""Some 290 texts that try to run a script, on every surface of the desk: shown as written, nothing runs."""

from typing import cast

from playwright.async_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.audit.log import COMMAND_LINE
from handoff.canned_responses import responses
from handoff.canned_responses.responses import CannedDraft
from handoff.labels.labelling import Labelling
from handoff.lists.saved_views import save_view
from handoff.models import Agent, Contact, FileRow, FileState, Message, MessageKind, Role, Ticket
from handoff.people import contact_notes
from handoff.tickets.queue import PAGE
from tests.dashboard.payloads import HARM, PAYLOADS
from tests.dashboard.rig import IN_BROWSER, Rig
from tests.office import employ

pytestmark = IN_BROWSER
FOREIGN = """() => {
    const found = [];
    for (const element of document.querySelectorAll('*')) {
        if (element.matches('iframe, object, embed, base, meta[http-equiv], template:not([id]), #evil, noscript, math'))
            found.push(element.outerHTML.slice(0, 200));
        for (const {name, value} of element.attributes) {
            const runs = name.startsWith('on') || name.startsWith('hx-on') || name === 'style';
            const leads = ['href', 'src', 'action', 'formaction', 'xlink:href', 'data'].includes(name)
                && !/^(\\/(?!\\/)|\\?|#|https?:\\/\\/|tel:|mailto:)/.test(value) && value !== '';
            const fetches = /^(data-)?hx-(get|post)$/.test(name) && !/^\\/(desk|help)/.test(value);
            if (runs || leads || fetches) found.push(`${name}: ${element.outerHTML.slice(0, 200)}`);
        }
    }
    for (const script of document.scripts)
        if (!script.src.startsWith(location.origin + '/')) found.push(script.outerHTML.slice(0, 200));
    for (const link of document.querySelectorAll('link'))
        if (!link.href.startsWith(location.origin + '/')) found.push(link.outerHTML.slice(0, 200));
    return window.harmed ? ['a script has run', ...found] : found;
}"""


async def foreign(page: Page, path: str) -> list[str]:
    """What stands on the page that no template of ours has put there."""
    await page.goto(path)
    return [f"{path}: {one}" for one in cast("list[str]", await page.evaluate(FOREIGN))]


async def test_the_texts_are_many_and_differ() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 200
    assert sum(HARM in text for text in PAYLOADS) >= 200


async def test_the_search_for_foreign_elements_finds_them(rig: Rig) -> None:
    async with rig.page() as page:
        await page.goto("/desk/login")
        assert await page.evaluate(FOREIGN) == []
        for text in ("<img src=x onerror=1>", "<a href=javascript:1>", "<iframe>", "<p hx-get=//evil>", "<p style=a>"):
            await page.evaluate("text => { document.querySelector('main').innerHTML = text }", text)
            assert len(await page.evaluate(FOREIGN)) >= 1, text
    rig.complaints.clear()


async def test_a_thread_shows_them_as_written(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    number = await office.asks("Where is my page?")

    def write(session: Session) -> None:
        ticket = session.get_one(Ticket, number)
        for index, text in enumerate(PAYLOADS):
            kind = (MessageKind.INCOMING, MessageKind.NOTE)[index % 2]
            line = Message(
                contact_id=ticket.contact_id,
                ticket_id=number,
                kind=kind,
                author=text[:100],
                text=text,
                at=office.clock(),
            )
            session.add(line)
            session.flush()
            session.add(
                FileRow(
                    message_id=line.id, contact_id=ticket.contact_id, account="vk:main", kind="document",
                    name=text[:100], source="", state=FileState.REFUSED, reason="kind", media_type="", attempts=1,
                    next_attempt_at=office.clock(), updated_at=office.clock(),
                )
            )  # fmt: skip

    await office.database.write(write)
    shown: list[str] = []
    async with rig.signed_in(olga) as page:
        found = await foreign(page, f"/desk/tickets/{number}")
        while True:
            shown = [*await page.locator(".line .words").all_text_contents(), *shown]
            earlier = page.locator("a[href*=lines_before]").first
            if not await earlier.count():
                break
            found += await foreign(page, await earlier.get_attribute("href") or "")
    assert found == []
    missing = [text for text in PAYLOADS if not any(text.strip() in one for one in shown)]
    assert missing == []


async def test_replies_that_agents_write_are_inert(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    number = await office.asks("Where is my page?")

    def write(session: Session) -> None:
        for text in PAYLOADS:
            office.desk.reply(session, number, olga.id, text)

    await office.database.write(write)
    async with rig.signed_in(olga) as page:
        found = await foreign(page, f"/desk/tickets/{number}")
        assert await page.locator(".line-ours").count() > 50
        await page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        found += cast("list[str]", await page.evaluate(FOREIGN))
    assert found == []


async def test_names_and_questions_in_the_queue_are_inert(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")

    def write(session: Session) -> None:
        for index, text in enumerate(PAYLOADS):
            contact = Contact(
                account="vk:main", user_id=str(index), name=text[:200], language="en", version=0,
                created_at=office.clock(), last_seen_at=office.clock(),
            )  # fmt: skip
            session.add(contact)
            session.flush()
            office.desk.open(session, contact, text, reason="unanswered", category=text[:60])

    await office.database.write(write)
    async with rig.signed_in(olga) as page:
        found: list[str] = []
        for number in range(1, len(PAYLOADS) // PAGE + 2):
            found += await foreign(page, f"/desk?page={number}")
            assert await page.locator(".row").count() > 0
        for text in PAYLOADS[::20]:
            found += await foreign(
                page, "/desk?" + str(await page.evaluate("q => new URLSearchParams({q}) + ''", text))
            )
    assert found == []


async def test_what_agents_and_admins_write_is_inert(rig: Rig) -> None:
    office, ada = rig.office, await rig.office.agent("Ada", Role.ADMIN)
    number = await office.asks("Where is my page?")

    def write(session: Session) -> None:
        contact = session.get_one(Ticket, number).contact_id
        for index, text in enumerate(PAYLOADS):
            responses.create(session, CannedDraft(f"{index} {text}"[:80], text, text[:40], "en"), ada, office.clock())
            contact_notes.add_note(session, contact, ada.id, text, office.clock())
            employ(session, f"a{index}@example.org", text[:80], Role.AGENT, office.clock())
            office.staff.add_token(session, f"{index} {text}"[:60], Role.AGENT, COMMAND_LINE)
        for text in PAYLOADS[::20]:
            Labelling(office.desk.journal, office.desk.promises).add_tag(session, number, ada.id, text[:40])
        for text in PAYLOADS[::30]:
            save_view(session, ada, text[:40], "?language=hu", office.clock)

    await office.database.write(write)
    async with rig.signed_in(ada) as page:
        found: list[str] = []
        for path in (
            "/desk",
            "/desk?language=hu",
            f"/desk/tickets/{number}",
            "/desk/canned",
            f"/desk/tickets/{number}?similar=1",
            "/desk/settings/agents",
            "/desk/settings/tokens",
            "/desk/settings/audit",
            "/desk/profile",
        ):
            found += await foreign(page, path)
        await page.goto(f"/desk/tickets/{number}")
        await page.locator(".canned-open").click()
        assert await page.locator(".canned-option").count() > 0
        found += cast("list[str]", await page.evaluate(FOREIGN))
        names = await office.database.read(lambda session: list(session.scalars(select(Agent.name))))
        assert len(names) > len(PAYLOADS)
    assert found == []
