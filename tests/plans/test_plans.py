"""No statement of the running program scans a growing table, with any statistics of the planner."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import httpx
import pytest
from sqlalchemy.orm import Session

from bot.cli.commands import forget_contact
from bot.program.site_parts import site_parts
from bot.web.site import build_site
from handoff.audit.log import COMMAND_LINE
from handoff.dashboard.content.place import SHOWS
from handoff.models import Role
from handoff.retention.expired import count_expired
from handoff.retention.rules import Retention, save_retention
from handoff.tickets.ownership.assignment import Assignment
from handoff.webhooks import queue
from handoff.webhooks.models import CHOICES, Problem
from handoff.webhooks.queue import AttemptOutcome, ClaimedEvent, OldEvents
from handoff.webhooks.registry import WebhookDraft
from infra.database import Held
from tests.conftest import Backend
from tests.journeys.stage import Platform, Stage, staged
from tests.journeys.test_groups import Group
from tests.journeys.test_sending_files import PNG, fetched, photo
from tests.office import Browser, employ
from tests.plans.history import CONTACTS, add_history, begin_some, finish_all
from tests.plans.planners import Planner, planner
from tests.plans.recorder import Recorder, recorded

MOST = CONTACTS * 5 // 8
"""Maximum rows that a statement may read: no result is larger than a page, or the thousand that are counted."""


@pytest.mark.parametrize("platform", ["telegram"])
async def test_statements_look_at_few_rows_of_many(backend: Backend, platform: Platform) -> None:
    with recorded() as recorder:
        await _work(backend, platform)
    add_history(backend.database_url, f"{platform}:main")
    found: list[str] = []
    with planner(backend.database_url) as plans:
        finish_all(backend.database_url)
        found += _faults("without statistics", plans, recorder)
        plans.analyze()
        found += _faults("with statistics of an idle moment", plans, recorder)
        begin_some(backend.database_url)
        found += _faults("with statistics of an idle moment, busy", plans, recorder)
        plans.analyze()
        found += _faults("with statistics of a busy moment", plans, recorder)
    assert len(recorder.statements) > 100  # it saw the program at work
    assert not found, "\n\n".join(found)


def _faults(when: str, plans: Planner, recorder: Recorder) -> list[str]:
    found = []
    for statement, parameters in recorder.statements.items():
        scans, work = plans.scans(statement, parameters), plans.work(statement, parameters)
        if scans or work > MOST:
            found.append(f"{when}, {work} rows, {scans}:\n{statement}\n{parameters}")
    return found


async def _work(backend: Backend, platform: Platform) -> None:
    """Run the usual actions of contacts and agents, and let time pass."""
    async with staged(backend, platform) as stage:
        await _register_webhook(stage)
        anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
        await anna.writes("забыла пароль")
        await anna.hears()
        await anna.presses("Это помогло")
        await anna.hears()
        await anna.asks_a_person()
        number = (await stage.tickets())[0].id
        await boris.opens_the_desk()
        await boris.claims(number)
        await boris.notes(number, "смотрю")
        message = await boris.replies(number, "Солнечно.")
        await anna.hears()
        await stage.settled()
        await boris.replies_with(number, "Карта.", ("map.txt", b"sun"))
        await stage.settled()
        await anna.writes("", **photo(stage, PNG))
        await fetched(stage, 2)
        group = Group(stage)
        group.says(anna, "/ask забыла пароль")
        group.says(await stage.contact("Глеб"), "/ask забыл пароль")
        await group.hears()
        await boris.corrects(message, "Солнечно, +20.")
        await stage.settled()
        await anna.writes("спасибо")
        await _desk(stage, number)
        await stage.passes(days=3)
        await stage.passes(days=8)
        for word in ("/my", "/topics", "/language", "музыка"):
            await anna.writes(word)
            await anna.hears()
        vera = await stage.contact("Вера")
        await vera.writes("мою страницу взломали")
        await vera.hears()
        await stage.passes(hours=2)
        await _send_to_webhook(stage)
        await forget_contact(stage.app, {"address": f"{platform}:main/{anna.person}"}, lambda _line: None)
        await stage.passes(hours=2)
        await stage.app.db.write(lambda session: stage.app._live(session, f"{platform}:main"))
        await _expire(stage)
        # The newest rows are kept, so no row of the history has the number of a deleted one.
        await vera.writes("не помню пароль")
        await stage.noted("не помню пароль")
        await stage.settled()


async def _expire(stage: Stage) -> None:
    """Count and delete what has expired, some time after everything was said."""
    stage.skips(days=31)
    limits = Retention(30, 30)
    assert await stage.app.db.read(lambda session: count_expired(session, limits, stage.app.clock()))
    await stage.app.db.write(lambda session: save_retention(session, limits))

    async def look(held: Held) -> None:
        assert await stage.app.retention.look(held)

    await stage.app.db.exclusively("retention", look)


async def _register_webhook(stage: Stage) -> None:
    draft = WebhookDraft("https://8.8.8.8/hooks", CHOICES)
    await stage.app.db.write(lambda session: stage.app.webhooks.add(session, draft, COMMAND_LINE))


async def _send_to_webhook(stage: Stage) -> None:
    """Let one event be refused, and another one arrive."""
    db, clock, webhooks = stage.app.db, stage.app.clock, stage.app.webhooks
    await db.write(lambda session: queue.follow_clock(session, clock()))
    assert await db.read(lambda session: queue.webhooks_with_work(session, clock())) == [1]
    for problem in (Problem.TIMEOUT, None):
        claimed = await db.write(lambda session: queue.claim(session, 1, "one", clock()))
        assert claimed is not None
        outcome = AttemptOutcome(clock(), 10, problem)
        await db.write(_settle(claimed, outcome, clock()))
        await db.write(partial(webhooks.resend, webhook_id=1, event_id=claimed.id))
    assert len(await db.read(lambda session: webhooks.log(session, 1))) > 5
    old = OldEvents(clock)
    await db.read(lambda session: old.due(session, 0, 100))
    await db.write(lambda session: old.act(session, 0))


def _settle(claimed: ClaimedEvent, outcome: AttemptOutcome, now: datetime) -> Callable[[Session], None]:
    return lambda session: queue.settle(session, claimed, "one", outcome, now)


async def _desk(stage: Stage, number: int) -> None:
    """Request every list of the desk and of the REST interface, and the monitoring pages."""
    agent = await stage.app.db.write(
        lambda session: employ(session, "d@example.org", "Дора", Role.ADMIN, stage.app.clock())
    )
    token = await stage.app.db.write(
        lambda session: stage.app.staff.add_token(session, "robot", Role.ADMIN, COMMAND_LINE)
    )
    site = build_site(site_parts(stage.app), None)
    transport = httpx.ASGITransport(site.asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test") as client:
        browser = Browser(client)
        await browser.signs_in(agent.email)
        assignment = Assignment(stage.app.desk.ownership, stage.app.clock, 1)
        await stage.app.db.read(assignment.is_due)
        await stage.app.db.write(assignment.assign_next)
        for show in ("", *SHOWS):
            for page in (1, 2):
                for path in ("/desk", "/desk/queue", f"/desk/tickets/{number}"):
                    assert (await client.get(path, params={"show": show, "page": page})).status_code == 200
        await browser.sends("/desk/next")
        await browser.sends(f"/desk/tickets/{number}/tags", tag="x")
        for query in ("tag=x", "tag=x&show=solved"):
            assert (await client.get(f"/desk?{query}")).status_code == 200
        await browser.sends(f"/desk/tickets/{number}/tags/remove", tag="x")
        await browser.sends(f"/desk/tickets/{number}/labels", category="", language="en")
        await browser.sends(f"/desk/tickets/{number}/snooze", until="hour")
        await browser.sends(f"/desk/tickets/{number}/wake")
        for path in ("/metrics", "/readyz"):
            await client.get(path)
        for path in ("/desk/pings", "/desk/pings?after=0", "/desk/profile/pings"):
            assert (await client.get(path)).status_code == 200
        for query in ("", "?status=solved", "?assignee=none", "?assignee=me"):
            answer = await client.get(f"/api/v1/tickets{query}", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 200
    await site.hang_up()
