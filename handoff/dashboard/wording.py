"""Texts of the pages that depend on values: spans of time, events of a thread, reasons, errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from handoff.errors import (
    BadTagError,
    BadTimeError,
    ClosedError,
    DeskError,
    EmptyTextError,
    HeldError,
    KeyUsedError,
    NotAllowedError,
    ReasonMissingError,
    StateError,
    TooLargeError,
    TooLateError,
    TooLongError,
    UnfilledPlaceholderError,
)
from handoff.labels import labelling
from handoff.lists.saved_views import MOST as MOST_VIEWS
from handoff.lists.saved_views import TooManyViewsError
from handoff.messages.button_codec import sentence_of_press
from handoff.messages.content_sentences import FILE_NAMES, ContentWords, describe, question_words
from handoff.messages.contents import Content
from handoff.messages.last_look import Oversight, written_language
from handoff.messages.names import readable
from handoff.messages.threads import Line
from handoff.models import MessageKind
from handoff.outreach.first_messages import MOST_OPEN, BarredError, Barrier
from handoff.tickets.confirmed_answers import LOST, WRITTEN_FIRST
from handoff.tickets.merging import MERGED
from handoff.tickets.ownership.handovers import ASSIGNED
from handoff.tickets.ownership.snoozing import ENDED, SNOOZED, WOKEN
from handoff.tickets.ownership.use_cases import GIVEN
from handoff.tickets.service import MUTED, UNMUTED
from handoff.words import WORDS
from infra.wording import mark
from knowledge.entries.repository import title
from knowledge.languages import LANGUAGES

Titles = Mapping[str, Mapping[str, str]]

EVENTS = {
    "opened": mark("The question was passed to people"),
    WRITTEN_FIRST: mark("{agent} wrote to the contact first"),
    "claimed": mark("{agent} took the question"),
    "released": mark("{agent} gave the question back to the queue"),
    GIVEN: mark("The question was assigned to {agent} automatically"),
    "transferred": mark("The question was handed to {agent}"),
    "lapsed": mark("The claim of {agent} ran out: the question went back to the queue"),
    "returned": mark("{agent} is away: the question went back to the queue"),
    "returned_late": mark("The answer of {agent} is overdue: the question went back to the queue"),
    SNOOZED: mark("{agent} snoozed the question until the contact writes"),
    WOKEN: mark("The snooze is over: the question is back in the queue"),
    ENDED: mark("{agent} ended the snooze"),
    "asked_for": mark("{agent} asked to have the question"),
    "declined": mark("{agent} keeps the question for now"),
    "solved": mark("{agent} closed the question as solved"),
    "reopened": mark("{agent} opened the question again"),
    "resumed": mark("{agent} took back that the question is solved"),
    "confirmed": mark("The contact says that the question is solved"),
    "not_solved": mark("The contact says that the question is not solved: it is open again"),
    "timed_out": mark("The question was closed because the contact did not answer"),
    "withdrawn": mark("The contact withdrew the question"),
    "rated": mark("The contact rated the help"),
    MUTED: mark("{agent} marked the contact as spam: they get no answers"),
    UNMUTED: mark("{agent} lets the contact write again"),
    LOST: mark("The answer did not reach the contact: the question is open again"),
}
_PUBLIC = "public "

REASONS = (
    mark("the program stopped while sending"),
    mark("an agent marked it as arrived"),
    mark("an agent marked it as lost"),
    mark("blocked the community"),
    mark("the account is deactivated"),
    mark("has not written to the bot yet"),
    mark("has not allowed messages from the community"),
    mark("privacy settings do not allow messages"),
    mark("there is no such account"),
    mark("messages are accepted only after the contact writes again"),
    mark("no connection to the platform"),
    mark("the platform did not answer"),
    mark("the platform reported a fault of its own"),
    mark("the platform's answer could not be read"),
    mark("the message is too long"),
    mark("the message is empty"),
    mark("the platform does not take the formatting"),
    mark("the platform does not take the buttons"),
    mark("the platform does not take this message"),
    mark("the message can no longer be changed"),
    mark("the platform no longer deletes it"),
    mark("the community cannot write there"),
    mark("it could not be said in public in time"),
    mark(
        "the platform refuses buttons, so choices are numbered in the text; they are tried again within an hour. "
        "On VK switch on the bot features in the community's settings"
    ),
    mark("the token is rejected"),
    mark("the token lacks a right it needs"),
    mark("the platform asks for a captcha"),
    mark("another program uses the same token"),
    mark("handling it failed 5 times"),
    mark("what arrives cannot be stored at present; it stays with the platform and is fetched again"),
)
"""Reasons of delivery states, as the outbox and the channels write them; unknown ones are shown as they are."""

ATTACHMENTS = FILE_NAMES | {"sticker": mark("sticker"), "other": mark("file")}

STATUSES = {
    "open": mark("waits for us"),
    "waiting": mark("waits for the contact"),
    "solved": mark("solved"),
    "withdrawn": mark("withdrawn"),
}

UNDELIVERED = {
    "retrying": mark("the answer is delayed"),
    "refused": mark("the answer was refused"),
    "maybe_delivered": mark("the answer may not have arrived"),
    "failed": mark("the answer did not arrive"),
}
"""Mark of a question whose agents' words have not arrived, by the state of the delivery."""

SNOOZES = {
    "hour": mark("In 1 hour"),
    "afternoon": mark("This afternoon"),
    "tomorrow": mark("Tomorrow"),
    "monday": mark("Next Monday"),
}
"""Offers of the menu "Snooze"."""

ROLES = {"agent": mark("agent"), "lead": mark("lead"), "admin": mark("admin")}

LANGUAGE_NAMES = {code: language.name for code, language in LANGUAGES.items()}

_SOON = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Due:
    """Describe when an answer is due and how urgent it is: late, soon or fine."""

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

    def translate(self, sentence: str) -> str:
        """Translate a sentence of another part of the program, or return it unchanged; braces in it have no meaning."""
        return WORDS.translations(self.language).gettext(sentence) if sentence else ""

    def span(self, length: timedelta) -> str:
        """Format a length of time in its largest whole unit."""
        seconds = max(0, int(length.total_seconds()))
        if seconds < 60:
            return self.t("{n} s", n=seconds)
        if seconds < 3600:
            return self.t("{n} min", n=seconds // 60)
        if seconds < 2 * 86400:
            return self.t("{n} h", n=seconds // 3600)
        return self.t("{n} d", n=seconds // 86400)

    def size(self, count: int) -> str:
        """Format a number of bytes."""
        if count < 1 << 20:
            return self.t("{n} KB", n=max(1, round(count / 1024)))
        return self.t("{n} MB", n=round(count / (1 << 20)))

    def due(self, at: datetime, now: datetime) -> Due:
        if at <= now:
            return Due(self.t("{span} late", span=self.span(now - at)), "late")
        return Due(self.t("in {span}", span=self.span(at - now)), "soon" if at - now < _SOON else "fine")

    def event(self, line: Line, categories: Titles = MappingProxyType({})) -> str:
        """Return the sentence of an event; `categories` has the titles of each category by language."""
        label = self._label(line, categories)
        if label:
            return label
        if line.text.startswith(MERGED):
            other = int(line.text.removeprefix(MERGED))
            return self.t("{agent} merged question #{other} into this one", agent=line.author, other=other)
        if line.text.startswith(_PUBLIC):
            return self.t("Asked in public: {place}", place=line.text.removeprefix(_PUBLIC))
        if line.text.startswith(ASSIGNED):
            return self._assignment(line)
        if self.snoozed_until(line):
            return self.t("{agent} snoozed the question until", agent=line.author)
        pressed = sentence_of_press(line.text)
        if pressed is not None:
            return self.t(pressed) if pressed else self.t("The contact pressed a button")
        sentence = EVENTS.get(line.text)
        return self.t(sentence, agent=line.author or self.t("The bot")) if sentence else line.text

    def _label(self, line: Line, categories: Titles) -> str:
        """Return the sentence of a changed tag, category or language; "" for another event."""
        word, _, value = line.text.partition(" ")
        if line.kind is not MessageKind.EVENT:
            return ""
        match f"{word} ":
            case labelling.TAGGED:
                return self.t("{agent} added the tag “{tag}”", agent=line.author, tag=value)
            case labelling.UNTAGGED:
                return self.t("{agent} removed the tag “{tag}”", agent=line.author, tag=value)
            case labelling.CATEGORY if value:
                title = self.category(value, categories)
                return self.t("{agent} changed the category to “{category}”", agent=line.author, category=title)
            case labelling.CATEGORY:
                return self.t("{agent} took the question out of its category", agent=line.author)
            case labelling.LANGUAGE:
                name = LANGUAGE_NAMES.get(value, value)
                return self.t("{agent} changed the language to {name}", agent=line.author, name=name)
            case _:
                return ""

    def category(self, key: str | None, categories: Titles) -> str:
        """Return the title of a category in the reader's language; "" for none."""
        return title(key, dict(categories.get(key or "", {})), self.language)

    def snoozed_until(self, line: Line) -> datetime | None:
        """Return the time in the event of a snooze, which the sentence of `event` leaves to its reader."""
        word, _, at = line.text.partition(" ")
        return datetime.fromisoformat(at) if line.kind is MessageKind.EVENT and word == SNOOZED and at else None

    def _assignment(self, line: Line) -> str:
        lead, _, reason = line.text.removeprefix(ASSIGNED).partition("\n")
        if lead == line.author:
            sentence = self.t("{agent} took the question over", agent=line.author)
        else:
            sentence = self.t("{lead} gave the question to {agent}", lead=lead, agent=line.author)
        return f"{sentence}: {reason}" if reason else sentence

    def contents(self, contents: Sequence[Content]) -> tuple[ContentWords, ...]:
        """Describe what a message contains besides its text."""
        return describe(contents, self.t)

    def question(self, question: str) -> str:
        """Return a ticket's question; for one without words, its kind in the reader's language."""
        return question_words(question, self.t)

    def first_line(self, question: str) -> str:
        """Return the excerpt of a question that a list shows."""
        return self.question(question.strip()).partition("\n")[0] or "…"

    def name(self, name: str, contact_id: int) -> str:
        """Return a contact's name, or their number if the name cannot be read."""
        return readable(name) or self.t("Contact {number}", number=contact_id)

    def oversight(self, oversight: Oversight, text: str, language: str) -> str:
        """Return the sentence about what the author of a reply may have overlooked."""
        match oversight:
            case Oversight.CAPITALS:
                return self.t("It is written in capitals, which reads as shouting.")
            case Oversight.EMPTY_GREETING:
                return self.t("The greeting has no name.")
            case Oversight.OTHER_LANGUAGE:
                names = [LANGUAGE_NAMES.get(code, code) for code in (language, written_language(text))]
                return self.t("The contact writes in {theirs}, the reply is in {ours}.", theirs=names[0], ours=names[1])

    def barrier(self, barrier: Barrier, reason: str | None) -> str:
        """Return the sentence why a contact cannot be written to first."""
        match barrier:
            case Barrier.CHANNEL:
                return self.t("On this channel only the contact can begin a conversation.")
            case Barrier.ERASED:
                return self.t("The contact had everything erased, so they cannot be written to.")
            case Barrier.AGENT:
                return self.t("An agent receives pings on this account, and what it writes is not read.")
            case Barrier.MUTED:
                return self.t("The contact is marked as spam: let them write again first.")
            case Barrier.UNREACHABLE:
                why = self.translate(reason or "")
                return self.t("The contact cannot be written to at present: {reason}", reason=why)
            case Barrier.SILENT:
                return self.t("The contact has never written in private, so the platform takes no message to them.")
            case Barrier.BUSY:
                return self.t("The contact has {count} open questions: write in one of them.", count=MOST_OPEN)

    def problem(self, error: DeskError) -> str:
        """Return the sentence for a request that the desk refuses."""
        match error:
            case HeldError(holder=holder):
                return self.t("{agent} holds this question. You can leave a note for them.", agent=holder)
            case ClosedError():
                return self.t("This question is closed. Open it again first.")
            case EmptyTextError():
                return self.t("Write the words first.")
            case UnfilledPlaceholderError(placeholder=placeholder):
                return self.t(
                    "Fill in {placeholder} or remove it: the contact would read it as it stands.",
                    placeholder=f"{{{placeholder}}}",
                )
            case NotAllowedError():
                return self.t("Only leads and admins may do this.")
            case TooLongError(limit=limit):
                return self.t("The text is too long: {limit} characters at most.", limit=limit)
            case BarredError(barrier=barrier, reason=reason):
                return self.barrier(barrier, reason)
            case BadTagError(longest=longest, most=most):
                return self.t(
                    "A tag has 1 to {longest} characters, and a question at most {most} tags.",
                    longest=longest,
                    most=most,
                )
            case BadTimeError():
                return self.t("Choose a time in the future, at most a year ahead.")
            case TooLargeError(megabytes=megabytes, most=most):
                return self.t("Attach at most {most} files of up to {limit} MB each.", most=most, limit=megabytes)
            case TooManyViewsError():
                return self.t("There are {most} saved views already. Delete one first.", most=MOST_VIEWS)
            case ReasonMissingError():
                return self.t("Say why: the owner reads it in the thread.")
            case KeyUsedError():
                return self.t("This form was already sent with another text. To send this text too, send it once more.")
            case TooLateError():
                return self.t("It is too late to undo this: the contact was asked already. You can open it again.")
            case StateError():
                return self.t("The state of the message has changed: check its mark.")
            case _:
                return self.t("There is no such question, message or colleague.")
