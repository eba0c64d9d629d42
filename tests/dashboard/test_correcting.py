"""Editing a sent reply at the desk, on the page without scripts and by the REST interface."""

from handoff.models import DeliveryState, MessageKind, Role
from tests.api.test_access import client
from tests.office import Office, field


async def test_a_reply_is_corrected_by_its_author_alone(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:
        key = field((await browser.get(f"/desk/tickets/{number}")).text, "key")
        await browser.sends(f"/desk/tickets/{number}/reply", kind="reply", text="Hear it is.", key=key)
        await office.delivery(number, DeliveryState.SENT)
        page = (await browser.get(f"/desk/tickets/{number}")).text
        address = page.partition('id="correct-')[2].partition('href="')[2].partition('"')[0]
        form = (await browser.get(address)).text
        assert ">Hear it is.</textarea>" in form
        assert 'id="reply"' not in form
        assert (await browser.sends(address, text=" ")).status_code == 422
        assert (await browser.sends(address, text="Here it is.")).status_code == 303
        page = (await browser.get(f"/desk/tickets/{number}")).text
        assert "Hear it is." not in page
        assert "<span>correction</span>" in page
        assert page.count("○ queued") == 1
        await office.delivery(number, DeliveryState.SENT)
        assert "○ queued" not in (await browser.get(f"/desk/tickets/{number}")).text
    async with office.signed_in(boris) as other:
        assert 'id="correct-' not in (await other.get(f"/desk/tickets/{number}")).text
        assert 'id="reply"' in (await other.get(address)).text
        assert (await other.sends(address, text="Mine now.")).status_code == 404
    assert await office.texts(MessageKind.OUTGOING) == ["Here it is."]


async def test_the_rest_interface_corrects_too(office: Office) -> None:
    number = await office.asks("Where is my page?")
    async with client(office, await office.token("crm", Role.AGENT)) as crm:
        message = (await crm.post(f"/tickets/{number}/reply", json={"text": "Hear."})).json()["message_id"]
        assert (await crm.post(f"/messages/{message}/correct", json={"text": "Here."})).status_code == 204
        last = (await crm.get(f"/tickets/{number}")).json()["messages"][-1]
        # It had not left yet, so it leaves as it should be and there is nothing to be edited.
        assert (last["text"], len(last["deliveries"]), last["edited_at"] is not None) == ("Here.", 1, True)
        assert (await crm.post("/messages/999/correct", json={"text": "x"})).json()["error"]["code"] == "not_found"
