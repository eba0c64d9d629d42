"""Every button has a payload, a rule and a decision, and its words stand in one module only."""

import ast
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import bot
import handoff
from bot.dialogue import ButtonPress, Thread
from bot.dialogue.sentences import GONE
from handoff.messages import buttons
from handoff.messages.button_codec import decode, encode, meant_by, press_line, sentence_of_press
from handoff.messages.button_rules import Reply, Rule
from handoff.messages.buttons import PAYLOADS, Action, Retired
from handoff.messages.values import EventKind, IncomingEvent
from tests.bot.dialogue_cases import ENTRIES, FREE, LAST_STEP, NOW, OWN_SOLVED, SOLVED, WHO
from tests.bot.rounds import decide
from tests.upgrades.dumps import dump_of, dumped_revisions

PRESS = IncomingEvent(EventKind.PRESS, WHO, NOW, choice_id="x")
READY = replace(FREE, view=OWN_SOLVED, pressed_ticket=SOLVED, filling=LAST_STEP)
"""A thread in which nothing that a button may need is missing."""
FULL = {
    "question": "не помню пароль",
    "lookup": 3,
    "entry": 1,
    "asked": [4],
    "shown": "answer-x",
    "apart": True,
    "ticket": 5,
    "stars": 4,
    "form": 4,
    "step": 0,
    "picked": "да",
    "page": 2,
    "lang": "ru",
    "category": "access",
    "language": "hu",
    "reason": "none_fits",
    "others": [2, 3],
}


def pressing(action: str, thread: Thread = READY, *, used: bool = False) -> Thread:
    return replace(thread, pressed=ButtonPress(decode(action, FULL), ENTRIES[1], used=used))


# --- every action -----------------------------------------------------------------------------------------------------


def test_every_action_has_a_payload_of_its_own() -> None:
    assert list(PAYLOADS.values()) == list(dict.fromkeys(PAYLOADS.values()))
    assert set(PAYLOADS) == set(Action)


@pytest.mark.parametrize("action", Action)
def test_a_payload_survives_the_column(action: Action) -> None:
    payload = decode(action, FULL)
    assert (type(payload), payload.name) == (PAYLOADS[action], action.value)
    stored = json.loads(json.dumps(encode(payload)))
    assert decode(action, stored) == payload
    assert stored.items() <= FULL.items()


@pytest.mark.parametrize("action", Action)
def test_a_row_may_lack_everything(action: Action) -> None:
    assert encode(decode(action, {})) == {}
    assert decode(action, dict.fromkeys(FULL)) == decode(action, {"of a later version": 1}) == decode(action, {})
    decide(replace(FREE, pressed=ButtonPress(decode(action, {}))), PRESS, None)


@pytest.mark.parametrize("action", Action)
def test_a_press_is_answered(action: Action) -> None:
    assert decide(pressing(action), PRESS, None) not in ([], [GONE])


@pytest.mark.parametrize("action", Action)
def test_a_second_press_changes_something_only_where_the_rule_says_so(action: Action) -> None:
    assert isinstance(PAYLOADS[action].rule, Rule)
    again = pressing(action, used=True)
    assert again.pressed is not None
    assert (decide(again, PRESS, None) == []) is again.pressed.payload.once


def test_an_action_that_no_longer_exists_says_so() -> None:
    gone = decode("an action of before", FULL)
    assert (gone, gone.name) == (Retired("an action of before"), "an action of before")
    assert decide(replace(READY, pressed=ButtonPress(gone)), PRESS, None) == [GONE]
    assert sentence_of_press(press_line(gone)) == ""


@pytest.mark.parametrize("revision", dumped_revisions())
def test_rows_of_earlier_versions_are_read_whole(revision: str) -> None:
    # The others are there to fill the table.
    rows = [row for row in dump_of(revision).rows["choice"] if not row["action"].startswith("action-")]
    for row in rows:
        payload, data = decode(row["action"], json.loads(row["data"])), json.loads(row["data"])
        assert not isinstance(payload, Retired), row
        said = {key: value for key, value in data.items() if value not in (None, "", [], False)}
        assert json.loads(json.dumps(encode(payload))) == said
    assert rows


# --- what people type instead -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "offered", "action"),
    [
        (Reply.YES, {Action.ASK_PERSON, Action.NOT_NOW}, Action.ASK_PERSON),
        (Reply.YES, {Action.ASK_PERSON, Action.HELPED}, Action.HELPED),
        (Reply.YES, {Action.HELPED, Action.NOT_HELPED}, Action.HELPED),
        (Reply.YES, {Action.SOLVED, Action.NOT_SOLVED}, Action.SOLVED),
        (Reply.NO, {Action.ASK_PERSON, Action.NOT_NOW}, Action.NOT_NOW),
        (Reply.NO, {Action.HELPED, Action.NOT_HELPED}, Action.NOT_HELPED),
        (Reply.NO, {Action.PICK, Action.NONE_FITS}, Action.NONE_FITS),
        (Reply.HELPED, {Action.HELPED}, Action.HELPED),
        (Reply.UNHELPED, {Action.PICK, Action.NONE_FITS}, Action.NONE_FITS),
        (Reply.UNHELPED, {Action.HELPED, Action.NOT_HELPED}, Action.NOT_HELPED),
        (Reply.UNHELPED, {Action.TOPICS}, None),
        (Reply.NO, {Action.HELPED, Action.NOT_HELPED, Action.SOMETHING_ELSE}, Action.NOT_HELPED),
    ],
)
def test_a_reply_means_what_is_offered(reply: Reply, offered: set[str], action: Action | None) -> None:
    assert meant_by(reply, offered) == action


# --- one module -------------------------------------------------------------------------------------------------------

HOME = Path(buttons.__file__)
OTHER_VOCABULARIES = {
    "options and commands of the command line": ("cli/*.py", {"keep", "forget", "add"}),
    "commands in the conversation": ("understanding/utterance.py", {"topics", "own", "forget"}),
    "commands that are answered": ("dialogue/messages.py", {"topics", "own", "forget"}),
    "commands that muted contacts still have": ("conversation/quiet_rounds.py", {"forget"}),
    "what the next message is taken for": ("dialogue/expected_reply.py", {"add"}),
    "reasons of tickets": ("dialogue/*.py", {"not_helped", "none_fits"}),
    "a field of VK's currencies": ("simulator/vk/contents.py", {"rate"}),
    "statuses of tickets": ("models/tickets.py", {"solved"}),
    "statuses at the desk": ("dashboard/**/*.py", {"solved"}),
    "statuses in the archive": ("privacy/archive.py", {"solved"}),
    "events of a ticket": ("tickets/*.py", {"solved", "not_solved"}),
    "events of a ticket at the desk": ("dashboard/wording.py", {"solved", "not_solved"}),
    "events of a ticket for webhooks": ("webhooks/outbox.py", {"solved", "not_solved"}),
    "changes of a form at the desk": ("content/form_editor.py", {"add"}),
    "short replies": ("messages/button_rules.py", {"helped"}),
    "the outcome of the last lookup": ("conversation/round_rows.py", {"helped"}),
    "outcomes of lookups": ("tickets/reminders/form_reminders.py", {"helped"}),
}
"""Words that are an action's too: where they stand for something else."""


def _modules() -> Iterator[tuple[Path, ast.Module]]:
    for package in (bot, handoff):
        for path in Path(package.__path__[0]).rglob("*.py"):
            if "migrations" not in path.parts and path != HOME:
                yield path, ast.parse(path.read_text("utf-8"))


def test_no_action_is_spelled_outside_its_module() -> None:
    strays = [
        f"{path}:{node.lineno} {node.value!r}"
        for path, module in _modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant)
        and node.value in PAYLOADS
        and not any(path.match(where) and node.value in words for where, words in OTHER_VOCABULARIES.values())
    ]
    assert strays == []


def test_the_data_of_a_choice_is_read_by_the_codec_only() -> None:
    strays = []
    for path, module in _modules():
        if "ChoiceRow" not in path.read_text("utf-8"):
            continue
        decoded = {id(part) for node in ast.walk(module) if isinstance(node, ast.Call) for part in node.args}
        strays += [
            f"{path}:{node.lineno}"
            for node in ast.walk(module)
            if isinstance(node, ast.Attribute) and node.attr == "data" and id(node) not in decoded
        ]
    assert strays == []
