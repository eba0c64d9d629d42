"""Questions in Telegram groups: answered in private, with at most one public line."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.simulator.faults import Fault
from handoff.models import Contact, Delivery, DeliveryState, InboxEvent
from handoff.people.privacy.archive import everything
from handoff.tickets.public_questions import rescue
from tests.conftest import Backend
from tests.journeys.crowd import LINK, TOLD, acquainted, failures, is_known, kept, overheard, questions, start_of
from tests.journeys.stage import PATIENCE, ContactOnStage, Stage, staged

BOT = "@frontdesk_demo_bot"
NEIGHBOUR = {"id": 900, "is_bot": True, "first_name": "Other", "username": "other_bot"}


@pytest.fixture
async def stage(backend: Backend) -> AsyncIterator[Stage]:
    async with staged(backend, "telegram") as stage:
        yield stage


class Group:
    """A group chat with our bot in it."""

    def __init__(self, stage: Stage, *, basic: bool = False) -> None:
        self._stage = stage
        self._groups = stage.telegram.groups
        self.id = self._groups.create("Соседи", basic=basic)

    def says(self, who: ContactOnStage, text: str, reply_to: int | None = None, **extra: object) -> int:
        return self._groups.say(self.id, who.person, text, extra, reply_to)

    @property
    def lines(self) -> list[str]:
        """What our bot has said here, for all to read."""
        return [message.text for message in self._groups.bubbles(self.id) if not message.mine]

    async def hears(self, count: int = 1) -> list[str]:
        async with asyncio.timeout(PATIENCE):
            while len(self.lines) < count:
                await self._stage.telegram.wait_change(self._stage.telegram.revision, 0.2)
        return self.lines


async def test_who_can_be_written_to_is_answered_in_private_and_only_they_are_told_so(stage: Stage) -> None:
    anna, group = await acquainted(stage, "Анна"), Group(stage)
    group.says(anna, "/ask забыла пароль")
    assert "парол" in (await anna.hears()).text.lower()
    await stage.settled()
    assert group.lines == []
    assert stage.telegram.groups.whispers == {anna.person: [TOLD]}
    (line,) = [line for line in await stage.thread_of(anna) if line.text.startswith("public ")]
    assert "Соседи" in line.text
    assert "https://t.me/c/" in line.text


async def test_what_is_asked_in_public_presses_no_button_of_the_private_chat(stage: Stage) -> None:
    anna, group = await acquainted(stage, "Анна"), Group(stage)
    await anna.writes("музыка")
    await anna.hears()
    assert "Как скачать музыку?" in anna.labels()
    group.says(anna, "/ask Как скачать музыку?")
    assert (await anna.hears()).text.startswith("Как скачать музыку?")
    told = [line.text for line in await stage.thread_of(anna)]
    assert any(line.startswith("public ") for line in told)
    assert not any(line.startswith("pressed ") for line in told)


async def test_a_small_group_sees_the_line_for_nothing_can_be_shown_to_one_alone(stage: Stage) -> None:
    anna, group = await acquainted(stage, "Анна"), Group(stage, basic=True)
    group.says(anna, f"/ask{BOT} забыла пароль")
    await anna.hears()
    assert await group.hears() == [TOLD]


async def test_a_stranger_gets_a_link_that_asks_in_private_what_they_asked(stage: Stage) -> None:
    boris, group = await stage.contact("Борис"), Group(stage)
    group.says(boris, "/ask забыл пароль")
    (line,) = await group.hears()
    assert line.startswith(f"{LINK}https://t.me/frontdesk_demo_bot?start=q-")
    assert boris.replies == []
    await boris.starts(start_of(line))
    assert "парол" in (await boris.hears()).text.lower()


async def test_a_question_that_nobody_knows_goes_to_a_person_by_the_link(stage: Stage) -> None:
    boris, group = await stage.contact("Борис"), Group(stage)
    group.says(boris, "/ask почему гудят провода над прудом")
    (line,) = await group.hears()
    assert await stage.tickets() == []
    await boris.starts(start_of(line))
    await boris.hears()
    await boris.presses("Да, передать")
    await boris.hears()
    (ticket,) = await stage.tickets()
    assert ticket.question == "почему гудят провода над прудом"


async def test_somebody_elses_link_opens_nothing_of_theirs(stage: Stage) -> None:
    boris, vera, group = await stage.contact("Борис"), await stage.contact("Вера"), Group(stage)
    group.says(boris, "/ask забыл пароль")
    (line,) = await group.hears()
    await vera.starts(start_of(line))
    assert (await vera.hears()).text.startswith("Здравствуйте")


async def test_an_answer_to_the_bot_and_its_name_ask_it_too(stage: Stage) -> None:
    anna, group = await acquainted(stage, "Анна"), Group(stage)
    boris = await stage.contact("Борис")
    group.says(boris, "/ask забыл пароль")
    await group.hears()
    ours = next(message.id for message in stage.telegram.groups.bubbles(group.id) if not message.mine)
    group.says(anna, "а как скачать музыку?", reply_to=ours)
    assert "музык" in (await anna.hears()).text.lower()
    stage.telegram.groups.privacy = False
    group.says(anna, f"{BOT}, забыла пароль")
    assert "парол" in (await anna.hears()).text.lower()


async def test_nothing_else_that_a_group_says_is_kept_or_answered(stage: Stage) -> None:
    anna, boris, group = await acquainted(stage, "Анна"), await stage.contact("Борис"), Group(stage)
    stage.telegram.groups.privacy = False
    group.says(boris, "тайна соседей: забыл пароль")
    group.says(boris, "/ask@other_bot тайна соседей")
    group.says(boris, f"/ask{BOT}")
    group.says(boris, f"{BOT} спасибо!")
    group.says(
        boris, f"{BOT} тайна переслана", forward_origin={"type": "hidden_user", "sender_user_name": "x", "date": 1}
    )
    say, channel = stage.telegram.groups.say, {"id": -100500, "type": "channel", "title": "К"}
    say(group.id, NEIGHBOUR, f"{BOT} тайна бота", {}, None)
    say(group.id, NEIGHBOUR, f"{BOT} тайна канала", {"sender_chat": channel}, None)
    secret = group.says(anna, "тайна, на которую отвечают")
    group.says(anna, f"{BOT} забыла пароль", reply_to=secret)
    await anna.hears()
    await stage.settled()
    assert not [text for text in await kept(stage) if "тайна" in text]
    assert group.lines == []
    assert await questions(stage) == 1
    assert not await is_known(stage, boris)


async def test_the_same_message_told_twice_is_answered_once(stage: Stage) -> None:
    boris, group = await stage.contact("Борис"), Group(stage)
    group.says(boris, "/ask забыл пароль")
    await group.hears()
    again = {"message_id": 1, "from": {"id": boris.person, "is_bot": False, "first_name": "Борис"}}
    stored = await stage.app.db.read(
        lambda session: session.scalars(select(InboxEvent.payload).where(InboxEvent.user_id == str(boris.person))).one()
    )
    asked = stored["public_question"]
    chat = {"id": group.id, "type": "supergroup", "title": "Соседи"}
    told = again | {"message_id": asked["message_id"], "date": asked["date"], "chat": chat, "text": "/ask забыл пароль"}
    await stage.telegram.sends_raw({"message": told})
    await overheard(stage, boris)
    await stage.settled()
    assert len(group.lines) == 1
    assert await questions(stage) == 1


async def test_what_may_have_been_said_in_public_is_not_said_again(stage: Stage) -> None:
    boris, group = await stage.contact("Борис"), Group(stage)
    stage.telegram.faults.next("sendMessage", Fault("half_json"))
    group.says(boris, "/ask забыл пароль")
    await stage.until(lambda session: session.scalar(select(Delivery.state)) is DeliveryState.MAYBE)
    assert len(group.lines) == 1
    await boris.starts()
    await boris.hears()
    await stage.settled()
    assert len(group.lines) == 1


async def test_a_bot_that_was_thrown_out_can_still_write_in_private(stage: Stage) -> None:
    anna, group = await acquainted(stage, "Анна"), Group(stage)
    stage.telegram.groups.remove_bot(group.id)
    group.says(anna, "/ask забыла пароль")
    await anna.hears()
    await stage.settled()
    assert await failures(stage) == ["the community cannot write there"]
    await anna.writes("как скачать музыку?")
    assert "музык" in (await anna.hears()).text.lower()


async def test_a_stranger_whose_link_cannot_be_shown_is_a_question_for_a_person(stage: Stage) -> None:
    boris, group = await stage.contact("Борис"), Group(stage)
    stage.telegram.groups.remove_bot(group.id)
    group.says(boris, "/ask забыл пароль")
    await stage.until(lambda session: session.scalar(select(Delivery.state)) is DeliveryState.FAILED)
    for _ in range(2):  # it looks every few seconds, and opens one ticket
        await stage.app.db.write(lambda session: rescue(session, stage.app.desk))
    (ticket,) = await stage.tickets()
    assert (ticket.question, ticket.reason) == ("забыл пароль", "public")
    assert {line.ticket_id for line in await stage.thread_of(boris)} == {ticket.id}


async def test_forgetting_erases_what_was_asked_in_public(stage: Stage) -> None:
    boris, group = await stage.contact("Борис"), Group(stage)
    group.says(boris, "/ask забыл пароль")
    (line,) = await group.hears()
    assert await questions(stage) == 1
    whose = select(Contact.id).where(Contact.user_id == str(boris.person))
    archived = await stage.app.db.read(lambda session: everything(session, session.scalars(whose).one()))
    assert archived is not None
    assert [asked["text"] for asked in archived["public_questions"]] == ["забыл пароль"]
    await boris.writes("/forget")
    await boris.hears()
    await boris.presses("Удалить всё")
    await boris.hears()
    assert await questions(stage) == 0
    await boris.starts(start_of(line))
    assert (await boris.hears()).text.startswith("Здравствуйте")
