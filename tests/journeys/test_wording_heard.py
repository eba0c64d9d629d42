"""One long conversation in each language, word by word: it shows a changed sentence as contacts read it.

Everything that the bot says and every button stands in `wording/LANGUAGE.txt`; a change of the wording or of the
dialogue is accepted by regenerating the files, as the failure says, and reading the differences.
"""

import os
from pathlib import Path

import pytest

from knowledge.languages import LANGUAGES
from tests.conftest import Backend
from tests.journeys.stage import AgentOnStage, ContactOnStage, Stage, staged

HEARD = Path(__file__).parent / "wording"
REGENERATE = "TESTS_WRITE_WORDING"


class Recorded:
    """A contact whose conversation is written down. Buttons are pressed by their place, which no language changes."""

    def __init__(self, stage: Stage, contact: ContactOnStage) -> None:
        self._stage = stage
        self._contact = contact
        self._heard = 0
        self.lines: list[str] = []

    async def writes(self, text: str) -> None:
        self.lines.append(f"> {text}")
        await self._contact.writes(text)
        await self.hears()

    async def presses(self, place: int) -> None:
        label = self._contact.labels()[place]
        self.lines.append(f"> [{label}]")
        await self._contact.presses(label)
        await self.hears()

    async def hears(self) -> None:
        """At least one message, and whatever comes with it."""
        await self._contact.hears()
        await self._stage.settled()
        for message in self._contact.replies[self._heard :]:
            labels = [f"[{button.label}]" for row in message.buttons for button in row]
            self.lines += ["", message.text, *labels, ""]
        while len(self._contact.replies) > self._heard + 1:
            self._heard += 1
            await self._contact.hears()
        self._heard = len(self._contact.replies)


async def looks_around(anna: Recorded) -> None:
    await anna.writes("/start")
    await anna.presses(0)  # topics
    await anna.presses(0)
    await anna.presses(0)
    await anna.writes("/my")
    await anna.writes("не помню пароль")
    await anna.presses(1)  # it does not help
    await anna.presses(0)  # unclear
    await anna.writes("спасибо")


async def asks_people(anna: Recorded, boris: AgentOnStage) -> None:
    await anna.writes("музыка")
    await anna.presses(-1)  # none of these
    await anna.presses(0)  # a person
    await anna.writes("песня играет без звука")
    await anna.writes("когда мне ответят?")
    await boris.claims(1)
    await boris.replies(1, "Обновите приложение.")
    await anna.hears()
    await boris.resolves(1)
    await anna.hears()
    await anna.presses(0)  # solved
    await anna.presses(4)
    await anna.presses(0)  # nothing to add
    await anna.writes("какая завтра погода в казани")
    await anna.presses(1)  # not now
    await anna.presses(0)  # a person after all
    await anna.writes("/my")
    await anna.presses(0)
    await anna.presses(1)


async def fills_in_a_form(anna: Recorded, stage: Stage) -> None:
    await anna.writes("мою страницу взломали")
    await anna.writes("не знаю")
    await anna.writes("example.org/anna")
    await anna.writes("номер")
    await anna.presses(0)  # skip
    await anna.writes("30.02.2026")
    await anna.writes("1.3.2026")
    await anna.writes("что-то другое")
    await anna.presses(0)
    await anna.writes("снимка нет")
    await stage.passes(hours=1.1)
    await anna.hears()
    await anna.presses(1)  # cancel


async def is_silent(anna: Recorded, boris: AgentOnStage, stage: Stage) -> None:
    await anna.writes("позовите человека")
    await anna.presses(0)  # skip what it is about
    number = (await stage.tickets())[-1].id
    await boris.replies(number, "Что случилось?")
    await anna.hears()
    await stage.passes(days=2.1)
    await anna.hears()
    await stage.passes(days=5)
    await anna.hears()
    await anna.writes("/forget")
    await anna.presses(1)


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_word_of_a_long_conversation(language: str, tmp_path: Path) -> None:
    backend = Backend(f"sqlite:///{tmp_path}/frontdesk.db", None)
    async with staged(backend, "vk") as stage:
        anna = Recorded(stage, await stage.contact("Анна"))
        boris = await stage.agent("Борис")
        await anna.writes("/language")
        await anna.presses(list(LANGUAGES).index(language))
        await looks_around(anna)
        await stage.passes(minutes=2)  # no faster than the flood rule allows
        await asks_people(anna, boris)
        await stage.passes(minutes=2)
        await fills_in_a_form(anna, stage)
        await is_silent(anna, boris, stage)
    heard = "\n".join(anna.lines).replace("\n\n\n", "\n\n") + "\n"
    kept = HEARD / f"{language}.txt"
    if os.environ.get(REGENERATE):
        kept.write_text(heard, "utf-8")
    assert heard == kept.read_text("utf-8"), f"regenerate {kept.name} with {REGENERATE}=1 and read what changed"
