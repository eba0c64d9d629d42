"""Deleting a sent reply: who may, on pages without scripts, and by the REST interface."""

from handoff.models import DeliveryState, Role
from tests.api.test_access import client
from tests.office import Office


async def test_only_its_author_and_leads_delete_a_reply(office: Office) -> None:
    olga, boris, lead = [
        await office.agent(name, role)
        for name, role in (("Olga", Role.AGENT), ("Boris", Role.AGENT), ("Lena", Role.LEAD))
    ]
    number = await office.asks("Where is my page?")
    message = await office.database.write(lambda session: office.desk.reply(session, number, olga.id, "Here."))
    address = f"/desk/tickets/{number}/messages/{message}/delete"
    async with office.signed_in(boris) as browser:
        assert f'id="delete-{message}"' not in (await browser.get(f"/desk/tickets/{number}")).text
        assert 'id="deletion"' not in (await browser.get(address)).text
        assert (await browser.sends(address)).status_code == 403
    async with office.signed_in(lead) as browser:
        assert 'id="deletion"' in (await browser.get(address)).text
        assert (await browser.sends(address)).status_code == 303
        assert "Deleted by Lena" in (await browser.get(f"/desk/tickets/{number}")).text
        assert (await browser.sends(address.replace(str(message), "999"))).status_code == 404


async def test_the_rest_interface_deletes_too(office: Office) -> None:
    number = await office.asks("Where is my page?")
    async with client(office, await office.token("crm", Role.AGENT)) as crm:
        message = (await crm.post(f"/tickets/{number}/reply", json={"text": "Here."})).json()["message_id"]
        await office.delivery(number, DeliveryState.SENT)
        assert (await crm.post(f"/messages/{message}/delete")).status_code == 204
        last = (await crm.get(f"/tickets/{number}")).json()["messages"][-1]
        assert (last["kind"], last["text"], last["deleted_by"]) == ("deleted", "Here.", "crm")
        assert [(part["deletes"], part["state"]) for part in last["deliveries"]] == [(False, "sent"), (True, "queued")]
        assert (await crm.post("/messages/999/delete")).json()["error"]["code"] == "not_found"
