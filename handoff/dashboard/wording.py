"""Words of the pages that depend on values: spans of time, events of a thread, reasons, errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handoff.errors import (
    ClosedError,
    DeskError,
    EmptyTextError,
    HeldError,
    KeyUsedError,
    StateError,
    TooLargeError,
)
from handoff.messages.content_sentences import FILE_NAMES, ContentWords, describe, question_words
from handoff.messages.contents import Content
from handoff.messages.names import readable
from handoff.messages.threads import Line
from handoff.tickets.confirmed_answers import LOST
from handoff.words import WORDS
from infra.wording import marked

EVENTS = {
    "opened": marked("The question was passed to people"),
    "claimed": marked("{agent} took the question"),
    "released": marked("{agent} gave the question back to the queue"),
    "transferred": marked("The question was handed to {agent}"),
    "solved": marked("{agent} closed the question as solved"),
    "reopened": marked("{agent} opened the question again"),
    "confirmed": marked("The contact says that the question is solved"),
    "not_solved": marked("The contact says that the question is not solved: it is open again"),
    "timed_out": marked("The question was closed, for the contact was silent"),
    "withdrawn": marked("The contact withdrew the question"),
    "rated": marked("The contact rated the help"),
    LOST: marked("The answer did not reach the contact: the question is open again"),
    "pressed helped": marked("The contact says that the answer helped"),
    "pressed not_helped": marked("The contact says that the answer did not help"),
    "pressed unclear": marked("The contact finds the answer unclear"),
    "pressed disliked": marked("The contact does not like how it works"),
    "pressed still": marked("The contact still has questions"),
    "pressed none_fits": marked("None of the choices fitted"),
    "pressed pick": marked("The contact chose one of the answers"),
    "pressed ask_person": marked("The contact asked for a person"),
    "pressed not_now": marked("The contact did not want a person"),
    "pressed new_question": marked("The contact says that it is a new question"),
}
_PRESSED = "pressed "
_PUBLIC = "public "

REASONS = (
    marked("the program stopped while sending"),
    marked("an agent marked it as arrived"),
    marked("an agent marked it as lost"),
    marked("blocked the community"),
    marked("the account is deactivated"),
    marked("has not written to the bot yet"),
    marked("has not allowed messages from the community"),
    marked("privacy settings do not allow messages"),
    marked("there is no such account"),
    marked("messages are accepted only after the contact writes again"),
    marked("no connection to the platform"),
    marked("the platform did not answer"),
    marked("the platform reported a fault of its own"),
    marked("the platform's answer could not be read"),
    marked("the message is too long"),
    marked("the message is empty"),
    marked("the platform does not take the formatting"),
    marked("the platform does not take the buttons"),
    marked("the platform does not take this message"),
    marked("the message can no longer be changed"),
    marked("the community cannot write there"),
    marked("it could not be said in public in time"),
    marked(
        "the platform refuses buttons, so choices are numbered in the text; they are tried again within an hour. "
        "On VK switch on the bot features in the community's settings"
    ),
    marked("the token is rejected"),
    marked("the token lacks a right it needs"),
    marked("the platform asks for a captcha"),
    marked("another program uses the same token"),
    marked("what arrives cannot be stored at present; it stays with the platform and is fetched again"),
)
"""Why a delivery is where it is, as the outbox and the channels write it; unknown ones are shown as they are."""

ATTACHMENTS = FILE_NAMES | {"sticker": marked("sticker"), "other": marked("file")}

STATUSES = {
    "open": marked("waits for us"),
    "waiting": marked("waits for the contact"),
    "solved": marked("solved"),
    "withdrawn": marked("withdrawn"),
}

UNDELIVERED = {
    "retrying": marked("the answer is delayed"),
    "refused": marked("the answer was refused"),
    "maybe_delivered": marked("the answer may not have arrived"),
    "failed": marked("the answer did not arrive"),
}
"""What a question is marked with while the contact lacks what agents wrote, by the state of the delivery."""

ROLES = {"agent": marked("agent"), "lead": marked("lead"), "admin": marked("admin")}

LANGUAGE_NAMES = {"ru": "Русский", "en": "English", "hu": "Magyar"}

_SOON = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Due:
    """When an answer is due, in words, and how pressing it is: late, soon or fine."""

    text: str
    tone: str


class Words:
    """The sentences of the pages in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def t(self, sentence: str, **values: object) -> str:
        return WORDS.text(self.language, sentence, **values)

    def tn(self, one: str, many: str, count: int, **values: object) -> str:
        return WORDS.plural(self.language, one, many, count, **values)

    def known(self, sentence: str) -> str:
        """A translation of what another part of the program wrote, or that itself; braces in it mean nothing."""
        return WORDS.translations(self.language).gettext(sentence) if sentence else ""

    def span(self, length: timedelta) -> str:
        """A length of time in its largest whole unit."""
        seconds = max(0, int(length.total_seconds()))
        if seconds < 60:
            return self.t("{n} s", n=seconds)
        if seconds < 3600:
            return self.t("{n} min", n=seconds // 60)
        if seconds < 2 * 86400:
            return self.t("{n} h", n=seconds // 3600)
        return self.t("{n} d", n=seconds // 86400)

    def due(self, at: datetime, now: datetime) -> Due:
        if at <= now:
            return Due(self.t("{span} late", span=self.span(now - at)), "late")
        return Due(self.t("in {span}", span=self.span(at - now)), "soon" if at - now < _SOON else "fine")

    def event(self, line: Line) -> str:
        if line.text.startswith(_PUBLIC):
            return self.t("Asked in public: {place}", place=line.text.removeprefix(_PUBLIC))
        sentence = EVENTS.get(line.text)
        if sentence is None and line.text.startswith(_PRESSED):
            return self.t("The contact pressed a button")
        return self.t(sentence, agent=line.author or self.t("The bot")) if sentence else line.text

    def contents(self, contents: Sequence[Content]) -> tuple[ContentWords, ...]:
        """What a message holds besides its words."""
        return describe(contents, self.t)

    def question(self, question: str) -> str:
        """A ticket's question; of one that has no words, its kind in the reader's language."""
        return question_words(question, self.t)

    def first_line(self, question: str) -> str:
        """What a list shows of a question."""
        return self.question(question.strip()).partition("\n")[0] or "…"

    def name(self, name: str, contact_id: int) -> str:
        """What a contact is called; of one whose name cannot be read, their number."""
        return readable(name) or self.t("Contact {number}", number=contact_id)

    def problem(self, error: DeskError) -> str:
        """What an agent reads when the desk refuses."""
        match error:
            case HeldError(holder=holder):
                return self.t("{agent} holds this question. You can leave a note for them.", agent=holder)
            case ClosedError():
                return self.t("This question is closed. Open it again first.")
            case EmptyTextError():
                return self.t("Write the words first.")
            case TooLargeError(megabytes=megabytes, most=most):
                return self.t("Attach at most {most} files of up to {limit} MB each.", most=most, limit=megabytes)
            case KeyUsedError():
                return self.t("This form was sent already, with other words. To send these too, send them once more.")
            case StateError():
                return self.t("The message has moved on meanwhile: look at its mark.")
            case _:
                return self.t("There is no such question, message or colleague.")
