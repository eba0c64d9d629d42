"""An answer becomes a draft of a knowledge entry in two clicks; agents propose, leads and admins publish."""

import re
from html import unescape

import pytest
from sqlalchemy.orm import Session

from handoff.models import Contact, Role, Ticket
from handoff.people.privacy.erasure import forget
from knowledge.entries.repository import EntryView, entry_named
from tests.office import Browser, Office

QUESTION = "Why is my parcel blue?"


async def answered(office: Office, browser: Browser, text: str = "Hello Anna! Blue is the new box.") -> str:
    """A question with an answer; the address of the page that saves it."""
    number = await office.asks(QUESTION, name="Anna")
    await browser.sends(f"/desk/tickets/{number}/reply", text=text, kind="reply")
    page = (await browser.get(f"/desk/tickets/{number}")).text
    (where,) = re.findall(rf'href="(/desk/tickets/{number}/messages/\d+/entry)"', page)
    return str(where)


def values(page: str) -> dict[str, str]:
    """What the form offers."""
    areas = re.findall(r'<textarea [^>]*name="(\w+)"[^>]*>([^<]*)</textarea>', page)
    chosen = re.findall(r'<select [^>]*name="(\w+)".*?</select>', page, re.DOTALL)
    found = {name: unescape(value) for name, value in areas}
    for name in chosen:
        options = re.search(rf'name="{name}".*?</select>', page, re.DOTALL)
        assert options is not None
        selected = re.search(r'value="([^"]*)" selected', options[0])
        found[name] = selected[1] if selected else ""
    return found


async def kept(office: Office, key: str) -> EntryView | None:
    return await office.database.read(lambda session: entry_named(session, key, "en"))


@pytest.mark.parametrize(("role", "status"), [(Role.AGENT, "proposed"), (Role.LEAD, "draft"), (Role.ADMIN, "draft")])
async def test_two_clicks_save_the_answer_without_the_contacts_name(office: Office, role: Role, status: str) -> None:
    async with office.signed_in(await office.agent("Olga", role)) as browser:
        where = await answered(office, browser)
        form = values((await browser.get(where)).text)
        assert form == {
            "question": QUESTION, "answer": "Hello! Blue is the new box.", "category": "", "language": "en",
        }  # fmt: skip
        saved = await browser.client.post(where, data={"csrf": browser.csrf, **form})
        assert saved.status_code == 200
        (key,) = re.findall(r"saved as “([^”]*)”", saved.text)
        assert f"status={status}" in saved.text
        made = await kept(office, key)
        assert made is not None
        assert (made.status, made.question, made.answer, made.author) == (status, QUESTION, form["answer"], "Olga")
        await office.library.refresh()
        assert not office.library.matcher.match(QUESTION).band.answers  # nothing is published yet
        again = await browser.client.post(where, data={"csrf": browser.csrf, **form})
        assert again.status_code == 422
        assert "The knowledge base has this question already." in again.text


async def test_what_is_missing_is_named_and_the_typed_text_stays(office: Office) -> None:
    async with office.signed_in(await office.agent("Olga")) as browser:
        where = await answered(office, browser)
        refused = await browser.sends(where, question=" ", answer="Typed", language="en")
        assert refused.status_code == 422
        assert "Write a question and an answer." in refused.text
        assert values(refused.text)["answer"] == "Typed"
        wrong = await browser.sends(where, question="Why?", answer="Typed", language="en", category="unknown")
        assert (wrong.status_code, values(wrong.text)["answer"]) == (422, "Typed")
        assert (await browser.get("/desk/tickets/1/messages/999/entry")).status_code == 404
        assert (await browser.sends("/desk/tickets/1/messages/1/entry", question="q", answer="a")).status_code == 404


async def test_nothing_of_an_erased_contact_becomes_a_draft(office: Office) -> None:
    async with office.signed_in(await office.agent("Olga")) as browser:
        where = await answered(office, browser)

        def erase(session: Session) -> None:
            contact = session.get_one(Contact, session.get_one(Ticket, 1).contact_id)
            forget(session, contact.id, office.clock)

        await office.database.write(erase)
        gone = await browser.get(where)
        assert gone.status_code == 404
        assert "There is no such answer any more." in gone.text
