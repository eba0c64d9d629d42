"""Admins send a test message to their own linked account, and see what comes of it."""

from html import unescape

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.models import ChannelState, Contact, Delivery, DeliveryState, Message, Role
from handoff.people.agents import AgentView
from handoff.tickets.pings.models import AgentAccount
from tests.office import Office

PAGE = "/desk/settings/channels"
SENT = "This is a test message of the support desk. If you can read it, this channel works."


async def serve(office: Office, *accounts: str) -> None:
    def work(session: Session) -> None:
        for account in accounts:
            session.merge(ChannelState(account=account, random_base=1, updated_at=office.clock()))

    await office.database.write(work)


async def link(office: Office, agent: AgentView, name: str, account: str = "vk:main") -> int:
    """An account of the agent's own; the number of its contact."""

    def work(session: Session) -> int:
        at = office.clock()
        contact = Contact(
            account=account, user_id=f"{name}1", name=name, language="en", version=0, created_at=at, last_seen_at=at
        )
        session.add(contact)
        session.flush()
        session.add(AgentAccount(contact_id=contact.id, agent_id=agent.id, linked_at=at))
        return contact.id

    return await office.database.write(work)


async def queued(office: Office) -> list[tuple[int, str, str, bool]]:
    wanted = select(Delivery).order_by(Delivery.id)
    return await office.database.read(
        lambda session: [(row.contact_id, row.account, row.text, row.repeated) for row in session.scalars(wanted)]
    )


async def move(office: Office, state: DeliveryState, reason: str | None = None) -> None:
    """Put the latest part into a state, as the pump would."""

    def work(session: Session) -> None:
        row = session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(1)).one()
        row.state, row.reason, row.updated_at = state, reason, office.clock()

    await office.database.write(work)


async def test_a_test_message_goes_the_way_of_every_message(office: Office) -> None:
    ada = await office.agent("Ada", Role.ADMIN)
    await serve(office, "vk:main")
    number = await link(office, ada, "Ada <b>K.</b>")
    async with office.signed_in(ada) as admin:
        page = (await admin.get(PAGE)).text
        assert "Ada &lt;b&gt;K.&lt;/b&gt;" in page
        assert 'hx-trigger="every 2s"' not in page
        done = await admin.sends(f"{PAGE}/test", account="vk:main")
        assert (done.status_code, done.headers["location"]) == (303, f"{PAGE}#vk-main")
        assert await queued(office) == [(number, "vk:main", SENT, True)]
        page = (await admin.get(PAGE)).text
        assert "○ queued" in page
        assert 'hx-trigger="every 2s"' in page  # a page with scripts follows it
        await admin.sends(f"{PAGE}/test", account="vk:main")
        assert len(await queued(office)) == 1  # one is underway
        await move(office, DeliveryState.SENT)
        part = (await admin.client.get(f"{PAGE}?account=vk:main", headers={"HX-Request": "true"})).text
        assert "✓ sent" in part
        assert "<html" not in part
        assert "every 2s" not in part
        await admin.sends(f"{PAGE}/test", account="vk:main")
        assert len(await queued(office)) == 2
        assert "○ queued" in (await admin.get(PAGE)).text  # of the latest one


@pytest.mark.parametrize(
    ("state", "reason", "sentence"),
    [
        (DeliveryState.REFUSED, "blocked the community", "⊘ refused: blocked the community"),
        (DeliveryState.FAILED, "the message is too long", "✕ failed: the message is too long"),
        (DeliveryState.MAYBE, "the platform did not answer", "? maybe delivered (the platform did not answer)"),
        (DeliveryState.RETRYING, "the token is rejected", "(the token is rejected)"),
        (DeliveryState.SENDING, None, "↑ sending"),
        (DeliveryState.FAILED, "<script>odd</script>", "✕ failed: <script>odd</script>"),
    ],
)
async def test_its_state_is_shown_with_the_reason(
    office: Office, state: DeliveryState, reason: str | None, sentence: str
) -> None:
    ada = await office.agent("Ada", Role.ADMIN)
    await serve(office, "vk:main")
    await link(office, ada, "Ada")
    async with office.signed_in(ada) as admin:
        await admin.sends(f"{PAGE}/test", account="vk:main")
        await move(office, state, reason)
        page = (await admin.get(PAGE)).text
        assert sentence in " ".join(unescape(page).split()).replace("</span>", "")
        assert "<script>odd" not in page


async def test_without_a_linked_account_the_page_says_how_to_link_one(office: Office) -> None:
    ada, olga = await office.agent("Ada", Role.ADMIN), await office.agent("Olga", Role.ADMIN)
    await serve(office, "vk:main", "telegram:main", "web:help")
    await link(office, olga, "Olga")  # a colleague's account is none of theirs
    async with office.signed_in(ada) as admin:
        page = unescape((await admin.get(PAGE)).text)
        assert page.count('href="/desk/profile/pings#accounts"') == 2
        assert page.count("No account of your own can be linked here.") == 1
        assert "Send a test message" not in page
        refused = await admin.sends(f"{PAGE}/test", account="vk:main")
        assert refused.status_code == 409
        assert refused.text.count("Link your own account of this channel first.") == 1
        for odd in ("web:help", "none", ""):
            assert (await admin.sends(f"{PAGE}/test", account=odd)).status_code == 404
    assert await queued(office) == []


async def test_it_goes_to_the_account_that_was_linked_last_and_in_the_agent_s_language(office: Office) -> None:
    ada = await office.agent("Ada", Role.ADMIN)
    await serve(office, "telegram:main")
    await link(office, ada, "Old", "telegram:main")
    office.clock.passes(minutes=1)
    last = await link(office, ada, "New", "telegram:main")
    async with office.signed_in(ada, "ru") as admin:
        assert "New" in (await admin.get(PAGE)).text
        await admin.sends(f"{PAGE}/test", account="telegram:main")
    [(number, _, text, _)] = await queued(office)
    assert number == last
    assert text == "Это проверочное сообщение службы поддержки. Если вы его читаете, канал работает."
    keys = await office.database.read(lambda session: session.scalars(select(Message.key)).all())
    assert keys == [f"channel-test-{last}"]


async def test_only_admins_may_send_one(office: Office) -> None:
    lead = await office.agent("Olga", Role.LEAD)
    await link(office, lead, "Olga")
    async with office.signed_in(lead) as browser:
        assert (await browser.sends(f"{PAGE}/test", account="vk:main")).status_code == 403
    assert await queued(office) == []
