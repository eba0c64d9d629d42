"""Webhooks at the desk: what admins see and do, without scripts."""

import re

import pytest
from sqlalchemy import select

from handoff.models import Role
from handoff.webhooks import queue
from handoff.webhooks.models import CHOICES, Problem, Webhook, WebhookDelivery, WebhookEvent
from handoff.webhooks.queue import AttemptOutcome
from tests.office import Browser, Office

URL = "https://8.8.8.8/hooks?token=harmless"
PATH = "/desk/settings/webhooks"


async def adds(browser: Browser, *events: WebhookEvent, **fields: str) -> str:
    """Register a webhook; the page that shows its secret."""
    data = {"csrf": browser.csrf, "url": URL, "event": [event.value for event in events], **fields}
    answer = await browser.client.post(PATH, data=data)
    return answer.text


async def attempts(office: Office, problem: Problem | None, status: int | None = None, number: int = 1) -> None:
    """Let the next event of a webhook be tried."""
    claimed = await office.database.write(lambda session: queue.claim(session, number, "one", office.clock()))
    assert claimed is not None
    outcome = AttemptOutcome(office.clock(), 87, problem, status)
    await office.database.write(lambda session: queue.settle(session, claimed, "one", outcome, office.clock()))


async def test_a_webhook_is_added_and_its_secret_is_shown_once(office: Office) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as browser:
        assert "No program is notified of events" in (await browser.get(PATH)).text
        page = await adds(browser, WebhookEvent.OPENED, WebhookEvent.RATED, texts="1")
        secret = await office.database.read(lambda session: session.scalars(select(Webhook.secret)).one())
        assert secret in page.replace("&#43;", "+")
        listed, own = (await browser.get(PATH)).text, (await browser.get(f"{PATH}/1")).text
        assert secret not in listed + own
        assert URL in listed
        assert f"2 of {len(CHOICES)}, with texts" in listed
        assert "nothing sent yet" in listed
        assert own.count(" checked>") == 3
        assert "Webhook added" in (await browser.get("/desk/settings/audit")).text
    await office.asks("How?")
    rows = await office.database.read(lambda session: list(session.scalars(select(WebhookDelivery.event))))
    assert rows == [WebhookEvent.OPENED]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"url": "https://10.0.0.1/hooks"}, "This address is not on the public internet."),
        ({"url": "http://8.8.8.8/hooks"}, "Use https: plain http is only for the networks in"),
        ({"url": "hooks"}, "Write the whole address, like https://example.org/hooks."),
        ({"event": ""}, "Choose at least one event."),
    ],
)
async def test_a_refused_form_says_why_and_keeps_what_was_typed(
    office: Office, fields: dict[str, str], sentence: str
) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as browser:
        given = {"url": URL, "event": "ticket.rated", "texts": "1", **fields}
        answer = await browser.client.post(PATH, data={"csrf": browser.csrf, **given})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert f'value="{given["url"]}"' in answer.text
        assert answer.text.count(" checked>") == (2 if given["event"] else 1)
    assert await office.database.read(lambda session: session.scalars(select(Webhook)).all()) == []


async def test_the_log_says_how_each_event_went(office: Office) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as browser:
        await adds(browser, WebhookEvent.OPENED)
        answer = await browser.sends(f"{PATH}/1/test")
        assert answer.headers["location"] == f"{PATH}/1?done=test#log"
        page = (await browser.get(f"{PATH}/1?done=test")).text
        assert "A test event is on its way" in page
        assert "waits to be sent" in page
        await attempts(office, Problem.STATUS, 503)
        page = (await browser.get(f"{PATH}/1")).text
        assert "refused with status 503" in page
        assert re.search(r"1 attempt · the last took 87 ms · next:\s", page)
        assert "fails since" in (await browser.get(PATH)).text
        office.clock.passes(seconds=10)
        await attempts(office, None, 204)
        page = (await browser.get(f"{PATH}/1")).text
        assert "arrived" in page
        assert "2 attempts" in page
        assert "works" in (await browser.get(PATH)).text
        await browser.sends(f"{PATH}/1/events/1/resend")
        page = (await browser.get(f"{PATH}/1?done=resend")).text
        assert "The event is sent again" in page
        assert "waits to be sent" in page


async def test_a_webhook_that_was_switched_off_is_an_alarm_until_it_is_switched_on(office: Office) -> None:
    alarm = "this webhook did not work and is switched off"
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as browser:
        await adds(browser, WebhookEvent.OPENED)
        await browser.sends(f"{PATH}/1/test")
        assert alarm not in (await browser.get("/desk")).text
        await attempts(office, Problem.GONE, 410)
        desk = (await browser.get("/desk")).text
        assert alarm in desk
        assert "8.8.8.8" in desk
        assert "harmless" not in desk, "the address may hold a secret, and agents see the alarm"
        page = (await browser.get(f"{PATH}/1")).text
        assert "gone for good (status 410)" in page
        assert "Send a test event" not in page
        assert (await browser.sends(f"{PATH}/1/test")).status_code == 422
        await browser.sends(f"{PATH}/1/resume")
        assert alarm not in (await browser.get("/desk")).text
        assert "Send a test event" in (await browser.get(f"{PATH}/1")).text


async def test_changing_pausing_replacing_and_deleting(office: Office) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as browser:
        await adds(browser, WebhookEvent.OPENED)
        assert (await browser.sends(f"{PATH}/1/edit")).status_code == 422
        await browser.sends(f"{PATH}/1/edit", event="ticket.rated")
        await browser.sends(f"{PATH}/1/pause")
        row = await office.database.read(lambda session: session.scalars(select(Webhook)).one().events)
        assert row == ["ticket.rated"]
        assert "paused" in (await browser.get(PATH)).text
        page = (await browser.sends(f"{PATH}/1/rotate")).text
        assert "whsec_" in page
        assert "The secret before this one is valid until" in page
        wrong = await browser.sends(f"{PATH}/1/delete", confirm="example.org")
        assert wrong.status_code == 422
        done = await browser.sends(f"{PATH}/1/delete", confirm="8.8.8.8")
        assert done.headers["location"] == f"{PATH}?done=delete"
        assert "The webhook is deleted." in (await browser.get(f"{PATH}?done=delete")).text
        for path in (f"{PATH}/1", f"{PATH}/1/rotate", f"{PATH}/1/delete", f"{PATH}/1/pause", f"{PATH}/1/nonsense"):
            answer = await (browser.get(path) if path == f"{PATH}/1" else browser.sends(path))
            assert answer.status_code == 404
