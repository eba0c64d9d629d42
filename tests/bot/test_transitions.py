"""The dialogue conforms to the transition table of ARCHITECTURE.md, cell by cell."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.dialogue import Found, PendingOffer, Thread, TicketContext
from bot.dialogue.decisions import NO_TRAIL, Filling
from bot.dialogue.expected_reply import FOR_A_PERSON, MATTER, comment_on
from handoff.messages.values import IncomingEvent
from knowledge.entries.forms import FormField
from knowledge.matching import Band
from tests.bot.dialogue_cases import forwards, found, says
from tests.bot.rounds import decide, question_in

HELD = TicketContext(7, live=True, acknowledged=False, question="где деньги")
FORM = Filling(1, "мою страницу взломали", "rule", None, "access", NO_TRAIL, (FormField("what"), FormField("when")), ())
SITUATIONS = {
    "nothing is open": Thread("ru"),
    "something was offered": Thread("ru", pending=PendingOffer(9, "музыка", NO_TRAIL)),
    "a person has the question": Thread("ru", ticket=HELD, live=1),
    "and has answered": Thread("ru", ticket=replace(HELD, answered=True), live=1),
    "it was acknowledged, asked again, too": Thread(
        "ru", ticket=replace(HELD, acknowledged=True, patience_asked=True), live=1
    ),
    "a solved question is quoted": Thread("ru", quoted=TicketContext(5, live=False, acknowledged=False, solved=True)),
    "a bare wish was asked about": Thread("ru", expects=MATTER),
    "a person was asked for by a link": Thread("ru", expects=FOR_A_PERSON),
    "a comment was invited": Thread("ru", expects=comment_on(5)),
    "a form is being filled in": Thread("ru", filling=FORM),
}
EVENTS: dict[str, tuple[IncomingEvent, Found]] = {
    "greets": (says("привет"), found(Band.NONE)),
    "thanks": (says("спасибо"), found(Band.NONE)),
    "wants a person": (says("оператор"), found(Band.NONE)),
    "asks what is known": (says("не помню пароль"), found(Band.ANSWER, 0.97)),
    "asks what is probably known": (says("смс не приходит"), found(Band.LIKELY, 0.7)),
    "asks what is like something known": (says("пропал звук"), found(Band.SUGGEST, 0.4, 0.3)),
    "asks what is not known": (says("какая завтра погода"), found(Band.NONE)),
    "sends a picture": (says("", "photo"), found(Band.NONE)),
    "forwards a message": (forwards("не помню пароль"), found(Band.ANSWER, 0.97)),
}


def drawn() -> list[list[str]]:
    """The table as the dialogue has it."""
    head = ["the contact …", *EVENTS]
    rows = []
    for situation, thread in SITUATIONS.items():
        cells = []
        for event, known in EVENTS.values():
            asked = known if question_in(thread, event) is not None else None
            names = [type(decision).__name__ for decision in decide(thread, event, asked)]
            cells.append(" + ".join(names))
        rows.append([situation, *cells])
    return [head, *rows]


def written() -> list[list[str]]:
    text = (Path(__file__).parents[2] / "ARCHITECTURE.md").read_text("utf-8")
    table = text.partition("<!-- transitions -->")[2].partition("<!-- end -->")[0]
    lines = [line.strip().strip("|") for line in table.strip().splitlines()]
    return [[cell.strip() for cell in line.split("|")] for line in lines if not set(line) <= set("|- ")]


@pytest.mark.parametrize("place", range(len(SITUATIONS) + 1))
def test_the_table_is_what_the_dialogue_does(place: int) -> None:
    assert written()[place] == drawn()[place]


def test_the_table_has_no_other_rows() -> None:
    assert len(written()) == len(drawn())
