"""Buttons that contacts can press: meaning, payload and behaviour of each.

An `Action` has one frozen payload class. The column `choice.action` holds the action, `choice.data` the payload as
encoded by `encode`; `decode` reads rows of every earlier version. docs/decisions/0039 has the reasons.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import get_args

from handoff.messages.button_rules import (
    ANSWERS,
    CHOOSES,
    CHOSEN,
    LOOKS,
    ONCE,
    ButtonPayload,
    FormButton,
    Listing,
    Meaning,
    QuestionButton,
    Reply,
    Rule,
    TicketButton,
)
from infra.wording import mark


class Action(StrEnum):
    """Effect of pressing a button. The values are stored in databases: add new ones, never change them."""

    TOPICS = "topics"
    TOPIC = "topic"
    READ = "read"
    OWN = "own"
    OWN_ONE = "own_one"
    ADD = "add"
    WITHDRAW = "withdraw"
    KEEP_OPEN = "keep_open"
    REOPEN = "reopen"
    SPEAK = "speak"
    ASK_PERSON = "ask_person"
    NOT_NOW = "not_now"
    HELPED = "helped"
    NOT_HELPED = "not_helped"
    UNCLEAR = "unclear"
    DISLIKED = "disliked"
    STILL = "still"
    PICK = "pick"
    NONE_FITS = "none_fits"
    SOMETHING_ELSE = "something_else"
    NEW_QUESTION = "new_question"
    SKIP_MATTER = "skip_matter"
    FORM_GO = "form_go"
    FORM_SKIP = "form_skip"
    FORM_BACK = "form_back"
    FORM_PICK = "form_pick"
    FORM_AS_IS = "form_as_is"
    FORM_CANCEL = "form_cancel"
    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
    STARS = "stars"
    RATE = "rate"
    ENOUGH = "enough"
    FORGET = "forget"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Retired(ButtonPayload):
    """A button whose action no longer exists."""

    rule = ONCE
    former: str = ""

    @property
    def name(self) -> str:
        return self.former


# --- looking around ---------------------------------------------------------------------------------------------------


class Topics(Listing):
    """Shows the categories."""

    action = Action.TOPICS


@dataclass(frozen=True, slots=True)
class Topic(Listing):
    """Shows the questions of a category in one language."""

    action = Action.TOPIC
    lang: str = ""
    category: str = ""


class Own(Listing):
    """Shows the contact's questions to people."""

    action = Action.OWN


@dataclass(frozen=True, slots=True)
class Read(ButtonPayload):
    """Opens an entry that was found among the topics."""

    action = Action.READ
    rule = Rule(once=False, shows=None)
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class Speak(ButtonPayload):
    """Chooses the language."""

    action = Action.SPEAK
    rule = Rule(once=False, shows=CHOSEN)
    language: str = ""


# --- a ticket ---------------------------------------------------------------------------------------------------------


class OwnOne(TicketButton):
    """Shows it."""

    action = Action.OWN_ONE
    rule = LOOKS


class Add(TicketButton):
    """Adds the next message to it."""

    action = Action.ADD
    rule = LOOKS


class Withdraw(TicketButton):
    """Withdraws it; a late press shows its state."""

    action = Action.WITHDRAW
    rule = Rule(once=False, replies=(Meaning(Reply.YES, beside=Action.KEEP_OPEN),))


class KeepOpen(TicketButton):
    """Does not withdraw it."""

    action = Action.KEEP_OPEN
    rule = Rule(once=True, replies=(Meaning(Reply.NO, beside=Action.WITHDRAW),))


class Reopen(TicketButton):
    """Reopens it from the list of questions; a late press shows its state."""

    action = Action.REOPEN
    rule = ANSWERS


class Solved(TicketButton):
    """Confirms that it is solved."""

    action = Action.SOLVED
    rule = Rule(
        once=True,
        shows=CHOSEN,
        replies=(Meaning(Reply.HELPED, beside=Action.NOT_SOLVED), Meaning(Reply.YES, beside=Action.NOT_SOLVED)),
    )


class NotSolved(TicketButton):
    """Reopens it, or continues it with the agent who has it."""

    action = Action.NOT_SOLVED
    rule = Rule(once=True, replies=(Meaning(Reply.NO, Action.SOLVED), Meaning(Reply.YES, Action.NEW_QUESTION)))


class Stars(TicketButton):
    """Asks for a rating of the help."""

    action = Action.STARS
    rule = Rule(once=True, shows=None, unseen=True)


@dataclass(frozen=True, slots=True)
class Rate(TicketButton):
    """Rates the help from 1 to 5."""

    action = Action.RATE
    rule = CHOOSES
    stars: int = 0


class Enough(ButtonPayload):
    """Adds no comment to a rating."""

    action = Action.ENOUGH
    rule = ONCE


# --- a question and what was found ------------------------------------------------------------------------------------


class AskPerson(QuestionButton):
    """Passes the question to a person."""

    action = Action.ASK_PERSON
    rule = Rule(
        once=True,
        shows=CHOSEN,
        at_desk=mark("The contact asked for a person"),
        replies=(Meaning(Reply.PASS_ON), Meaning(Reply.AGREE), Meaning(Reply.YES, beside=Action.NOT_NOW)),
    )


class NotNow(QuestionButton):
    """Declines a person."""

    action = Action.NOT_NOW
    rule = Rule(
        once=True,
        at_desk=mark("The contact did not want a person"),
        replies=(Meaning(Reply.NO, beside=Action.ASK_PERSON),),
    )


class Helped(QuestionButton):
    """The answer helped."""

    action = Action.HELPED
    rule = Rule(
        once=True,
        shows=CHOSEN,
        at_desk=mark("The contact says that the answer helped"),
        outcome="helped",
        replies=(Meaning(Reply.HELPED), Meaning(Reply.YES, Action.NOT_HELPED), Meaning(Reply.YES, Action.ASK_PERSON)),
    )


class NotHelped(QuestionButton):
    """The answer did not help."""

    action = Action.NOT_HELPED
    rule = Rule(
        once=True,
        at_desk=mark("The contact says that the answer did not help"),
        outcome="not_helped",
        replies=(Meaning(Reply.UNHELPED), Meaning(Reply.NO, beside=Action.HELPED)),
    )


class Unclear(QuestionButton):
    """The answer is unclear."""

    action = Action.UNCLEAR
    rule = Rule(once=True, at_desk=mark("The contact finds the answer unclear"), outcome="unclear")


class Disliked(QuestionButton):
    """The answer is clear and unwelcome."""

    action = Action.DISLIKED
    rule = Rule(once=True, at_desk=mark("The contact does not like how it works"), outcome="disliked")


class Still(QuestionButton):
    """Passes the question to a person after an answer that did not help."""

    action = Action.STILL
    rule = Rule(once=True, at_desk=mark("The contact still has questions"))


class Pick(QuestionButton):
    """Chooses one of the suggested entries."""

    action = Action.PICK
    rule = Rule(once=False, shows=CHOSEN, keeps_others=True, at_desk=mark("The contact chose one of the answers"))


class NoneFits(QuestionButton):
    """Refuses all suggested entries."""

    action = Action.NONE_FITS
    rule = Rule(
        once=True,
        at_desk=mark("None of the choices fitted"),
        outcome="none_fits",
        replies=(Meaning(Reply.UNHELPED), Meaning(Reply.NO)),
    )


class SomethingElse(QuestionButton):
    """Rejects the entry that was taken for the question, and shows the other plausible ones."""

    action = Action.SOMETHING_ELSE
    rule = Rule(once=True, at_desk=mark("The contact meant something else"), outcome="something_else")


class NewQuestion(QuestionButton):
    """Declares that the last message, or the next one, is a new question."""

    action = Action.NEW_QUESTION
    rule = Rule(
        once=True,
        at_desk=mark("The contact says that it is a new question"),
        replies=(Meaning(Reply.NO, Action.NOT_SOLVED),),
    )

    @property
    def once(self) -> bool:
        return bool(self.question)


class SkipMatter(ButtonPayload):
    """Asks for a person without saying what it is about."""

    action = Action.SKIP_MATTER
    rule = Rule(
        once=True,
        shows=CHOSEN,
        at_desk=mark("The contact did not say what it is about"),
        replies=(Meaning(Reply.PASS_ON),),
    )


# --- a form -----------------------------------------------------------------------------------------------------------


class FormGo(FormButton):
    """Continues it."""

    action = Action.FORM_GO


class FormSkip(FormButton):
    """Skips the field."""

    action = Action.FORM_SKIP


class FormBack(FormButton):
    """Returns to the previous field."""

    action = Action.FORM_BACK


@dataclass(frozen=True, slots=True)
class FormPick(FormButton):
    """Answers with one of the field's choices."""

    action = Action.FORM_PICK
    rule = Rule(once=False, shows=CHOSEN)
    picked: str = ""


@dataclass(frozen=True, slots=True)
class FormAsIs(FormButton):
    """Answers with what was written, though it does not fit the field."""

    action = Action.FORM_AS_IS
    rule = Rule(once=False, shows=CHOSEN, replies=(Meaning(Reply.YES), Meaning(Reply.PASS_ON)))
    picked: str = ""


class FormCancel(FormButton):
    """Cancels it."""

    action = Action.FORM_CANCEL


# --- the contact's own data -------------------------------------------------------------------------------------------


class Forget(ButtonPayload):
    """Erases everything about the contact."""

    action = Action.FORGET
    rule = ONCE


class Keep(ButtonPayload):
    """Erases nothing."""

    action = Action.KEEP
    rule = ONCE


Payload = (
    Topics | Topic | Read | Own | OwnOne | Add | Withdraw | KeepOpen | Reopen | Speak | AskPerson | NotNow | Helped
    | NotHelped | Unclear | Disliked | Still | Pick | NoneFits | SomethingElse | NewQuestion | SkipMatter | FormGo
    | FormSkip | FormBack | FormPick | FormAsIs | FormCancel | Solved | NotSolved | Stars | Rate | Enough | Forget
    | Keep | Retired
)  # fmt: skip
"""Union of all buttons. mypy rejects a program in which `decide_press` leaves one of them out."""

PAYLOADS: dict[str, type[Payload]] = {kind.action: kind for kind in get_args(Payload) if kind is not Retired}
"""By action."""
