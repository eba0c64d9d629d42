"""Reasons why a message was not sent, in sentences for agents; they are the keys of the desk's translations."""

from handoff.deliveries import deletions

BLOCKED = "blocked the community"
DEACTIVATED = "the account is deactivated"
NOT_WRITTEN = "has not written to the bot yet"
NOT_ALLOWED = "has not allowed messages from the community"
PRIVACY = "privacy settings do not allow messages"
NO_ACCOUNT = "there is no such account"
WINDOW_CLOSED = "messages are accepted only after the contact writes again"

NO_CONNECTION = deletions.NO_CONNECTION
NO_ANSWER = "the platform did not answer"
PLATFORM_FAULT = "the platform reported a fault of its own"
UNREADABLE = "the platform's answer could not be read"

TOO_LONG = "the message is too long"
EMPTY = "the message is empty"
FORMATTING = "the platform does not take the formatting"
KEYBOARD = "the platform does not take the buttons"
NOT_TAKEN = "the platform does not take this message"
NOT_EDITABLE = "the message can no longer be changed"
NOT_DELETABLE = "the platform no longer deletes it"

NOT_THERE = "the community cannot write there"

TOKEN = "the token is rejected"  # noqa: S105 - a sentence, not a secret
RIGHTS = "the token lacks a right it needs"
CAPTCHA = "the platform asks for a captcha"
CONFLICT = "another program uses the same token"

ALL = (
    BLOCKED,
    DEACTIVATED,
    NOT_WRITTEN,
    NOT_ALLOWED,
    PRIVACY,
    NO_ACCOUNT,
    WINDOW_CLOSED,
    NO_CONNECTION,
    NO_ANSWER,
    PLATFORM_FAULT,
    UNREADABLE,
    TOO_LONG,
    EMPTY,
    FORMATTING,
    KEYBOARD,
    NOT_TAKEN,
    NOT_EDITABLE,
    NOT_DELETABLE,
    NOT_THERE,
    TOKEN,
    RIGHTS,
    CAPTCHA,
    CONFLICT,
)
"""Every reason that a channel's `SendOutcome` can carry, for the catalogues."""
