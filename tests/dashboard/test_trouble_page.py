"""The page of delivery trouble: what it lists, and what its forms do."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.models import Delivery, DeliveryState, InboxEvent, InboxState, Ticket
from tests.office import Office


async def answered(office: Office, state: DeliveryState, reason: str) -> tuple[int, int]:
    """A question whose answer did not surely arrive: its number and the delivery's id."""
    olga = await office.agent(f"Olga{state.value}".replace("_", ""))
    number = await office.asks(f"question {state.value}")
    await office.database.write(lambda session: office.desk.reply(session, number, olga.id, f"answer {state.value}"))
    return number, await office.delivery(number, state, reason)


async def state_of(office: Office, delivery: int) -> DeliveryState:
    return await office.database.read(lambda session: session.get_one(Delivery, delivery).state)


async def set_aside(office: Office) -> int:
    """An event of a contact that could not be handled; its id."""

    def write(session: Session) -> int:
        event = InboxEvent(
            account="vk:main",
            event_key="broken",
            user_id="1001",
            payload={"text": "secret words"},
            received_at=office.clock(),
            attempts=5,
            state=InboxState.POISON,
            problem="handling it failed 5 times",
        )
        session.add(event)
        session.flush()
        return event.id

    return await office.database.write(write)


async def test_it_lists_what_did_not_arrive_and_why(office: Office) -> None:
    lena = await office.agent("Lena")
    refused, _ = await answered(office, DeliveryState.REFUSED, "blocked the community")
    maybe, _ = await answered(office, DeliveryState.MAYBE, "the platform did not answer")
    fine, _ = await answered(office, DeliveryState.SENT, "")
    await set_aside(office)
    async with office.signed_in(lena) as browser:
        page = (await browser.get("/desk/undelivered")).text
        assert "Reason: blocked the community" in page
        assert "Reason: the platform did not answer" in page
        assert "the answer may not have arrived" in page
        assert f'href="/desk/tickets/{refused}"' in page
        assert f'href="/desk/tickets/{maybe}"' in page
        assert f'href="/desk/tickets/{fine}"' not in page
        assert "Reason: handling it failed 5 times · 5 attempts" in page
        assert "secret words" not in page
    async with office.signed_in(lena, "ru") as browser:
        assert "Причина: обработка не удалась 5 раз · 5 попыток" in (await browser.get("/desk/undelivered")).text


async def test_several_are_sent_again_or_settled_at_once(office: Office) -> None:
    lena = await office.agent("Lena")
    _, refused = await answered(office, DeliveryState.REFUSED, "blocked the community")
    number, maybe = await answered(office, DeliveryState.MAYBE, "the platform did not answer")
    async with office.signed_in(lena) as browser:

        async def send(action: str, *parts: int) -> str:
            form = {"csrf": browser.csrf, "action": action, "part": [str(part) for part in parts]}
            return (await browser.client.post("/desk/undelivered/parts", data=form)).text

        assert "Select what it is about first." in await send("retry")
        assert "Select what it is about first." in await send("nonsense", maybe)
        said = await send("arrived", refused, maybe)
        assert "1 message is marked as arrived. 1 was left as it is" in said
        assert await state_of(office, maybe) is DeliveryState.SENT
        assert await state_of(office, refused) is DeliveryState.REFUSED
        assert "1 message is sent again." in await send("retry", refused, 99_999)
        assert await state_of(office, refused) is DeliveryState.QUEUED
    undelivered = await office.database.read(
        lambda session: session.scalar(select(Ticket.undelivered).where(Ticket.id == number))
    )
    assert undelivered is None


async def test_a_lost_answer_leaves_its_question_open(office: Office) -> None:
    lena = await office.agent("Lena")
    number, maybe = await answered(office, DeliveryState.MAYBE, "the platform did not answer")
    async with office.signed_in(lena) as browser:
        await browser.sends("/desk/undelivered/parts", action="lost", part=str(maybe))
        assert await state_of(office, maybe) is DeliveryState.FAILED
        assert f'href="/desk/tickets/{number}"' in (await browser.get("/desk/undelivered")).text


async def test_events_are_tried_again_or_set_aside_for_good(office: Office) -> None:
    lena, event = await office.agent("Lena"), await set_aside(office)

    async def state() -> tuple[InboxState, int]:
        row = await office.database.read(
            lambda session: session.execute(select(InboxEvent.state, InboxEvent.attempts)).one()
        )
        return row[0], row[1]

    async with office.signed_in(lena) as browser:
        with office.bus.subscribe("inbox") as notes:
            answer = await browser.sends("/desk/undelivered/events", action="again", event=str(event))
            assert "1 event is tried again." in answer.text
            assert await notes.next(5) == "vk:main/1001"
        assert await state() == (InboxState.NEW, 0)
        await browser.sends("/desk/undelivered/events", action="dismiss", event=str(event))
        assert await state() == (InboxState.NEW, 0)  # it is being handled, so it is not set aside

        def break_again(session: Session) -> None:
            session.get_one(InboxEvent, event).state = InboxState.POISON

        await office.database.write(break_again)
        answer = await browser.sends("/desk/undelivered/events", action="dismiss", event=str(event))
        assert "1 event is set aside for good." in answer.text
        assert (await state())[0] is InboxState.DONE
        assert not re.search(r'name="event"', answer.text)
