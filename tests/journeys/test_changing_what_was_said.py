"""Sent messages are edited in place: pressed messages show the choice, agents correct their replies."""

import pytest

from bot.simulator.faults import Fault
from handoff.deliveries.new_rows import Choice
from handoff.errors import EmptyTextError, NotFoundError
from handoff.messages import buttons
from handoff.messages.values import RichText
from handoff.models import DeliveryState
from tests.journeys.stage import Stage


async def test_a_pressed_message_shows_what_was_chosen_and_old_buttons_are_harmless(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("не помню пароль")
    answer = await anna.hears()
    await anna.presses("Это помогло")
    thanks = (await anna.hears()).text
    shown = await anna.sees(f"{answer.text}\n\n✅ Это помогло")
    assert (shown.id, shown.buttons, shown.edited) == (answer.id, (), True)
    assert shown.entities == answer.entities
    await anna.presses("Это помогло")  # on a phone that shows the old message still
    await anna.presses("Это не решает мою проблему")
    why = await anna.hears()
    assert thanks == "Отлично! Если появится другой вопрос, просто напишите."
    assert why.text.startswith("Что не так с этим ответом?\n")
    await anna.sees(f"{answer.text}\n\n☑️ Это не решает мою проблему")

    await anna.writes("музыка")
    offered = await anna.hears()
    await anna.presses("Как скачать музыку?")
    await anna.hears()
    chosen = await anna.sees(f"{offered.text}\n\n✅ Как скачать музыку?")
    labels = [button.label for row in chosen.buttons for button in row]
    assert labels == [b.label for row in offered.buttons for b in row if b.label != "Как скачать музыку?"]
    await stage.settled()
    assert [line.choices for line in await stage.thread_of(anna) if line.text == offered.text] == [
        tuple(b.label for row in offered.buttons for b in row)
    ]


async def test_an_agent_mends_a_sent_answer(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.asks_a_person()
    (ticket,) = await stage.tickets()
    boris, vera = await stage.agent("Борис"), await stage.agent("Вера")
    message = await boris.replies(ticket.id, "Завтра сонце.")
    sent = await anna.hears()
    await stage.settled()
    await boris.corrects(message, "Завтра солнце.")
    assert (await anna.sees(sent.text.replace("сонце", "солнце"))).id == sent.id
    await stage.settled()
    line = next(line for line in await stage.thread_of(anna) if line.by_agent and line.deliveries)
    assert (line.text, line.edited_at is not None) == ("Завтра солнце.", True)
    assert [(part.edit, part.state) for part in line.deliveries] == [(False, "sent"), (True, "sent")]
    with pytest.raises(NotFoundError):
        await vera.corrects(message, "Чужое.")
    with pytest.raises(EmptyTextError):
        await boris.corrects(message, " ")

    # The edit is answered by nothing at all: it is simply said again, which changes nothing twice.
    method, refusal = {
        "telegram": ("editMessageText", Fault.error(400, "Bad Request: message can't be edited")),
        "vk": ("messages.edit", Fault.error(909)),
    }[stage.platform]
    stage.simulator.faults.next(method, Fault("lost_answer", seconds=0.1))
    await boris.corrects(message, "Завтра дождь.")
    await anna.sees(sent.text.replace("сонце", "дождь"))
    await stage.settled()
    # And where the platform takes no more edits, the correction is a message of its own.
    stage.simulator.faults.next(method, refusal)
    await boris.corrects(message, "Завтра снег.")
    assert (await anna.hears()).text == "Исправление к более раннему сообщению:\n" + sent.text.replace("сонце", "снег")
    await stage.settled()
    last = (await stage.thread_of(anna))[-1].deliveries[-1]
    assert (last.edit, last.state) == (True, DeliveryState.SENT)


async def test_a_suggestion_is_replaced_before_and_after_it_has_arrived(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("музыка")
    offered = await anna.hears()
    await stage.settled()
    line = (await stage.thread_of(anna))[-1]

    async def revise(text: str) -> None:
        choices = (Choice("Темы", buttons.Topics()),)
        await stage.app.db.write(lambda session: stage.app.outbox.revise(session, line.id, RichText(text), choices))

    method = "editMessageText" if stage.platform == "telegram" else "messages.edit"
    stage.simulator.faults.next(method, Fault("hang", seconds=0.3))
    for text in ("Первое", "Второе", "Третье"):
        await revise(text)
    changed = await anna.sees("Третье")
    assert changed.id == offered.id
    assert anna.labels() == ["Темы"]
    await anna.presses("Темы")
    assert (await anna.hears()).text == "Выберите тему:"
