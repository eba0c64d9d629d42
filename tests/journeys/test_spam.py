"""A contact whom an agent marks as spam, on both platforms and both databases."""

from sqlalchemy import select

from handoff.models import ContactIdentifier, TicketStatus
from tests.journeys.stage import Stage


async def test_spam_is_kept_and_not_answered(stage: Stage) -> None:
    anna = await stage.contact("Анна Спамова")
    olga = await stage.agent("Ольга")
    await anna.asks_a_person("купите слона со скидкой")
    (ticket,) = await stage.tickets()
    await stage.app.db.write(lambda session: stage.app.desk.mute(session, ticket.id, olga.id))
    heard = len(anna.replies)
    await anna.writes("забыла пароль")
    await anna.writes("оператор")
    await anna.writes("ещё слоны")
    await stage.noted("ещё слоны")
    await stage.settled()
    assert len(anna.replies) == heard
    (ticket,) = await stage.tickets()
    assert ticket.status is TicketStatus.SOLVED
    # Their own data stays theirs.
    await anna.writes("/forget")
    assert "Отменить это нельзя" in (await anna.hears()).text
    await anna.presses("Оставить всё")
    await anna.hears()
    await stage.app.db.write(lambda session: stage.app.desk.unmute(session, ticket.id, olga.id))
    await anna.writes("забыла пароль")
    assert (await anna.hears()).text.startswith("Забыли пароль")


async def test_a_colleague_may_open_the_question_of_a_muted_contact_again(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    olga = await stage.agent("Ольга")
    await anna.asks_a_person("какая завтра погода в казани")
    (ticket,) = await stage.tickets()
    await stage.app.db.write(lambda session: stage.app.desk.mute(session, ticket.id, olga.id))
    await stage.app.db.write(lambda session: stage.app.desk.reopen(session, ticket.id, olga.id))
    heard = len(anna.replies)
    await anna.writes("и послезавтра")
    await stage.noted("и послезавтра")
    await stage.settled()
    assert len(anna.replies) == heard
    assert [line.ticket_id for line in await stage.thread_of(anna) if line.text == "и послезавтра"] == [ticket.id]
    await olga.replies(ticket.id, "Солнечно")
    assert "Солнечно" in (await anna.hears()).text


async def test_what_contacts_write_identifies_them(stage: Stage) -> None:
    anna = await stage.contact("Анна Петрова")
    await anna.writes("забыла пароль, моя почта Anna@Example.org")
    await anna.hears()
    kept = await stage.app.db.read(lambda session: session.scalars(select(ContactIdentifier.value)).all())
    assert "anna@example.org" in kept
    await stage.until(lambda session: session.get(ContactIdentifier, (1, "name:Анна Петрова")) is not None)
