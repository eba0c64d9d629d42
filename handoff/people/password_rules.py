"""Rules for new passwords: long ones that are in no list of breached passwords and follow no common pattern.

All checks are offline. zxcvbn contains the most frequent passwords of known breaches and finds words of them that are
joined, repeated, spelled with digits or continued along the keyboard.
"""

from collections.abc import Sequence

from infra.wording import mark
from knowledge.languages import LANGUAGES

LENGTH = 12
TOO_SHORT = mark("The password is too short: give at least 12 characters.")
EASY = mark("The password is easy to guess or known from a breach: take four or more unrelated words.")
_FEWEST_GUESSES = 10**8
"""zxcvbn's threshold for guessing over the network."""
_LONGEST = 72
"""Number of characters that are checked: more take long and change nothing."""
# zxcvbn's lists are English.
_USUAL = ("frontdesk", *(password for language in LANGUAGES.values() for password in language.passwords))


def password_problem(password: str, about: Sequence[str] = ()) -> str | None:
    """Return a sentence that says why the password may not be set; None if it may.

    `about` are words that a guesser knows: the agent's e-mail address and name.
    """
    if len(password) < LENGTH:
        return TOO_SHORT
    # Loaded only when a password is set: its lists take 15 MB.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    judged = zxcvbn(password[:_LONGEST], user_inputs=[*_USUAL, *_known(about)])
    if judged["guesses"] < _FEWEST_GUESSES:
        return EASY
    return None


def _known(about: Sequence[str]) -> list[str]:
    words = [
        word for text in about for word in (text, *text.split("@"), *text.replace("@", " ").replace(".", " ").split())
    ]
    return [word for word in words if len(word) > 2]
