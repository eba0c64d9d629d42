"""Admins read the audit log at the desk, narrow it and save it as CSV."""

import csv
import io
from html import unescape

import pytest
from sqlalchemy.orm import Session

from handoff.audit.log import COMMAND_LINE, Actor, AuditLog, Subject
from handoff.audit.models import AuditAction, Concern, Origin
from handoff.dashboard.settings.audit import PAGE
from handoff.dashboard.settings.audit_words import ACTIONS, DETAILS, ORIGINS
from handoff.models import Role
from tests.office import Office

PATH = "/desk/settings/audit"


async def record(office: Office, by: Actor, action: AuditAction, subject: Subject, **details: str | int) -> None:
    log = AuditLog(office.clock)
    await office.database.write(lambda session: log.record(session, by, action, subject, **details))


async def test_each_change_is_a_line_in_words(office: Office) -> None:
    ada, olga = await office.agent("Ada", Role.ADMIN), await office.agent("Olga")
    await office.token("crm", Role.LEAD)
    by = Actor(ada.id, Origin.API)
    await office.database.write(lambda session: office.team.set_role(session, olga.id, Role.LEAD, by))
    await office.database.write(lambda session: office.team.disable(session, olga.id, by))
    await record(office, by, AuditAction.CONTACT_ERASED, Subject(Concern.CONTACT, 7))
    async with office.signed_in(ada) as browser:
        page = await browser.get(PATH)
    assert page.status_code == 200
    text = unescape(page.text)
    for words in (
        "API token created", "Token crm", "Command line",
        "Role changed", "before: agent, role: lead", "over the REST interface",
        "Agent disabled", "questions returned to the queue: 0",
        "Contact's data erased", "Contact 7",
    ):  # fmt: skip
        assert words in text, words
    assert text.index("Contact's data erased</td>") < text.index("API token created<br>")  # newest first


@pytest.mark.parametrize(("language", "says"), [("ru", "было: агент, роль: старший агент"), ("hu", "korábban: ügy")])
async def test_it_speaks_the_reader_s_language(office: Office, language: str, says: str) -> None:
    ada = await office.agent("Ada", Role.ADMIN)
    olga = await office.agent("Olga")
    await office.database.write(lambda session: office.team.set_role(session, olga.id, Role.LEAD, COMMAND_LINE))
    async with office.signed_in(ada, language) as browser:
        assert says in (await browser.get(PATH)).text


async def test_filters_stand_in_the_address_and_odd_values_filter_nothing(office: Office) -> None:
    ada, olga = await office.agent("Ada", Role.ADMIN), await office.agent("Olga")
    subject = Subject(Concern.CONTACT, 5)
    await record(office, Actor(ada.id, Origin.DESK), AuditAction.CONTACT_EXPORTED, subject)
    office.clock.passes(days=1)
    await record(office, Actor(olga.id, Origin.DESK), AuditAction.CONTACT_ERASED, subject)
    await record(office, COMMAND_LINE, AuditAction.CONTACT_ERASED, subject)

    async with office.signed_in(ada) as browser:

        async def lines(query: str) -> int:
            page = await browser.get(f"{PATH}?{query}")
            assert page.status_code == 200
            return page.text.count("data-moment")

        assert await lines("") == 3
        assert await lines(f"agent={olga.id}") == 1
        assert await lines("agent=command") == 1
        assert await lines("action=contact_erased") == 2
        assert await lines(f"agent={olga.id}&action=contact_exported") == 0
        assert await lines("from=2026-11-23") == 2
        assert await lines("to=2026-11-22") == 1
        assert await lines("from=2026-11-22&to=2026-11-23") == 3
        odd = ["agent=x", "agent=99999999999999999999", "action=none", "from=9999-12-31", "to=0001-01-01", "to=%00"]
        for query in [*odd, "before=-1", "before=²"]:
            assert await lines(query) == 3, query
        page = await browser.get(f"{PATH}?agent={olga.id}&action=contact_erased")
        assert f"/desk/settings/audit.csv?agent={olga.id}&amp;action=contact_erased" in page.text


async def test_older_entries_are_on_the_next_page(office: Office) -> None:
    ada = await office.agent("Ada", Role.ADMIN)
    log = AuditLog(office.clock)

    def work(session: Session) -> None:
        for number in range(PAGE + 2):
            log.record(session, COMMAND_LINE, AuditAction.CONTACT_ERASED, Subject(Concern.CONTACT, number))
            session.flush()

    await office.database.write(work)
    async with office.signed_in(ada) as browser:
        first = (await browser.get(f"{PATH}?action=contact_erased")).text
        assert first.count("data-moment") == PAGE
        link = unescape(first.split('class="pages"><a href="')[1].split('"')[0])
        second = (await browser.get(link)).text
    assert second.count("data-moment") == 2
    assert "Contact 0<" in second
    assert 'class="pages"' not in second


async def test_the_file_has_every_entry_of_the_filter_and_no_formula(office: Office) -> None:
    ada = await office.agent("Ada", Role.ADMIN)
    evil = await office.agent("=cmd|'/c calc'!A1")
    by = Actor(evil.id, Origin.DESK)
    await record(office, by, AuditAction.AGENT_DISABLED, Subject(Concern.AGENT, ada.id), released=2)
    await record(office, COMMAND_LINE, AuditAction.CONTACT_ERASED, Subject(Concern.CONTACT, 3))
    async with office.signed_in(ada) as browser:
        answer = await browser.get("/desk/settings/audit.csv?action=agent_disabled&before=1")
        everything = await browser.get("/desk/settings/audit.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    assert answer.headers["cache-control"] == "no-store"
    [line] = csv.DictReader(io.StringIO(answer.text))
    assert line == {
        "time": "2026-11-22T12:00:00+00:00",
        "agent_id": str(evil.id),
        "agent": "'=cmd|'/c calc'!A1",
        "origin": "desk",
        "action": "agent_disabled",
        "concern": "agent",
        "concern_id": str(ada.id),
        "name": "Ada",
        "details": '{"released": 2}',
    }
    assert len(list(csv.DictReader(io.StringIO(everything.text)))) == 2


def test_every_word_of_the_log_has_its_words() -> None:
    assert set(ACTIONS) == set(AuditAction)
    assert set(ORIGINS) == set(Origin)
    assert {"role", "before", "released", "sessions"} <= set(DETAILS)
