"""Agents' own accounts receive pings, and are never treated as contacts."""

from sqlalchemy import func, select

from bot.channels import Doored
from handoff.models import DeliveryState, InboxEvent, InboxState, Message, Role
from handoff.tickets.pings.accounts import AgentAccounts
from handoff.tickets.pings.channel_tests import ChannelTests, LatestTest
from handoff.tickets.pings.settings import PingChoice, save_choice
from tests.conftest import Backend
from tests.journeys.stage import AgentOnStage, ContactOnStage, Stage, staged
from tests.journeys.test_groups import Group

PURPOSE = (
    "На этот аккаунт приходят оповещения службы поддержки, а написанное здесь никто не читает; "
    "чтобы задавать вопросы, отвяжите его в своём профиле."
)


async def word_for(stage: Stage, agent: AgentOnStage) -> str:
    accounts = AgentAccounts(stage.app.clock)
    return await stage.app.db.write(lambda session: accounts.create_word(session, agent.id))


async def links(stage: Stage, agent: AgentOnStage, phone: ContactOnStage) -> None:
    await phone.starts(await word_for(stage, agent))
    assert (await phone.hears()).text == PURPOSE


async def test_a_linked_account_gets_pings_and_opens_no_ticket(stage: Stage) -> None:
    boris, phone, anna = await stage.agent("Борис"), await stage.contact("Борис"), await stage.contact("Анна")
    await links(stage, boris, phone)
    await stage.app.db.write(lambda session: save_choice(session, boris.id, PingChoice(opened=True)))
    await anna.asks_a_person()
    (ticket,) = await stage.tickets()
    assert (await phone.hears()).text == f"Новый вопрос №{ticket.id}"
    await phone.writes("позовите человека, спишите с меня деньги")
    assert (await phone.hears()).text == PURPOSE
    await stage.settled()
    assert [one.id for one in await stage.tickets()] == [ticket.id]
    written = select(Message.id).where(Message.text.contains("спишите с меня"))
    assert await stage.app.db.read(lambda session: session.scalar(written)) is None


async def test_after_unlinking_it_is_a_contact_again(stage: Stage) -> None:
    boris, phone = await stage.agent("Борис"), await stage.contact("Борис")
    await links(stage, boris, phone)
    accounts = AgentAccounts(stage.app.clock)
    (one,) = await stage.app.db.read(lambda session: accounts.list_accounts(session, boris.id))
    await stage.app.db.write(lambda session: accounts.unlink(session, boris.id, one.contact_id))
    await phone.asks_a_person()
    assert len(await stage.tickets()) == 1


async def test_a_link_works_once(stage: Stage) -> None:
    boris, phone, other = await stage.agent("Борис"), await stage.contact("Борис"), await stage.contact("Анна")
    word = await word_for(stage, boris)
    for who, expected in ((phone, PURPOSE), (other, "Эта ссылка больше не действует: получите новую в своём профиле.")):
        await who.starts(word)
        assert (await who.hears()).text == expected
    await other.asks_a_person()  # and stays a contact
    assert len(await stage.tickets()) == 1


async def test_an_account_with_an_open_question_is_not_linked(stage: Stage) -> None:
    boris, phone = await stage.agent("Борис"), await stage.contact("Борис")
    await phone.asks_a_person()
    await phone.starts(await word_for(stage, boris))
    assert (await phone.hears()).text == (
        "У вас здесь есть открытый вопрос: сначала отзовите его, потом снова откройте ссылку."
    )
    accounts = AgentAccounts(stage.app.clock)
    assert await stage.app.db.read(lambda session: accounts.list_accounts(session, boris.id)) == ()


async def test_what_it_asks_in_a_group_is_left_alone(backend: Backend) -> None:
    async with staged(backend, "telegram") as stage:
        boris, phone, group = await stage.agent("Борис"), await stage.contact("Борис"), Group(stage)
        await links(stage, boris, phone)
        group.says(phone, "/ask какая завтра погода в казани")
        asked = select(InboxEvent.state).order_by(InboxEvent.id.desc()).limit(1)
        handled = select(func.count()).select_from(InboxEvent).where(InboxEvent.state == InboxState.DONE)
        await stage.until(lambda session: session.scalar(handled) == 2 and session.scalar(asked) is InboxState.DONE)
        await stage.settled()
        assert (group.lines, await stage.tickets(), len(phone.replies)) == ([], [], 1)


async def test_each_platform_has_an_address_that_the_word_completes(stage: Stage) -> None:
    channel = stage.app.channels[f"{stage.platform}:main"]
    assert isinstance(channel, Doored)
    addresses = {
        "telegram": "https://t.me/frontdesk_demo_bot?start=",
        "vk": f"https://vk.me/club{stage.vk.group_id}?ref=",
    }
    assert await channel.door() == addresses[stage.platform]


async def test_a_bot_without_an_answer_has_no_address(backend: Backend) -> None:
    async with staged(backend, "vk") as stage:  # the bot of Telegram does not run, so its name is unknown
        channel = stage.app.channels["telegram:main"]
        assert isinstance(channel, Doored)
        await stage.telegram.stop()
        assert await channel.door() is None


async def test_a_test_message_reaches_the_account_and_a_refusal_is_seen(stage: Stage) -> None:
    ada, phone = await stage.agent("Ада", Role.ADMIN), await stage.contact("Ада")
    await links(stage, ada, phone)
    tests, account = ChannelTests(stage.app.outbox), f"{stage.platform}:main"

    async def latest() -> LatestTest:
        await stage.settled()
        found = await stage.app.db.read(lambda session: tests.accounts(session, ada.id)[account].latest)
        assert found is not None
        return found

    assert await stage.app.db.write(lambda session: tests.send(session, ada.id, account, "ru"))
    assert (await phone.hears()).text == (
        "Это проверочное сообщение службы поддержки. Если вы его читаете, канал работает."
    )
    assert (await latest()).state == DeliveryState.SENT
    phone.blocks()
    assert await stage.app.db.write(lambda session: tests.send(session, ada.id, account, "ru"))
    refused = await latest()
    assert refused.state == DeliveryState.REFUSED
    assert refused.reason
