"""Failures on the way: delivery states are correct, and nothing is lost."""

import asyncio

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.program.app import App
from bot.simulator.faults import Fault
from handoff.errors import ClosedError, HeldError
from handoff.models import Contact, Delivery, DeliveryState, InboxEvent, InboxState, MessageKind, Ticket, TicketStatus
from knowledge.files.loading import SourceFile, read_files
from tests.conftest import Backend
from tests.journeys.stage import ContactOnStage, Platform, Stage, staged

UNREACHABLE = select(Contact.unreachable).where(Contact.unreachable.is_not(None))
WEATHER = "какая завтра погода в казани"


async def asks_a_person(stage: Stage, name: str = "Анна") -> tuple[ContactOnStage, int]:
    who = await stage.contact(name)
    await who.asks_a_person(WEATHER)
    return who, (await stage.tickets())[-1].id


async def states(stage: Stage, who: ContactOnStage) -> list[tuple[DeliveryState, str | None]]:
    """Of the parts of the agents' words."""
    lines = await stage.thread_of(who)
    return [(part.state, part.reason) for line in lines if line.by_agent for part in line.deliveries]


async def test_a_second_agent_is_told_who_holds_the_question(stage: Stage) -> None:
    _, number = await asks_a_person(stage)
    boris, vera = await stage.agent("Борис"), await stage.agent("Вера")
    await boris.claims(number)
    with pytest.raises(HeldError, match="Борис holds this question"):
        await vera.claims(number)
    with pytest.raises(HeldError):
        await vera.replies(number, "Здравствуйте")
    assert await vera.takes_next() is None
    await vera.notes(number, "я тоже смотрю")
    await boris.resolves(number)
    with pytest.raises(ClosedError):
        await vera.claims(number)


async def test_of_two_agents_who_claim_at_once_one_wins(stage: Stage) -> None:
    _, number = await asks_a_person(stage)
    agents = [await stage.agent(f"Агент {n}") for n in range(5)]
    outcomes = await asyncio.gather(*(agent.claims(number) for agent in agents), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["HeldError"] * 4 + ["NoneType"]


async def test_the_same_key_is_the_same_reply(stage: Stage) -> None:
    anna, number = await asks_a_person(stage)
    boris = await stage.agent("Борис")
    first = await boris.replies(number, "Один раз", key="k1")
    assert await boris.replies(number, "Один раз", key="k1") == first
    await anna.hears()
    await stage.settled()
    assert len(anna.replies) == 3


@pytest.mark.parametrize("back", ["unblocks", "writes"])
async def test_whoever_blocked_us_and_comes_back_gets_what_agents_said_meanwhile(stage: Stage, back: str) -> None:
    anna, number = await asks_a_person(stage)
    boris = await stage.agent("Борис")
    anna.blocks()
    await stage.until(lambda session: session.scalar(UNREACHABLE) is not None)
    for words in ("Вы меня слышите?", "Ответ: нажмите кнопку."):
        await boris.replies(number, words)
    await boris.resolves(number)  # asks, in the bot's words, whether it is solved
    await stage.settled()
    assert [(state, bool(reason)) for state, reason in await states(stage, anna)] == [(DeliveryState.REFUSED, True)] * 2
    assert (await stage.tickets())[-1].undelivered is DeliveryState.REFUSED

    if back == "unblocks":
        anna.unblocks()  # which is enough: not a word is needed
    else:
        await anna.writes("не помню пароль")
    heard = [(await anna.hears()).text.rpartition("\n")[2] for _ in range(2)]
    assert heard == ["Вы меня слышите?", "Ответ: нажмите кнопку."]
    if back == "writes":
        assert (await anna.hears()).text.startswith("Забыли пароль")
    await stage.settled()
    assert await states(stage, anna) == [(DeliveryState.SENT, None)] * 2
    assert await stage.app.db.read(lambda session: session.scalar(UNREACHABLE)) is None
    assert not any("решён" in message.text for message in anna.replies)  # stale by now


async def test_an_agents_answer_that_may_have_arrived_is_for_the_agent_to_decide(stage: Stage) -> None:
    anna, number = await asks_a_person(stage)
    boris = await stage.agent("Борис")
    method = "sendMessage" if stage.platform == "telegram" else "messages.send"
    stage.simulator.faults.next(method, Fault("lost_answer", seconds=0.1))
    await boris.replies(number, "Дошло ли это?")
    await anna.hears()
    await stage.settled()
    ((state, _),) = await states(stage, anna)
    if stage.platform == "telegram":  # which knows no key by which a repeat would be recognised
        assert state is DeliveryState.MAYBE
        (ticket,) = await stage.tickets()
        assert (ticket.status, ticket.undelivered) == (TicketStatus.OPEN, DeliveryState.MAYBE)
        line = next(line for line in await stage.thread_of(anna) if line.by_agent and line.deliveries)
        settle = stage.app.outbox.settle_by_hand
        await stage.app.db.write(lambda session: settle(session, line.deliveries[0].id, arrived=True))
        ((state, _),) = await states(stage, anna)
    assert state is DeliveryState.SENT
    assert [(ticket.status, ticket.undelivered) for ticket in await stage.tickets()] == [(TicketStatus.WAITING, None)]
    assert sum(message.text.endswith("Дошло ли это?") for message in anna.replies) == 1


async def test_an_answer_that_never_arrived_is_not_closed_by_silence(stage: Stage) -> None:
    anna, number = await asks_a_person(stage)
    boris = await stage.agent("Борис")
    anna.blocks()
    await stage.until(lambda session: session.scalar(UNREACHABLE) is not None)
    await boris.replies(number, "Нажмите кнопку.")
    await stage.passes(days=8)
    (ticket,) = await stage.tickets()
    assert (ticket.status, ticket.undelivered) == (TicketStatus.OPEN, DeliveryState.REFUSED)
    assert ticket.due_at is not None
    assert ticket.due_at < stage.app.clock()
    assert [line.text for line in await stage.thread_of(anna) if line.kind is MessageKind.EVENT][-1] == "claimed"
    anna.unblocks()
    assert (await anna.hears()).text.endswith("Нажмите кнопку.")
    await stage.until(lambda session: session.get_one(Ticket, number).status is TicketStatus.WAITING)
    await stage.passes(days=7.1)
    assert [ticket.status for ticket in await stage.tickets()] == [TicketStatus.SOLVED]


async def test_an_outage_of_the_platform_delays_and_loses_nothing(stage: Stage) -> None:
    anna, number = await asks_a_person(stage)
    boris = await stage.agent("Борис")
    method = "sendMessage" if stage.platform == "telegram" else "messages.send"
    stage.simulator.faults.next(method, Fault("rate_limited", seconds=0.2))
    for n in range(1, 4):
        await boris.replies(number, f"часть {n}")
    heard = [(await anna.hears()).text for _ in range(3)]
    assert [words[-1] for words in heard] == ["1", "2", "3"]


SENDING = {
    "telegram": ("sendMessage", {"sendMessage", "getMe"}),
    "vk": ("messages.send", {"messages.send", "groups.getTokenPermissions"}),
}
"""By what a platform is written to, and what fails in an outage though messages still arrive."""
RETRYING = select(func.count(Delivery.id)).where(Delivery.state == DeliveryState.RETRYING)


async def test_after_an_outage_everybody_has_the_answer_and_nobody_more_than_twice(stage: Stage) -> None:
    people = [await stage.contact(f"Контакт {n}") for n in range(5)]
    for who in people:
        await who.starts()
        await who.hears()
    for kind in ("bad_gateway_html", "dropped"):
        said = [len(who.replies) for who in people]
        stage.simulator.faults.chance({kind: 1.0}, seed=1, methods=SENDING[stage.platform][1])
        for who in people:
            await who.writes("забыла пароль")
        await stage.until(lambda session: session.scalar(RETRYING) == len(people))
        stage.simulator.faults.clear()
        await stage.settled()
        for who, before in zip(people, said, strict=True):
            heard = [message.text.partition("?")[0] for message in who.replies[before:]]
            assert heard in (["Забыли пароль — как войти"], ["Забыли пароль — как войти"] * 2)
    assert await stage.tickets() == []


@pytest.mark.parametrize("writes", [True, False])
async def test_an_answer_of_the_bot_that_is_lost_twice_goes_to_a_person(stage: Stage, writes: bool) -> None:
    anna = await stage.contact("Анна")
    await anna.starts()
    await anna.hears()
    stage.simulator.faults.next(SENDING[stage.platform][0], Fault("bad_gateway_html"), times=2)
    await anna.writes("забыла пароль")
    if stage.platform == "vk":  # which knows a repeat when it sees one
        assert (await anna.hears()).text.startswith("Забыли пароль")
        await stage.settled()
        assert await stage.tickets() == []
        return
    if writes:
        await stage.until(lambda session: session.scalar(RETRYING) == 1)
        await anna.writes("спасибо")  # which shows that she is there: the repeat waits no longer
        assert (await anna.hears()).text.startswith("Пожалуйста")
    told = (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert (ticket.status, ticket.reason, ticket.question) == (TicketStatus.OPEN, "undelivered", "забыла пароль")
    assert told.startswith(f"Наш ответ мог до вас не дойти, поэтому ваш вопрос №{ticket.id} передан человеку.")
    await stage.settled()
    assert sum("Наш ответ мог" in message.text for message in anna.replies) == 1


async def test_an_agents_formatting_arrives_as_that_of_the_knowledge(stage: Stage) -> None:
    anna, number = await asks_a_person(stage)
    boris = await stage.agent("Борис")
    await boris.replies(number, "Нажмите **Вход** или [читайте](https://e.org/a_b):\n- раз\n- 2*3*4 и a_b_c")
    heard = await anna.hears()
    head, _, body = heard.text.partition(":\n")
    assert body == "Нажмите Вход или читайте:\n\n• раз\n• 2*3*4 и a_b_c"
    found = {(raw["type"], heard.text[raw["offset"] : raw["offset"] + raw["length"]]) for raw in heard.entities}
    link = "text_link" if stage.platform == "telegram" else "url"
    assert found == {("bold", "Вход"), (link, "читайте")}
    assert head == f"Отвечает Борис (вопрос №{number})"


async def test_a_long_answer_comes_in_parts_and_in_order(stage: Stage) -> None:
    anna, number = await asks_a_person(stage)
    boris = await stage.agent("Борис")
    sentences = [f"Предложение номер {n} довольно длинное." for n in range(300)]
    await boris.replies(number, " ".join(sentences))
    await stage.settled()
    parts = [message.text for message in anna.replies[2:]]
    assert len(parts) == 3
    assert all(part.endswith(".") for part in parts)
    told = " ".join(parts)
    assert [told.index(sentence) for sentence in sentences] == sorted(told.index(s) for s in sentences)


@pytest.mark.parametrize(
    "odd",
    [
        "я" * 65_536,
        "\u202eтекст наоборот\u202c",
        "звонок\x07 и нуль\x00",
        "🙂" * 3000,
        "<script>alert(1)</script> {{7*7}}",
    ],
    ids=["64K", "rtl", "control", "emoji", "script"],
)
async def test_odd_texts_are_survived_and_answered(stage: Stage, odd: str) -> None:
    anna = await stage.contact("Анна")
    await anna.writes(odd)
    await anna.hears()
    await anna.writes("не помню пароль")
    await stage.noted("не помню пароль")
    kinds = [line.kind for line in await stage.thread_of(anna)]
    assert kinds.count(MessageKind.INCOMING) == 2


async def test_a_picture_without_words_is_answered_sensibly(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    if stage.platform == "telegram":
        place = stage.telegram.holds_file("a.jpg", b"a")
        photo = [{"file_id": place, "file_unique_id": "x", "width": 1, "height": 1, "file_size": 1}]
        await stage.telegram.writes(anna.person, "", photo=photo)
    else:
        await stage.vk.writes(anna.person, "", attachments=[{"type": "poll", "poll": {"id": 1, "owner_id": 1}}])
    heard = "Я понимаю только текст." if stage.platform == "telegram" else "Сообщение получено."
    assert (await anna.hears()).text.startswith(heard)
    await anna.presses("Задать вопрос")
    assert "передан агенту" in (await anna.hears()).text


async def test_an_event_that_cannot_be_read_is_quarantined_and_goes_to_a_person(
    backend: Backend, platform: Platform
) -> None:
    async with staged(backend, platform) as stage:
        anna = await stage.contact("Анна")
        await anna.writes("не помню пароль")
        await anna.hears()
        await stage.app.db.write(lambda session: spoil(session, f"{platform}:main", anna.person))
        stage.app.bus.publish("inbox", f"{platform}:main/{anna.person}")
        assert "передан агенту" in (await anna.hears()).text
        (ticket,) = await stage.tickets()
        assert (ticket.reason, ticket.question) == ("poison", "слова, которые видит человек")
        states = await stage.app.db.read(lambda s: [row.state for row in s.scalars(select(InboxEvent))])
        assert InboxState.POISON in states


def spoil(session: Session, account: str, person: int) -> None:
    """An event of the right kind that no adapter can read."""
    known = session.scalars(select(InboxEvent).where(InboxEvent.user_id == str(person))).first()
    assert known is not None
    payload = {"message": {"text": "слова, которые видит человек", "chat": 7}, "type": "message_new", "object": 3}
    session.add(
        InboxEvent(
            account=account, event_key="bad", user_id=str(person), payload=payload, received_at=known.received_at
        )
    )


async def test_edits_of_the_knowledge_reach_the_bot_within_seconds(stage: Stage) -> None:
    """Through another process's eyes: a second library on the same database, with no hint to help it."""
    anna = await stage.contact("Анна")
    entry = "entries: [{id: cinema, lang: ru, question: Где кинотеатр на орбите?, answer: На третьем кольце.}]"
    draft = read_files([SourceFile("more.yaml", entry.encode())])
    app: App = stage.app
    await app.db.write(lambda session: app.library.load(session, draft, author="test", keep=True))
    async with asyncio.timeout(60):
        before = app.library.revision
        while app.library.revision == before:
            await asyncio.sleep(0.02)
    await anna.writes("где кинотеатр на орбите")
    assert "На третьем кольце." in (await anna.hears()).text
