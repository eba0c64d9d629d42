"""The way to a person from the help page: the same steps as on the platforms."""

from tests.web.counter import Counter


async def test_the_wait_is_told_first_and_what_completes_a_question_gets_a_new_offer(counter: Counter) -> None:
    async with counter.visitor() as anna:
        await anna.writes("какая завтра погода в казани")
        assert (await anna.hears(1)).startswith("Готового ответа нет. Передать вопрос агенту?")
        assert await anna.buttons() == ["Да, передать", "Не нужно"]
        await anna.writes("и в самаре")
        assert (await anna.hears(2)).startswith("Учли то, что вы добавили.\nГотового ответа нет.")
        await anna.presses("Да, передать")
        assert "передан агенту" in await anna.hears(3)
        assert "Отозвать вопрос" in await anna.buttons()
        own = await anna.opens("/help/my")
        assert "какая завтра погода в казани" in own
        await anna.writes("почём билеты на луну")
        assert (await anna.hears(4)).startswith("Добавили к вопросу")
        await anna.presses("Это новый вопрос")
        assert (await anna.hears(5)).startswith("Готового ответа нет.")


async def test_a_form_is_filled_in_on_the_page(counter: Counter) -> None:
    async with counter.visitor() as anna:
        await anna.writes("мою страницу взломали")
        assert "Шаг 1 из 5. Ссылка на вашу страницу?" in await anna.hears(1)
        await anna.writes("example.org/anna")
        await anna.hears(2)
        await anna.presses("Пропустить")
        await anna.hears(3)
        await anna.writes("1.3.2026")
        await anna.hears(4)
        await anna.presses("Не могу войти")
        await anna.hears(5)
        await anna.presses("Пропустить")
        assert "передан агенту" in await anna.hears(6)


async def test_what_is_added_is_acknowledged_where_there_are_no_marks(counter: Counter) -> None:
    async with counter.visitor() as anna:
        await anna.writes("позовите оператора: пропали деньги с карты")
        assert "передан агенту" in await anna.hears(1)
        await anna.writes("это случилось в прошлую среду")
        assert (await anna.hears(2)).startswith("Добавили к вопросу №")
        await anna.writes("карта синяя, куплена у вас")
        assert await anna.hears(3) == "Хорошо, добавили к вопросу."
