"""CONTRIBUTING's recipe "Add a button", followed in a copy of the program: "Later", which the greeting offers."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

ROOT = Path(__file__).parents[2]
PAYLOAD = '''class Later(QuestionButton):
    """Puts the question off."""

    action = Action.LATER
    rule = Rule(once=True, shows=CHOSEN)


Payload = ('''
DECISION = """        case buttons.Later(question=question):
            return [Say("Later, then.", values={"question": question})]
        case buttons.Retired():"""
STEPS = {
    "handoff/messages/buttons.py": {
        '    KEEP = "keep"\n': '    KEEP = "keep"\n    LATER = "later"\n',
        "Payload = (": PAYLOAD,
        "| Keep | Retired": "| Keep | Later | Retired",
    },
    "bot/dialogue/presses.py": {"        case buttons.Retired():": DECISION},
    "bot/dialogue/sentences.py": {"(TOPICS, OWN)": '(TOPICS, OWN, ("Later", buttons.Later(question="music")))'},
}
"""What the recipe changes, by file."""
PROOF = """
from dataclasses import replace
from bot.dialogue import ButtonPress, Thread
from bot.dialogue.decisions import Say
from bot.dialogue.sentences import hello
from handoff.messages.button_codec import decode, encode, press_line
from handoff.messages.button_rules import CHOSEN
from tests.bot.rounds import decide
from tests.bot.test_buttons import PRESS

label, payload = hello().buttons[-1]
assert (label, payload.name, press_line(payload)) == ("Later", "later", "pressed later")
pressed = ButtonPress(decode("later", encode(payload)))
assert pressed.payload == payload and pressed.payload.rule.shows is CHOSEN
assert decide(Thread("en", pressed=pressed), PRESS, None) == [Say("Later, then.", values={"question": "music"})]
assert decide(Thread("en", pressed=replace(pressed, used=True)), PRESS, None) == []
"""


def test_three_files_make_a_button(tmp_path: Path) -> None:
    for package in ("bot", "handoff"):
        copytree(ROOT / package, tmp_path / package, ignore=ignore_patterns("__pycache__"))
    for name, changes in STEPS.items():
        file = tmp_path / name
        for before, after in changes.items():
            text = file.read_text("utf-8")
            assert text.count(before) == 1, before
            file.write_text(text.replace(before, after), "utf-8")
    path = os.pathsep.join(map(str, (tmp_path, ROOT)))
    run = [sys.executable, "-c", PROOF]
    done = subprocess.run(run, cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
