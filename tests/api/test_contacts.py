"""A contact's data by REST: the archive, and being forgotten."""

from io import BytesIO
from zipfile import ZipFile

from handoff.audit.log import AuditLog, LogFilter, Subject
from handoff.audit.models import AuditAction, Concern, Origin
from handoff.models import Role
from tests.api.test_access import client
from tests.office import Office


async def test_a_contact_is_exported_and_forgotten(office: Office) -> None:
    number = await office.asks("где мои деньги")
    admin, lead = await office.token("privacy", Role.ADMIN), await office.token("crm", Role.LEAD)
    async with client(office, admin) as opened:
        contact = (await opened.get(f"/tickets/{number}")).json()["contact"]["id"]
        packed = await opened.get(f"/contacts/{contact}/export")
        assert packed.headers["content-type"] == "application/zip"
        assert "где мои деньги" in ZipFile(BytesIO(packed.content)).read("frontdesk.html").decode()
        async with client(office, lead) as leads:
            assert (await leads.delete(f"/contacts/{contact}")).status_code == 403
        assert (await opened.delete(f"/contacts/{contact}")).status_code == 204
        assert (await opened.delete(f"/contacts/{contact}")).status_code == 404
        after = (await opened.get(f"/tickets/{number}")).json()
        assert (after["question"], after["status"], after["contact"]["name"]) == ("", "withdrawn", "")
        assert after["messages"] == []

    log = AuditLog(office.clock)
    entries = await office.database.read(lambda session: log.entries(session, LogFilter(), 10))
    assert [(entry.action, entry.subject) for entry in reversed(entries)][2:] == [
        (AuditAction.CONTACT_EXPORTED, Subject(Concern.CONTACT, str(contact))),
        (AuditAction.CONTACT_ERASED, Subject(Concern.CONTACT, str(contact))),
    ]
    assert {entry.actor.origin for entry in entries[:2]} == {Origin.API}


async def test_a_program_writes_first_and_a_repeat_writes_nothing(office: Office) -> None:
    number = await office.asks("Where is my parcel?")
    async with client(office, await office.token("shop", Role.AGENT)) as opened:
        contact = (await opened.get(f"/tickets/{number}")).json()["contact"]["id"]
        body = {"text": "Your **parcel** is here.", "key": "parcel-4711"}
        done = await opened.post(f"/contacts/{contact}/write", json=body)
        assert (done.status_code, done.json()) == (201, {"ticket_id": number + 1})
        again = await opened.post(f"/contacts/{contact}/write", json=body)
        assert (again.status_code, again.json()) == (201, done.json())
        used = await opened.post(f"/contacts/{contact}/write", json={**body, "text": "Another"})
        assert (used.status_code, used.json()["error"]["code"]) == (409, "key_used")
        ticket = (await opened.get(f"/tickets/{number + 1}")).json()
        assert (ticket["question"], ticket["reason"], ticket["assignee"]["name"]) == (
            body["text"],
            "written_first",
            "shop",
        )
        assert ticket["due_at"] is None
        assert ticket["language"] == "en"
        for text in (" ", "x" * 4001):
            assert (await opened.post(f"/contacts/{contact}/write", json={"text": text})).status_code == 422
        assert (await opened.post("/contacts/999/write", json={"text": "Hello"})).status_code == 404
        assert (await opened.post(f"/contacts/{contact}/write", json={"text": "Without a key"})).status_code == 201
        busy = await opened.post(f"/contacts/{contact}/write", json={"text": "One too many"})
        assert (busy.status_code, busy.json()["error"]["code"]) == (409, "barred")
