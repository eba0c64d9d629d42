"""One contact writes too much: twenty messages a minute are answered, then one notice, then silence."""

from sqlalchemy import func, select

from bot.conversation.quiet_rounds import LIMIT
from handoff.models import Message, MessageKind
from knowledge.entries.models import Lookup
from tests.journeys.stage import ContactOnStage, Stage

NOTICE = (
    "За минуту пришло больше, чем я успеваю ответить. Всё сохранено, через минуту я снова буду отвечать: "
    "повторите тогда то, что осталось нерешённым."
)


async def floods(stage: Stage, who: ContactOnStage, number: int) -> None:
    """Write messages that are answered at once, the last of them distinguishable from the others."""
    for n in range(number):
        await who.writes("привет" + "!" * n)
    await stage.noted("привет" + "!" * (number - 1))
    await stage.settled()


async def lines(stage: Stage) -> int:
    wanted = select(func.count(Message.id)).where(Message.kind == MessageKind.INCOMING)
    return await stage.app.db.read(lambda session: session.scalar(wanted) or 0)


async def test_after_twenty_in_a_minute_there_is_one_notice_and_then_silence(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.contact("Борис")
    await floods(stage, anna, LIMIT + 8)
    said = [message.text for message in anna.replies]
    assert (len(said), said.count(NOTICE), said[-1]) == (LIMIT + 1, 1, NOTICE)
    assert await lines(stage) == LIMIT + 8  # all of it is kept

    # Nothing is looked up, no person is asked, and commands and buttons count as well.
    looked_up = select(func.count(Lookup.id))
    before = await stage.app.db.read(lambda session: session.scalar(looked_up))
    for words in ("забыла пароль", "позовите человека", "/topics"):
        await anna.writes(words)
    await stage.noted("/topics")
    await stage.settled()
    assert await stage.app.db.read(lambda session: session.scalar(looked_up)) == before
    assert (len(anna.replies), await stage.tickets()) == (LIMIT + 1, [])

    # Others are answered meanwhile, and she is after a minute; what was kept silently she was asked to repeat.
    await boris.writes("забыла пароль")
    assert (await boris.hears()).text.startswith("Забыли пароль")
    await stage.passes(minutes=1)
    await anna.writes("забыла пароль")
    while (heard := (await anna.hears()).text) in said:
        pass
    assert heard.startswith("Забыли пароль")
    assert len(anna.replies) == LIMIT + 2


async def test_presses_count_and_can_be_repeated(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("забыла пароль")
    await anna.hears()
    await floods(stage, anna, LIMIT - 1)
    await anna.presses("Это помогло")
    assert [(await anna.hears()).text for _ in range(LIMIT)][-1] == NOTICE
    await stage.passes(minutes=1)
    await anna.presses("Это помогло")
    assert (await anna.hears()).text.startswith("Отлично!")


async def test_a_person_who_has_the_question_reads_it_all(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await anna.asks_a_person("какая завтра погода в казани")
    (ticket,) = await stage.tickets()
    await boris.replies(ticket.id, "В каком городе?")
    await stage.settled()
    for n in range(LIMIT + 5):
        await anna.writes(f"подробность {n}")
    await stage.noted(f"подробность {LIMIT + 4}")
    await stage.settled()
    told = [message.text for message in anna.replies if "больше, чем я успеваю" in message.text]
    assert told == [
        "За минуту пришло больше, чем я успеваю ответить. "
        f"Агент прочитает всё вместе с вопросом №{ticket.id}, а я снова буду отвечать через минуту."
    ]
    (ticket,) = await stage.tickets()
    assert ticket.status == "open"
    kept = [line.text for line in await stage.thread_of(anna) if line.ticket_id == ticket.id]
    assert [text for text in kept if text.startswith("подробность")] == [f"подробность {n}" for n in range(LIMIT + 5)]
