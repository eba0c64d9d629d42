"""Webhooks in a real browser: added, tested and deleted; every state of the pages, seen by axe."""

import pytest
from playwright.async_api import expect
from sqlalchemy.orm import Session

from handoff.audit.log import COMMAND_LINE
from handoff.models import Role
from handoff.webhooks import queue
from handoff.webhooks.models import CHOICES, Problem
from handoff.webhooks.queue import AttemptOutcome
from handoff.webhooks.registry import WebhookDraft
from tests.dashboard.rig import IN_BROWSER, Rig
from tests.dashboard.test_states import SCREENS, touring
from tests.office import Office

pytestmark = IN_BROWSER
PATH = "/desk/settings/webhooks"
LONG = "https://events.customers.example.org/integrations/frontdesk/incoming/8f14e45fceea167a5a36dedd4bea2543"


async def furnish(office: Office) -> None:
    """Webhooks in every state: the first has a log in every state, the second is switched off, the third paused."""
    outcomes = [(None, 204), (Problem.REDIRECT, 301), (Problem.TIMEOUT, None)]

    def add(session: Session) -> None:
        for url, texts in ((LONG, True), ("https://crm.example.org/hooks", False), ("https://chat.example.org", False)):
            office.webhooks.add(session, WebhookDraft(url, CHOICES[:7], texts), COMMAND_LINE)
        office.webhooks.add(session, WebhookDraft("https://new.example.org", CHOICES), COMMAND_LINE)
        office.webhooks.pause(session, 3, COMMAND_LINE)
        for _ in outcomes:
            office.webhooks.test(session, 1)
        office.webhooks.test(session, 2)

    await office.database.write(add)
    for number, problem, status in ((1, *outcomes[0]), (1, *outcomes[1]), (1, *outcomes[2]), (2, Problem.GONE, 410)):
        outcome = AttemptOutcome(office.clock(), 184, problem, status)

        def attempt(session: Session, number: int = number, outcome: AttemptOutcome = outcome) -> None:
            claimed = queue.claim(session, number, "one", office.clock())
            assert claimed is not None
            queue.settle(session, claimed, "one", outcome, office.clock())

        await office.database.write(attempt)
    await office.database.write(lambda session: office.webhooks.test(session, 1))
    await office.database.write(lambda session: office.webhooks.rotate(session, 1, COMMAND_LINE))


@pytest.mark.parametrize("script", [True, False])
async def test_a_webhook_from_its_address_to_its_end(rig: Rig, *, script: bool) -> None:
    ada = await rig.office.agent("Ada", Role.ADMIN)
    async with rig.page(script=script) as page:
        await rig.signs_in(page, ada)
        await page.get_by_role("link", name="Settings").click()
        await page.get_by_role("link", name="Webhooks").click()
        form = page.get_by_role("region", name="Add a webhook")
        await form.get_by_label("Address").fill("https://10.0.0.1/hooks")
        await form.get_by_label("A question was passed to people").uncheck()
        await form.get_by_role("button", name="Add a webhook").click()
        await expect(page.get_by_role("alert")).to_contain_text("not on the public internet")
        await expect(form.get_by_label("A question was passed to people")).not_to_be_checked()
        await form.get_by_label("Address").fill("https://8.8.8.8/hooks")
        await form.get_by_role("button", name="Add a webhook").click()
        await expect(page.locator(".secret")).to_contain_text("whsec_")
        await page.get_by_role("button", name="Send a test event").click()
        await expect(page.get_by_role("status")).to_contain_text("A test event is on its way")
        await expect(page.locator(".secret")).to_have_count(0)
        await expect(page.locator("tbody tr")).to_contain_text("waits to be sent")
        await page.get_by_role("button", name="Pause").click()
        await page.get_by_role("button", name="Switch on again").click()
        await expect(page.get_by_role("status")).to_contain_text("The webhook is switched on.")
        await page.get_by_label("Type “8.8.8.8” to confirm").fill("8.8.8.8")
        await page.get_by_role("button", name="Delete", exact=True).click()
        await expect(page.get_by_role("status")).to_contain_text("The webhook is deleted.")
        await expect(page.get_by_text("No program is notified of events")).to_be_visible()
    rig.expects("422")


@SCREENS
async def test_axe_finds_nothing_in_any_state(rig: Rig, width: int, scheme: str) -> None:
    ada = await rig.office.agent("Ada", Role.ADMIN)
    async with touring(rig, ada, width, scheme) as tour:
        await tour.opens(PATH, "webhooks-none")
        await furnish(rig.office)
        await tour.opens(PATH, "webhooks")
        await tour.opens(f"{PATH}/1?done=test", "webhook-log")
        await tour.opens(f"{PATH}/2", "webhook-off")
        await tour.opens(f"{PATH}/3", "webhook-paused")
        await tour.opens(f"{PATH}/4", "webhook-new")
        await tour.page.get_by_role("button", name="Create a new secret").click()
        await expect(tour.page.locator(".secret")).to_be_visible()
        await tour.sees("webhook-secret")
        await tour.opens("/desk", "webhook-alarm")
