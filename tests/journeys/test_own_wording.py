"""An admin changes a sentence, and contacts read it on every channel, in every process, within seconds."""

import asyncio

import httpx
from sqlalchemy.orm import Session

from bot.wording.sentences import WORDBOOK
from handoff.audit.log import COMMAND_LINE
from handoff.models import Role
from handoff.wording.models import WordingOverride
from handoff.wording.overrides import LiveWording, Overrides
from handoff.wording.wordbook import key_of
from infra.bus import LocalBus
from infra.clock import utc_now
from infra.database import Database
from tests.conftest import Backend
from tests.journeys.stage import PATIENCE, Stage
from tests.servers.databases import make_tables
from tests.web.counter import open_counter

HELLO = "Hello. Describe your question in your own words, and I will find the answer or ask a person."
PASSED = "Your question #{number} has been passed to a person."
OWN_HELLO = "Привет! Спрашивайте <b>смело</b>: тут & **сейчас**."
OWN_PASSED = "Записали под номером {number}."


async def change(stage: Stage, text: str, language: str, own: str) -> None:
    """Save a text as the page does, and wait until this process says it."""
    sentence, overrides = WORDBOOK.find(key_of(text)), Overrides(WORDBOOK, stage.app.bus, stage.app.clock)
    assert sentence is not None
    await stage.app.db.write(lambda session: overrides.save(session, sentence, language, [own], COMMAND_LINE))
    await wait_for(text, language, own)


async def wait_for(text: str, language: str, own: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while WORDBOOK.current(text, language) != own:
            await asyncio.sleep(0.02)


async def test_a_contact_reads_the_changed_sentences(stage: Stage) -> None:
    await change(stage, HELLO, "ru", OWN_HELLO)
    await change(stage, PASSED, "ru", OWN_PASSED)
    anna, john = await stage.contact("Анна"), await stage.contact("John", "en")
    await anna.starts()
    assert (await anna.hears()).text == OWN_HELLO
    assert "Записали под номером 1." in (await anna.asks_a_person()).text
    await john.writes("hello")
    assert (await john.hears()).text == HELLO


async def test_a_text_that_no_longer_fits_never_reaches_a_contact(stage: Stage) -> None:
    key = key_of(PASSED)

    def left_by_an_upgrade(session: Session) -> None:
        row = WordingOverride(
            key=key, language="ru", sentence=PASSED, forms=["{who.x} {0} {"], changed_at=stage.app.clock()
        )
        session.add(row)

    await stage.app.db.write(left_by_an_upgrade)
    await change(stage, HELLO, "ru", "Привет!")  # the same look reads both
    anna = await stage.contact("Анна")
    assert "Вопрос №1 передан агенту." in (await anna.asks_a_person()).text


async def test_a_visitor_of_the_web_chat_reads_what_an_admin_saved_by_rest(backend: Backend) -> None:
    async with open_counter(backend) as counter, counter.visitor("ru") as visitor:
        app = counter.app
        token = await app.db.write(lambda session: app.staff.add_token(session, "program", Role.ADMIN, COMMAND_LINE))
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=f"{counter.address}/api/v1", headers=headers) as admin:
            path = f"/wording/{key_of(HELLO)}/ru"
            saved = await admin.put(path, json={"forms": ["Привет! <b>Спрашивайте</b> & ждите."]})
            assert saved.status_code == 200
            await wait_for(HELLO, "ru", "Привет! <b>Спрашивайте</b> & ждите.")
            await visitor.writes("привет")
            assert await visitor.hears(1) == "Привет! <b>Спрашивайте</b> & ждите."
            await admin.delete(path)
            await wait_for(HELLO, "ru", WORDBOOK.built_in(WORDBOOK.sentences[0], "ru")[0])


async def test_a_process_that_no_hint_reaches_follows_the_database(backend: Backend) -> None:
    make_tables(backend.database_url)
    database, sentence = Database(backend.database_url), WORDBOOK.find(key_of(HELLO))
    assert sentence is not None
    live, elsewhere = LiveWording(database, LocalBus(), WORDBOOK), Overrides(WORDBOOK, LocalBus(), utc_now)
    following = asyncio.create_task(live.run())
    try:
        await database.write(lambda session: elsewhere.save(session, sentence, "hu", ["Szia."], COMMAND_LINE))
        await wait_for(HELLO, "hu", "Szia.")
        await database.write(lambda session: elsewhere.remove(session, sentence.key, "hu", COMMAND_LINE))
        await wait_for(HELLO, "hu", WORDBOOK.built_in(sentence, "hu")[0])
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        live.close()
        await database.close()
