"""An app without buttons: choices are numbered in the text, and typing the number presses one."""

from handoff.deliveries.new_rows import Choice
from handoff.messages.button_codec import decode
from handoff.messages.values import RichText
from handoff.models import ChoiceRow, MessageKind
from tests.conftest import Backend
from tests.journeys.stage import staged


async def test_choices_by_number(backend: Backend) -> None:
    """On VK only, which says what an app can show; each app of Telegram shows buttons."""
    async with staged(backend, "vk") as stage:
        anna = await stage.contact("Анна")
        stage.vk.has_old_client(anna.person)
        await anna.writes("музыка")
        offered = await anna.hears()
        assert offered.buttons == ()
        head, _, listed = offered.text.partition("\n\nОтветьте номером:\n")
        assert head == "Возможно, вы об этом:"
        labels = [line.partition(". ")[2] for line in listed.splitlines()]
        assert labels[-1] == "Ни один вариант не подходит"

        # The list is rebuilt: the numbers refer to the current list.
        line = (await stage.thread_of(anna))[-1]
        known = await stage.app.db.read(lambda s: dict(s.query(ChoiceRow.number, ChoiceRow.data).all()))
        again = [Choice(label, decode("pick", known[labels.index(label) + 1])) for label in sorted(labels[:-1])]
        await stage.settled()
        await stage.app.db.write(lambda s: stage.app.outbox.revise(s, line.id, RichText("Вернее:"), again))
        labels = sorted(labels[:-1])
        await anna.sees("\n".join(["Вернее:\n\nОтветьте номером:", *(f"{n}. {x}" for n, x in enumerate(labels, 1))]))
        await anna.writes(str(labels.index("Как скачать музыку?") + 1))
        answer = await anna.hears()
        assert answer.text.startswith("Как скачать музыку?\n\nСкачать музыку можно по подписке.")
        assert answer.text.endswith("1. Это помогло\n2. Это не решает мою проблему")
        await anna.writes("2")
        assert (await anna.hears()).text.startswith("Что не так с этим ответом?\n")
        await anna.writes("3")
        assert "передан агенту" in (await anna.hears()).text
        (ticket,) = await stage.tickets()
        assert (ticket.question, ticket.reason) == ("музыка", "not_helped")

        # A number that answers no list of ours is a word like any other, and a person reads it.
        assert await anna.sees_mark(await anna.writes("2"))
        told = [line.text for line in await stage.thread_of(anna) if line.kind is MessageKind.INCOMING]
        assert told == ["музыка", "2"]

        # With a newer app the buttons are there again.
        stage.vk.has_new_client(anna.person)
        await anna.writes("/topics")
        assert (await anna.hears()).text == "Выберите тему:"
        assert anna.labels()


async def test_a_reply_in_words(backend: Backend) -> None:
    async with staged(backend, "vk") as stage:
        anna = await stage.contact("Анна")
        stage.vk.has_old_client(anna.person)
        await anna.writes("музыка")
        await anna.hears()
        await anna.writes("нет")
        assert (await anna.hears()).text.startswith("Передать вопрос агенту?\n")
        await anna.writes("да")
        assert "передан агенту" in (await anna.hears()).text
