"""Admins see whether each channel works, and edit the categories' titles, order and rule."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.audit.log import AuditLog, LogFilter
from handoff.audit.models import AuditAction
from handoff.deliveries.channel_health import SILENT, ChannelHealth, channel_health
from handoff.models import ChannelState, DeliveryState, InboxEvent, InboxState, Role, Ticket
from knowledge.entries.categories import list_categories
from knowledge.entries.models import KnowledgeState
from knowledge.entries.targets import Targets
from tests.office import Office

CHANNELS, CATEGORIES = "/desk/settings/channels", "/desk/settings/categories"


async def serve(office: Office, account: str, problem: str | None = None) -> None:
    """An account with a heartbeat at this moment."""

    def work(session: Session) -> None:
        session.merge(ChannelState(account=account, random_base=1, problem=problem, updated_at=office.clock()))

    await office.database.write(work)


async def receive(office: Office, account: str, state: InboxState) -> None:
    def work(session: Session) -> None:
        key = f"{account} {session.query(InboxEvent).count()}"
        row = InboxEvent(
            account=account, event_key=key, user_id="1", payload={}, received_at=office.clock(), state=state
        )
        session.add(row)

    await office.database.write(work)


async def health(office: Office) -> dict[str, ChannelHealth]:
    now = office.clock()
    found = await office.database.read(lambda session: channel_health(session, now))
    return {one.account: one for one in found}


async def test_each_channel_shows_its_state_latest_event_and_backlog(office: Office) -> None:
    ada = await office.agent("Ada", Role.ADMIN)
    await serve(office, "vk:main")
    await serve(office, "telegram:main", "the token is rejected")
    await receive(office, "vk:main", InboxState.DONE)
    office.clock.passes(seconds=30)
    for state in (InboxState.NEW, InboxState.NEW, InboxState.POISON):
        await receive(office, "vk:main", state)
    number = await office.asks("Where?", account="vk:main")
    async with office.signed_in(ada) as admin:
        await admin.sends(f"/desk/tickets/{number}/claim")
        for sent in (DeliveryState.FAILED, DeliveryState.QUEUED):
            await admin.sends(f"/desk/tickets/{number}/reply", kind="reply", text=f"Here, {sent}", key=sent)
            await office.delivery(number, sent)
        found = await health(office)
        vk, telegram = found["vk:main"], found["telegram:main"]
        assert (vk.served, vk.problem, vk.last_event_at) == (True, None, office.clock())
        assert (vk.waiting_events, vk.set_aside, vk.unfinished, vk.lost) == (2, 1, 1, 1)
        assert (telegram.problem, telegram.last_event_at, telegram.unfinished) == ("the token is rejected", None, 0)
        page = unescape((await admin.get(CHANNELS)).text)
        assert "Works: messages are received and sent." in page
        assert "the token is rejected" in page
        assert "none lately" in page
        office.clock.passes(seconds=SILENT.total_seconds())
        assert "No running process serves this account." in (await admin.get(CHANNELS)).text


async def test_without_channels_the_page_says_what_to_do(office: Office) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN), "ru") as admin:
        assert "Ни один канал ещё не запускался" in (await admin.get(CHANNELS)).text


async def revision(office: Office) -> int:
    return await office.database.read(lambda session: session.scalars(select(KnowledgeState.revision)).one())


async def test_titles_and_the_rule_of_a_category_are_saved(office: Office) -> None:
    ada = await office.agent("Ada", Role.ADMIN)
    first = (await office.database.read(list_categories))[0]
    before = await revision(office)
    async with office.signed_in(ada) as admin:
        page = unescape((await admin.get(CATEGORIES)).text)
        for title in first.titles.values():
            assert title in page
        form = {
            "key": first.key,
            "handoff": "never",
            "title-en": " Your <account> ",
            "title-ru": "Счёт",
            "title-hu": "",
        }
        done = await admin.client.post(CATEGORIES, data={"csrf": admin.csrf, **form})
        page = (await admin.get(done.headers["location"])).text
        assert "The category is saved." in page
        assert "Your &lt;account&gt;" in page
        refused = await admin.client.post(CATEGORIES, data={"csrf": admin.csrf, **form, "title-en": "x" * 201})
        assert refused.status_code == 422
        assert "at most 200 plain characters" in refused.text
        for odd in ({"key": "none"}, {"handoff": "sometimes"}, {"key": ""}):
            assert (await admin.client.post(CATEGORIES, data={"csrf": admin.csrf, **form, **odd})).status_code == 404
    saved = (await office.database.read(list_categories))[0]
    assert (saved.key, saved.handoff, saved.entries) == (first.key, "never", first.entries)
    assert saved.titles == {"en": "Your <account>", "ru": "Счёт"}
    assert await revision(office) > before
    log = AuditLog(office.clock)
    [entry] = await office.database.read(lambda session: log.entries(session, LogFilter(), 10))
    assert (entry.action, entry.subject.key, entry.details) == (
        AuditAction.CATEGORY_CHANGED, first.key, {"handoff": "never"},
    )  # fmt: skip


async def test_targets_of_a_category_are_saved_in_minutes_or_hours(office: Office) -> None:
    first = (await office.database.read(list_categories))[0]
    form = {"key": first.key, "handoff": "allowed", "title-en": "Pay", "first": "3", "first-unit": "h"}
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        form["csrf"] = admin.csrf
        refused = await admin.client.post(CATEGORIES, data=form | {"next": "soon", "next-unit": "min"})
        assert refused.status_code == 422
        assert "A target is a whole number of minutes or hours, at most 30 days." in refused.text
        assert 'value="soon"' in refused.text  # what was typed is kept
        done = await admin.client.post(CATEGORIES, data=form | {"next": "45", "next-unit": "min"})
        assert done.status_code == 303
        page = (await admin.get(CATEGORIES)).text
        assert re.search(r'name="first" [^>]*value="3"', page)
        assert re.search(r'name="next" [^>]*value="45"', page)
    saved = (await office.database.read(list_categories))[0]
    assert saved.targets == Targets(180, 45)
    log = AuditLog(office.clock)
    [entry] = await office.database.read(lambda session: log.entries(session, LogFilter(), 10))
    assert entry.details == {"handoff": "allowed", "first_answer": 180, "next_answer": 45}


async def test_the_target_without_one_of_the_category_is_set(office: Office) -> None:
    path = f"{CATEGORIES}/target"
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        wrong = await admin.client.post(path, data={"csrf": admin.csrf, "usual": "soon", "usual-unit": "h"})
        assert wrong.status_code == 422
        assert "A target is a whole number of minutes or hours, at most 30 days." in wrong.text
        assert 'value="soon"' in wrong.text
        done = await admin.client.post(path, data={"csrf": admin.csrf, "usual": "90", "usual-unit": "min"})
        page = (await admin.get(done.headers["location"])).text
        assert "The usual target is saved." in page
        assert re.search(r'name="usual" [^>]*value="90"', page)
        number = await office.asks("Where is my page?")
        due = await office.database.read(lambda session: session.get_one(Ticket, number).due_at)
        assert due == office.clock() + timedelta(minutes=90)
        await admin.client.post(path, data={"csrf": admin.csrf, "usual": ""})
        later = await office.asks("And my music?")
        due = await office.database.read(lambda session: session.get_one(Ticket, later).due_at)
        assert due == office.clock() + timedelta(hours=12)
    log = AuditLog(office.clock)
    entries = await office.database.read(lambda session: log.entries(session, LogFilter(), 10))
    assert [(entry.action, entry.details) for entry in reversed(entries)] == [
        (AuditAction.TARGET_CHANGED, {"minutes": 90}), (AuditAction.TARGET_CHANGED, {"minutes": 720}),
    ]  # fmt: skip


@pytest.mark.parametrize(("direction", "place"), [("down", 1), ("up", 0)])
async def test_categories_are_moved(office: Office, direction: str, place: int) -> None:
    keys = [one.key for one in await office.database.read(list_categories)]
    assert len(keys) >= 2
    moved = keys[0] if direction == "down" else keys[1]
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        assert (await admin.sends(f"{CATEGORIES}/move", key=moved, direction=direction)).status_code == 303
        after = [one.key for one in await office.database.read(list_categories)]
        assert after[place] == moved
        assert sorted(after) == sorted(keys)
        assert (await admin.sends(f"{CATEGORIES}/move", key="none", direction=direction)).status_code == 404
        assert (await admin.sends(f"{CATEGORIES}/move", key=moved, direction="left")).status_code == 404
        shown = re.findall(r'name="direction" value="(\w+)"', (await admin.get(CATEGORIES)).text)
    assert shown.count("up") == shown.count("down") == len(keys) - 1
