"""Checks of a copy of Frontdesk with German added. `test_fourth_language` runs them there."""

from pathlib import Path

import pytest

from bot.dialogue import read_utterance
from bot.program.demo import example_files
from bot.program.settings import Settings
from bot.views.other_language import remark
from bot.wording import WORDS
from handoff.dashboard.wording import LANGUAGE_NAMES
from handoff.messages.text_parts import split
from handoff.messages.values import RichText
from infra.web.locale import preferred_language
from knowledge.files.loading import read_files
from knowledge.languages import LANGUAGES
from knowledge.languages.detection import language_of
from knowledge.matching import Matcher, Phrasing, stem
from knowledge.matching.lexicon import politeness
from tests.conftest import Backend
from tests.journeys.stage import staged


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wie ändere ich mein Passwort?", "de"),
        ("ich kann meine Seite nicht öffnen", "de"),
        ("how do I change my password", "en"),
        ("nem tudok belépni az oldalamra", "hu"),
        ("не помню пароль", "ru"),
        ("12345", "?"),
    ],
)
def test_its_messages_are_told_from_others(text: str, language: str) -> None:
    assert language_of(text, "?") == language


def test_its_short_messages_are_understood() -> None:
    assert read_utterance("Guten Tag!").greets
    assert read_utterance("Vielen Dank für die Hilfe").gives_thanks
    assert read_utterance("Ich möchte mit einem Menschen sprechen").wants_person
    assert read_utterance("Wie lange dauert das noch?").nudges
    assert read_utterance("abbrechen").cancels
    assert read_utterance("Meine Fragen").command == "own"
    assert [
        read_utterance(text).replies[0] for text in ("ja gerne", "nein danke", "das hat geholfen", "hat nicht geholfen")
    ] == [
        "yes",
        "no",
        "helped",
        "unhelped",
    ]
    assert read_utterance("und warum geht das nicht").asks
    assert read_utterance("Darf ich eine Frage?").opens
    assert [read_utterance(text).choice for text in ("die zweite", "keine davon", "die letzte")] == [2, 0, -1]
    assert read_utterance("Mitarbeiter bitte: mein Konto ist weg").matter == "mein Konto ist weg"
    assert read_utterance("es geht wieder nicht").reports_problem


def test_the_matcher_reads_it() -> None:
    assert stem("passwörter", "de") == stem("passwörtern", "de")
    assert politeness.strip(["hallo", "ich", "habe", "eine", "frage", "konto", "löschen", "vielen", "dank"]) == [
        "konto",
        "löschen",
    ]
    matcher = Matcher.build([Phrasing(1, "Konto löschen", "de"), Phrasing(2, "Passwort ändern", "de")])
    assert matcher.match("kontos loschen").candidates[0].entry_id == 1
    assert matcher.match("guten tag, mein passwort ändern bitte").candidates[0].entry_id == 2


def test_pages_and_settings_know_it() -> None:
    assert list(LANGUAGES) == ["ru", "en", "hu", "de"]
    assert Settings(language="de").language == "de"
    assert LANGUAGE_NAMES["de"] == "Deutsch"
    assert preferred_language("de-AT,de;q=0.9,en;q=0.1", "ru", LANGUAGES) == "de"
    assert remark("de", "ru") == "(auf Russisch)"
    assert WORDS.text("de", "None of these") == "None of these"  # not translated yet
    assert [part.text for part in split(RichText("Das ist die erste Zeile. Am Ende bzw. danach kommt mehr."), 44)] == [
        "Das ist die erste Zeile.",
        "Am Ende bzw. danach kommt mehr.",
    ]


async def test_the_bot_answers_in_it(tmp_path: Path) -> None:
    async with staged(Backend(f"sqlite:///{tmp_path}/frontdesk.db", None), "telegram") as stage:
        draft = read_files([file for file in example_files() if file.name == "de.yaml"])
        await stage.app.db.write(lambda session: stage.app.library.load(session, draft, author="test"))
        await stage.app.library.refresh()
        anna = await stage.contact("Anna", "de")
        await anna.writes("Guten Tag")
        assert (await anna.hears()).text.startswith("Guten Tag. Beschreiben Sie Ihre Frage")
        await anna.writes("Konto löschen")
        assert (await anna.hears()).text.endswith("Das geht in den Einstellungen.")
        assert anna.labels()[0] == "Das hat geholfen"
        await anna.writes("danke")
        assert (await anna.hears()).text == "Gern geschehen. Wenn noch etwas ist, schreiben Sie einfach."
        await anna.writes("Ich möchte mit einem Menschen sprechen")
        await anna.hears()
        (ticket,) = await stage.tickets()
        assert ticket.question == "Konto löschen"
