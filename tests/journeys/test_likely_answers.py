"""A likely answer: given at once under the entry's question, with a way to something else.

The bot of this module is never sure, and makes a guess where one entry is clearly ahead.
"""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from knowledge.entries.models import Lookup
from knowledge.files.loading import SourceFile, read_files
from knowledge.quality.feedback import latest_feedback, published_keys
from knowledge.quality.lookups import load_candidates
from tests.conftest import Backend
from tests.journeys.crowd import TOLD, acquainted
from tests.journeys.stage import ContactOnStage, Platform, Stage, staged
from tests.journeys.test_groups import Group

REMOVED = "Похоже, вы спрашиваете: Почему удалили песню?\n\n"
GIFTS = """
entries:
  - {id: gift, lang: en, question: Premium gift codes, alternatives: [gift codes for premium], answer: In the shop.}
  - {id: code, lang: ru, question: Подарочные коды Premium, alternatives: [premium gift codes], answer: В магазине.}
"""


@pytest.fixture
async def stage(backend: Backend, platform: Platform) -> AsyncIterator[Stage]:
    async with staged(backend, platform, answer_confidence=1, likely_confidence=0.3) as stage:
        yield stage


async def asks_about_gifts(stage: Stage, who: ContactOnStage) -> None:
    """Ask what an entry in the contact's language answers, and perhaps one in another."""
    draft = read_files([SourceFile("more.yaml", GIFTS.encode())])
    await stage.app.db.write(lambda session: stage.app.library.load(session, draft, author="test", keep=True))
    await stage.app.library.refresh()
    await who.writes("premium gift please")
    heard = await who.hears()
    assert heard.text == "I think you are asking: Premium gift codes\n\nIn the shop."
    assert who.labels() == ["This helped", "This doesn't solve my problem", "I meant something else"]


async def last_lookup(stage: Stage) -> Lookup:
    latest = select(Lookup).order_by(Lookup.id.desc()).limit(1)
    return await stage.app.db.read(lambda session: session.scalars(latest).one())


async def refused(stage: Stage) -> set[str]:
    """Keys of the entries that the latest question does not mean."""
    [latest] = await stage.app.db.read(lambda session: latest_feedback(session, 1))
    assert latest.meant is None
    keys = await stage.app.db.read(published_keys)
    return {keys[number] for number in latest.refused}


async def test_a_likely_answer_comes_at_once_under_its_question(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("пропала песня")
    heard = await anna.hears()
    assert heard.text.startswith(REMOVED)
    assert anna.labels() == ["Это помогло", "Это не решает мою проблему"], "nothing else is plausible"
    lookup = await last_lookup(stage)
    assert (lookup.band, lookup.chosen_entry_id) == ("likely", load_candidates(lookup.candidates)[0].entry_id)

    await anna.presses("Это помогло")
    assert (await anna.hears()).text == "Отлично! Если появится другой вопрос, просто напишите."
    [judged] = await stage.app.db.read(lambda session: latest_feedback(session, 5))
    assert judged.meant == lookup.chosen_entry_id
    assert await stage.tickets() == []


async def test_a_likely_answer_that_does_not_help_leads_to_a_person(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("пропала песня")
    await anna.hears()
    await anna.writes("это не помогло")
    assert (await anna.hears()).text.startswith("Что не так с этим ответом?\n")
    await anna.presses("У меня остались вопросы")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert (ticket.question, ticket.reason) == ("пропала песня", "not_helped")
    assert await refused(stage) == {"music-removed"}


async def test_something_else_shows_the_other_choices(stage: Stage) -> None:
    john = await stage.contact("John", language="en")
    await asks_about_gifts(stage, john)
    await john.presses("I meant something else")
    assert (await john.hears()).text == "Maybe you mean one of these:"
    assert john.labels() == ["Подарочные коды Premium (in Russian)", "None of these"], "the rejected one is not offered"
    assert await refused(stage) == {"gift"}

    await john.presses("Подарочные коды Premium (in Russian)")
    assert (await john.hears()).text == "Подарочные коды Premium (in Russian)\n\nВ магазине."
    assert john.labels() == ["This helped", "This doesn't solve my problem"]
    await john.presses("This doesn't solve my problem")
    await john.hears()
    assert "I meant something else" not in john.labels(), "the choices were shown already"


async def test_none_of_the_others_leads_to_a_person(stage: Stage) -> None:
    john = await stage.contact("John", language="en")
    await asks_about_gifts(stage, john)
    await john.writes("i meant something else")
    await john.hears()
    await john.presses("None of these")
    assert (await john.hears()).text.startswith("Shall I pass your question to a person?")
    await john.presses("Yes, pass it on")
    await john.hears()
    (ticket,) = await stage.tickets()
    assert (ticket.question, ticket.reason) == ("premium gift please", "none_fits")
    assert await refused(stage) == {"gift", "code"}


async def test_who_is_not_helped_still_gets_the_other_choices(stage: Stage) -> None:
    john = await stage.contact("John", language="en")
    await asks_about_gifts(stage, john)
    await john.presses("This doesn't solve my problem")
    assert (await john.hears()).text.startswith("What is wrong with this answer?")
    assert "I meant something else" in john.labels()
    await john.presses("I meant something else")
    assert (await john.hears()).text == "Maybe you mean one of these:"


async def test_no_ticket_is_opened_on_a_guess(stage: Stage) -> None:
    """Complaints always go to people, but whether it is one is for the contact to say."""
    anna = await stage.contact("Анна")
    await anna.writes("оскорбляют в комментариях")
    assert (await anna.hears()).text.startswith("Похоже, вы спрашиваете: Меня оскорбляют\n\n")
    assert anna.labels() == ["Это помогло", "Задать вопрос"]
    assert await stage.tickets() == []
    await anna.presses("Задать вопрос")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert ticket.category == "complaints"


async def test_in_an_app_without_buttons_the_ways_are_numbered(backend: Backend) -> None:
    async with staged(backend, "vk", answer_confidence=1, likely_confidence=0.3) as stage:
        anna = await stage.contact("Анна")
        stage.vk.has_old_client(anna.person)
        await anna.writes("пропала песня")
        heard = await anna.hears()
        assert heard.text.startswith(REMOVED)
        assert heard.text.endswith("Ответьте номером:\n1. Это помогло\n2. Это не решает мою проблему")
        await anna.writes("2")
        assert (await anna.hears()).text.startswith("Что не так с этим ответом?\n")


async def test_a_guess_is_never_shown_in_a_group(backend: Backend) -> None:
    async with staged(backend, "telegram", answer_confidence=1, likely_confidence=0.3) as stage:
        anna, group = await acquainted(stage, "Анна"), Group(stage, basic=True)
        group.says(anna, "/ask пропала песня")
        assert (await anna.hears()).text.startswith(REMOVED)
        assert await group.hears() == [TOLD]
