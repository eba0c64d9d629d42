"""An agent takes a reply back: it disappears from the contact's phone where the platform allows it."""

from datetime import timedelta

import pytest

from bot.simulator.faults import Fault
from handoff.errors import NotAllowedError, NotFoundError
from handoff.messages.threads import Line
from handoff.models import DeliveryState, MessageKind, Role, TicketStatus
from infra.clock import utc_now
from tests.conftest import Backend
from tests.journeys.stage import AgentOnStage, ContactOnStage, Platform, Stage, staged

METHOD = {"telegram": "deleteMessage", "vk": "messages.delete"}
WINDOW = {"telegram": timedelta(hours=48), "vk": timedelta(hours=24)}


async def answered(stage: Stage) -> tuple[ContactOnStage, AgentOnStage, int]:
    """A contact with an answer on their phone: they, its author, and its message's id."""
    anna = await stage.contact("Анна")
    await anna.asks_a_person()
    ticket = (await stage.tickets())[-1]
    boris = await stage.agent("Борис")
    message = await boris.replies(ticket.id, "Пароль Веры: 1234.")
    await anna.hears()
    await stage.settled()
    return anna, boris, message


async def line_of(stage: Stage, anna: ContactOnStage, message: int) -> Line:
    return next(line for line in await stage.thread_of(anna) if line.id == message)


def reads(anna: ContactOnStage, words: str) -> bool:
    return any(words in message.text for message in anna.replies)


async def test_a_deleted_reply_disappears_and_the_question_is_open_again(stage: Stage) -> None:
    anna, boris, message = await answered(stage)
    (ticket,) = await stage.tickets()
    assert ticket.status is TicketStatus.WAITING
    vera = await stage.agent("Вера")
    with pytest.raises(NotAllowedError):
        await vera.deletes(message)
    await boris.deletes(message)
    await boris.deletes(message)  # again changes nothing
    await stage.settled()
    assert not reads(anna, "Пароль Веры")
    line = await line_of(stage, anna, message)
    assert (line.kind, line.text, line.deleted_by) == (MessageKind.DELETED, "Пароль Веры: 1234.", "Борис")
    assert line.deletion is None
    assert [(part.deletes, part.state) for part in line.deliveries] == [(False, "sent"), (True, "sent")]
    (ticket,) = await stage.tickets()
    assert (ticket.status, ticket.undelivered, ticket.unanswered_since is not None) == (TicketStatus.OPEN, None, True)
    with pytest.raises(NotFoundError):
        await boris.corrects(message, "Другое.")
    await boris.replies(ticket.id, "Пароль можно сменить.")
    assert (
        "Пароль можно сменить."
        in (await anna.sees(f"Отвечает Борис (вопрос №{ticket.id}):\nПароль можно сменить.")).text
    )
    await stage.settled()
    assert (await stage.tickets())[0].status is TicketStatus.WAITING


async def test_a_corrected_reply_with_files_disappears_whole_for_a_lead(stage: Stage) -> None:
    anna, boris, first = await answered(stage)
    (ticket,) = await stage.tickets()
    lead = await stage.agent("Ольга", Role.LEAD)
    message = await boris.replies_with(ticket.id, "Вот он.", ("a.txt", b"a"), ("b.txt", b"b"))
    await stage.settled()
    await boris.corrects(message, "Вот они.")
    await stage.settled()
    before = len(anna.replies)
    await lead.deletes(message)
    await stage.settled()
    assert len(anna.replies) == before - 3
    line = await line_of(stage, anna, message)
    assert (line.deletion, line.deleted_by) == (None, "Ольга")
    assert reads(anna, "Пароль Веры")
    assert (await stage.tickets())[0].status is TicketStatus.WAITING  # the other answer is still there
    assert (await line_of(stage, anna, first)).kind is MessageKind.OUTGOING


async def test_a_deletion_without_an_answer_is_repeated_and_happens_once(stage: Stage) -> None:
    anna, boris, message = await answered(stage)
    stage.simulator.faults.next(METHOD[stage.platform], Fault("lost_answer", seconds=0.1))
    await boris.deletes(message)
    await stage.settled()
    assert not reads(anna, "Пароль Веры")
    assert (await line_of(stage, anna, message)).deletion is None


async def test_what_is_deleted_before_it_is_sent_never_arrives(stage: Stage) -> None:
    anna, boris, _ = await answered(stage)
    (ticket,) = await stage.tickets()
    anna.blocks()
    refused = await boris.replies(ticket.id, "Это лишнее.")
    await stage.settled()
    assert (await line_of(stage, anna, refused)).deliveries[0].state is DeliveryState.REFUSED
    await boris.deletes(refused)
    anna.unblocks()
    await anna.writes("я снова здесь")
    await stage.noted("я снова здесь")
    await stage.settled()
    line = await line_of(stage, anna, refused)
    assert (line.deletion, [part.state for part in line.deliveries]) == (None, [DeliveryState.CANCELLED])
    assert not reads(anna, "Это лишнее.")


async def test_a_reply_that_is_too_old_stays_and_the_desk_says_so(backend: Backend, platform: Platform) -> None:
    ahead = timedelta()
    async with staged(backend, platform, platform_clock=lambda: utc_now() + ahead) as stage:
        anna, boris, message = await answered(stage)
        ahead = WINDOW[platform] + timedelta(minutes=1)
        await boris.deletes(message)
        await stage.settled()
        deletion = (await line_of(stage, anna, message)).deletion
        assert deletion is not None
        assert (deletion.state, deletion.reason) == (DeliveryState.FAILED, "the platform no longer deletes it")
        assert reads(anna, "Пароль Веры")
