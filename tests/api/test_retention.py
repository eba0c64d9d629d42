from handoff.models import Role
from handoff.retention.rules import Retention, read_retention
from tests.api.test_access import client
from tests.dashboard.test_retention import solves_old
from tests.office import Office


async def test_the_retention_is_read_and_replaced_with_a_confirmation(office: Office) -> None:
    await solves_old(office)
    async with client(office, await office.token("program", Role.ADMIN)) as admin:
        nothing = {"question_days": None, "conversation_days": None}
        assert (await admin.get("/retention")).json() == nothing
        days = {"question_days": 90, "conversation_days": 400}
        refused = await admin.put("/retention", json=days)
        assert (refused.status_code, "1 questions" in refused.json()["error"]["message"]) == (409, True)
        assert (await admin.get("/retention")).json() == nothing
        done = await admin.put("/retention", json={**days, "confirm": True})
        assert (done.status_code, done.json()) == (200, days)
        assert (await admin.put("/retention", json={**days, "question_days": 5})).status_code == 422
        assert (await admin.put("/retention", json={"question_days": 90})).status_code == 422
        assert (await admin.get("/retention")).json() == days
    assert await office.database.read(read_retention) == Retention(90, 400)
