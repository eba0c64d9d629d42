"""One key, one message: a repeat is harmless, anything else under the same key is refused and leaves nothing behind."""

import asyncio
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from handoff.errors import HeldError, KeyUsedError
from handoff.models import Delivery, Message, MessageKind
from infra.files import Kept
from tests.handoff.floor import Floor

KEY = "order-4711"
PAGE = Kept("a" * 64, 10, b"%PDF")
OTHER_PAGE = Kept("b" * 64, 10, b"%PDF")


async def count(floor: Floor) -> tuple[int, int]:
    def read(session: Session) -> tuple[int, int]:
        messages = select(func.count(Message.id)).where(Message.kind != MessageKind.EVENT)
        return session.scalars(messages).one(), session.scalars(select(func.count(Delivery.id))).one()

    return await floor.database.read(read)


@pytest.mark.parametrize(
    ("first", "other"),
    [
        *product(["reply", "note"], ["text", "ticket", "kind", "author"]),
        ("reply", "files"),
        ("reply", "file name"),
    ],
)
async def test_anything_else_under_the_key_is_refused(floor: Floor, first: str, other: str) -> None:
    olga, boris = (await floor.agent("Olga")).id, (await floor.agent("Boris")).id
    ticket, second = await floor.asks(), await floor.asks()

    def write(session: Session, kind: str, number: int, agent: int, text: str, files: list[tuple[str, Kept]]) -> int:
        if kind == "note":
            return floor.desk.note(session, number, agent, text, KEY)
        return floor.desk.reply(session, number, agent, text, KEY, files)

    files = [] if first == "note" else [("plan.pdf", PAGE)]
    given: dict[str, Any] = {"kind": first, "number": ticket, "agent": olga, "text": "Here.", "files": files}
    message = await floor.do(lambda session: write(session, **given))
    await floor.do(lambda session: floor.desk.ownership.release(session, ticket, olga) if first == "reply" else None)
    before = await count(floor)
    changes: dict[str, dict[str, Any]] = {
        "text": {"text": "There."},
        "ticket": {"number": second},
        "kind": {"kind": "note" if first == "reply" else "reply", "files": []},
        "author": {"agent": boris},
        "files": {"files": [("plan.pdf", OTHER_PAGE)]},
        "file name": {"files": [("map.pdf", PAGE)]},
    }
    with pytest.raises(KeyUsedError):
        await floor.do(lambda session: write(session, **(given | changes[other])))
    assert await count(floor) == before
    assert await floor.do(lambda session: write(session, **given)) == message
    assert await count(floor) == before


async def test_a_key_cannot_be_probed_on_a_ticket_that_somebody_else_holds(floor: Floor) -> None:
    olga, boris = (await floor.agent("Olga")).id, (await floor.agent("Boris")).id
    ticket = await floor.asks()
    await floor.do(lambda session: floor.desk.reply(session, ticket, olga, "Here.", KEY))
    for key, text in ((KEY, "Here."), (KEY, "There."), ("another-key", "Here.")):
        with pytest.raises(HeldError, match="Olga"):
            await floor.do(lambda session, k=key, t=text: floor.desk.reply(session, ticket, boris, t, k))  # type: ignore[misc]


async def test_a_repeat_is_the_same_message_whatever_happened_since(floor: Floor) -> None:
    olga, boris = (await floor.agent("Olga")).id, (await floor.agent("Boris")).id
    ticket = await floor.asks()

    def reply(session: Session) -> int:
        return floor.desk.reply(session, ticket, olga, " Here.\n", KEY)

    message = await floor.do(reply)
    await floor.do(lambda session: floor.desk.correct(session, message, olga, "Over there."))
    assert await floor.do(reply) == message
    await floor.do(lambda session: floor.desk.handovers.transfer(session, ticket, olga, boris))
    assert await floor.do(reply) == message
    await floor.do(lambda session: floor.desk.resolve(session, ticket, boris))
    assert await floor.do(reply) == message
    assert (await count(floor))[0] == 2  # the reply, and the question whether it is solved


async def test_a_message_of_before_digests_were_kept_is_known_too(floor: Floor) -> None:
    olga, ticket = (await floor.agent("Olga")).id, await floor.asks()
    message = await floor.do(lambda session: floor.desk.note(session, ticket, olga, "Inside.", KEY))
    await floor.do(lambda session: session.execute(update(Message).values(key_digest=None)) and None)
    assert await floor.do(lambda session: floor.desk.note(session, ticket, olga, "Inside.", KEY)) == message
    with pytest.raises(KeyUsedError):
        await floor.do(lambda session: floor.desk.note(session, ticket, olga, "Outside.", KEY))


async def test_requests_at_the_same_moment_write_one_message(floor: Floor) -> None:
    olga, tickets = (await floor.agent("Olga")).id, [await floor.asks() for _ in range(2)]

    def reply(ticket: int, text: str) -> Callable[[Session], int]:
        return lambda session: floor.desk.reply(session, ticket, olga, text, KEY)

    requests = [reply(ticket, text) for ticket in tickets for text in ("Here.", "There.", "Here.")]
    answers = await asyncio.gather(*map(floor.do, requests), return_exceptions=True)
    written = {answer for answer in answers if isinstance(answer, int)}
    assert len(written) == 1
    refused = [answer for answer in answers if not isinstance(answer, int)]
    assert {type(answer) for answer in refused} == {KeyUsedError}
    assert (await count(floor))[0] == 1
