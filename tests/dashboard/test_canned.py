"""Canned responses at the desk: the page to edit them, and inserting one by a plain form."""

import re
from html import unescape

from handoff.canned_responses import responses
from handoff.canned_responses.responses import CannedDraft
from handoff.models import MessageKind, Role
from handoff.people.agents import AgentView
from tests.office import Office


async def have(office: Office, agent: AgentView, draft: CannedDraft) -> int:
    return await office.database.write(lambda session: responses.create(session, draft, agent, office.clock()))


def box(html: str) -> str:
    found = re.search(r'<textarea id="text"[^>]*>([^<]*)</textarea>', html)
    assert found is not None
    return unescape(found[1])


async def test_an_agent_writes_changes_and_deletes_their_own(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    async with office.signed_in(olga) as browser:
        made = await browser.sends("/desk/canned", title="Hello", folder="Start", language="en", text="Hello {name}")
        assert made.status_code == 303
        where = made.headers["location"].partition("?")[0]
        page = (await browser.get(made.headers["location"])).text
        assert "The canned response is saved." in page
        assert "Only you" in page
        assert 'name="shared"' not in page
        saved = await browser.sends(where, title="Good day", text="Good day {name}")
        assert saved.status_code == 303
        assert "Good day" in (await browser.get("/desk/canned")).text
        assert (await browser.get("/desk/canned?q=day")).text.count('book-row"') == 1
        assert "No canned response has these words." in (await browser.get("/desk/canned?q=nothing")).text
        async with office.signed_in(boris) as his:
            assert (await his.get(where)).status_code == 404
            assert (await his.sends(where, title="Mine", text="now")).status_code == 404
            assert (await his.sends(f"{where}/delete")).status_code == 404
        assert (await browser.sends(f"{where}/delete")).status_code == 303
        assert (await browser.get(where)).status_code == 404


async def test_only_leads_write_shared_ones_and_what_is_refused_stays_in_the_form(office: Office) -> None:
    olga, lena = await office.agent("Olga"), await office.agent("Lena", Role.LEAD)
    shared = await have(office, lena, CannedDraft("For all", "words", shared=True))
    async with office.signed_in(olga) as browser:
        refused = await browser.sends("/desk/canned", title="For all of us", text="words", shared="1")
        assert refused.status_code == 403
        assert "Only leads and admins may do this." in refused.text
        assert 'value="For all of us"' in refused.text
        page = (await browser.get(f"/desk/canned/{shared}")).text
        assert "only leads and admins change it" in page
        assert "<fieldset disabled>" in page
        assert (await browser.sends(f"/desk/canned/{shared}", title="x", text="y")).status_code == 403
        assert (await browser.sends(f"/desk/canned/{shared}/delete")).status_code == 403
        empty = await browser.sends("/desk/canned", title="Only a title", text=" ")
        assert (empty.status_code, "Give it a title and a text." in empty.text) == (422, True)
    async with office.signed_in(lena) as browser:
        assert (await browser.sends("/desk/canned", title="Also", text="words", shared="1")).status_code == 303


async def test_the_preview_shows_examples_and_marks_gaps(office: Office) -> None:
    async with office.signed_in(await office.agent("Olga")) as browser:
        text = "Hello {name}, №{ticket}, {wait}: **bold** {order} <script>"
        page = (await browser.sends("/desk/canned/preview", script=True, text=text)).text
    assert "Hello Anna, №482, 3 hours: bold <mark>{order}</mark> &lt;script&gt;" in page


async def test_a_response_is_inserted_after_what_is_typed_with_its_placeholders_filled(office: Office) -> None:
    olga = await office.agent("Olga Petrova")
    number = await office.asks("Where is my page?", name="Anna")
    shown = await have(office, olga, CannedDraft("Greeting", "Hello {name}, {agent} here, №{ticket}. {wait} {order}"))
    async with office.signed_in(olga) as browser:
        page = (await browser.get(f"/desk/tickets/{number}")).text
        assert f'name="canned" value="{shown}"' in page
        inserted = await browser.sends(f"/desk/tickets/{number}/insert", text="So far", kind="reply", canned=str(shown))
        assert box(inserted.text) == f"So far\n\nHello Anna, Olga here, №{number}. {{wait}} {{order}}"
        unknown = await browser.sends(f"/desk/tickets/{number}/insert", text="So far", kind="reply", canned="999")
        assert box(unknown.text) == "So far"
    (found,) = await office.database.read(lambda session: responses.list_visible(session, olga.id))
    assert found.uses == 1


async def test_the_script_gets_every_response_filled_the_contacts_language_first(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Hol van az oldalam?", name="Anna & <b>", language="hu")
    for title, language, text in (("English", "en", "Hello"), ("Magyar", "hu", "Jó napot, {name}!"), ("Any", "", "…")):
        await have(office, olga, CannedDraft(title, text, "Start", language))
    async with office.signed_in(olga) as browser:
        listed = await browser.client.get(f"/desk/tickets/{number}/canned", headers={"HX-Request": "true"})
        assert listed.headers["Frontdesk-Answer"]
        assert re.findall(r'canned-title" dir="auto">(\w+)<', listed.text) == ["Magyar", "Any", "English"]
        texts = [unescape(text) for text in re.findall(r'data-text="([^"]*)"', listed.text)]
        assert texts == ["Jó napot, Anna & <b>!", "…", "Hello"]
        used = await browser.sends(re.findall(r'data-use="([^"]*)"', listed.text)[0])
        assert used.status_code == 204
        assert "There is no canned response yet." in (await browser.get("/desk/tickets/999/canned")).text
    found = await office.database.read(lambda session: responses.list_visible(session, olga.id))
    assert {view.title: view.uses for view in found} == {"Magyar": 1, "Any": 0, "English": 0}


async def test_a_reply_or_correction_with_an_unfilled_placeholder_is_not_sent(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    await have(office, olga, CannedDraft("Order", "Your order {order_no}"))
    async with office.signed_in(olga) as browser:
        for text, name in (("Hello {name}!", "{name}"), ("Your order {order_no}", "{order_no}")):
            refused = await browser.sends(f"/desk/tickets/{number}/reply", text=text, kind="reply")
            assert refused.status_code == 422
            assert f"Fill in {name} or remove it: the contact would read it as it stands." in refused.text
            assert box(refused.text) == text
        code = "Put {page} there, and `{name}` here"
        assert (await browser.sends(f"/desk/tickets/{number}/reply", text=code, kind="reply")).status_code == 303
        note = await browser.sends(f"/desk/tickets/{number}/note", text="ask {name}", kind="note")
        assert note.status_code == 303  # only colleagues read it
        lines = (await browser.get(f"/desk/tickets/{number}")).text
        correction = re.search(rf"/desk/tickets/{number}/messages/\d+", lines)
        assert correction is not None
        corrected = await browser.sends(correction[0], text="For {name}")
        assert corrected.status_code == 422
    assert await office.texts(MessageKind.OUTGOING) == [code]
