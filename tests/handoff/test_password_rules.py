"""Common passwords are refused regardless of length."""

import pytest

from handoff.people.password_rules import password_problem

ABOUT = ("maria.ivanova@example.org", "Мария Иванова")


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "Password1234!", "P@ssw0rd1234", "123456789012", "qwertyuiop12", "1q2w3e4r5t6y",
        "passwordpassword",
        "iloveyou1234", "letmeinletmein", "adminadminadmin", "unbelievable", "aaaaaaaaaaaa", "abcdefghijkl", " " * 12,
        "парольпароль", "пароль123456", "йцукенйцукен", "йцукенгшщзхъ", "jelszo123456", "frontdesk123",
        "maria.ivanova", "ivanova12345", "мария иванова", "maria.ivanova@example.org",
    ],
)  # fmt: skip
def test_what_guessers_try_first_is_refused(password: str) -> None:
    assert str(password_problem(password, ABOUT)).startswith("The password is easy to guess or known from a breach")


@pytest.mark.parametrize("password", ["", "short", "eleven char"])
def test_what_is_short_is_refused(password: str) -> None:
    assert password_problem(password) == "The password is too short: give at least 12 characters."


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "k7#Vd2!qLz9x", "четыре слова без смысла", "négy szó egymás után", "x" + "7Gf!pQ" * 200],
)
def test_what_nobody_guesses_may_be_set(password: str) -> None:
    assert password_problem(password, ABOUT) is None
