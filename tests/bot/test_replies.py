"""Meanings of short replies."""

import pytest

from bot.dialogue import read_utterance
from handoff.messages.button_rules import Reply


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("да", "yes"), ("Да, пожалуйста", "yes"), ("yes please", "yes"), ("Igen!", "yes"),
        ("нет", "no"), ("не надо", "no"), ("нет, спасибо", "no"), ("no thanks", "no"), ("nem kell", "no"),
        ("помогло", "helped"), ("да, всё заработало, спасибо", "helped"),
        ("it worked", "helped"), ("ez segített", "helped"),
        ("не помогло", "unhelped"), ("это мне не помогло", "unhelped"), ("Нет, не то", "unhelped"),
        ("it didn't help", "unhelped"), ("that did not help me", "unhelped"), ("sajnos nem segített", "unhelped"),
    ],
)  # fmt: skip
def test_a_reply(text: str, reply: Reply) -> None:
    assert read_utterance(text).replies[0] == reply


@pytest.mark.parametrize(
    "text",
    ["", "?", "да?", "помогло?", "нет звука", "да как это сделать", "не помогло, пароль всё равно не подходит",
     "не работает",
     "no sound", "yes but how", "nem megy a zene", "спасибо", "это", "всё"],
)  # fmt: skip
def test_what_says_more_or_less_is_none(text: str) -> None:
    assert read_utterance(text).replies == ()
