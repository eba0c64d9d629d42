"""Text and buttons of an answer, of choices, and of the question why an answer did not help."""

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from bot.dialogue.decisions import AskWhy, GiveAnswer, Suggest, Trail
from bot.views.other_language import button, with_remark
from bot.views.wait_times import forecast
from bot.wording import WORDS
from handoff.deliveries.new_rows import Choice
from handoff.messages import buttons
from handoff.messages.button_rules import QuestionButton
from handoff.messages.rich_text import from_markdown, units
from handoff.messages.values import Entity, EntityKind, RichText
from handoff.tickets.wait_estimate import Outlook
from knowledge.entries.repository import EntryView

_Q = TypeVar("_Q", bound=QuestionButton)


def make_button(
    kind: type[_Q],
    lookup: int | None,
    entry: EntryView | None,
    question: str,
    trail: Trail,
    others: Sequence[EntryView] = (),
) -> _Q:
    """Return a button under what was found for the question."""
    rest = tuple(other.id for other in others)
    number = entry.id if entry else None
    return kind(lookup, number, question, trail.asked, trail.shown, trail.apart, others=rest)


def join(first: RichText, second: RichText) -> RichText:
    """Return both texts with an empty line between them."""
    shift = units(first.text) + 2
    moved = tuple(Entity(e.kind, e.offset + shift, e.length, e.url) for e in second.entities)
    return RichText(f"{first.text}\n\n{second.text}", first.entities + moved)


def render_answer(decision: GiveAnswer, language: str) -> RichText:
    """Return the answer below the entry's question; a likely one says that the question is a guess."""
    entry = decision.entry
    title = with_remark(entry.question, language, entry.lang)
    words = WORDS.text(language, "I think you are asking: {question}", question=title) if decision.likely else title
    start = units(words[: words.rindex(title)])
    head = RichText(words, (Entity(EntityKind.BOLD, start, units(entry.question)),))
    answer = join(head, from_markdown(entry.answer))
    if decision.beside is None:
        return answer
    source = WORDS.text(
        language, "This is from the help; question #{number} stays with the agent.", number=decision.beside
    )
    return join(RichText(source), answer)


def list_buttons(decision: GiveAnswer, language: str, lookup: int | None, trail: Trail) -> list[Choice]:
    """Return the buttons below an answer."""
    entry, others = decision.entry, decision.others
    about = partial(make_button, lookup=lookup, question=decision.question, trail=trail)
    choices = [Choice(WORDS.text(language, "This helped"), about(buttons.Helped, entry=entry))]
    if decision.hand_off:
        return choices
    if entry.handoff == "always" and (decision.browsed or decision.likely):
        choices.append(Choice(WORDS.text(language, "Ask a person"), about(buttons.AskPerson, entry=entry)))
    else:
        label = WORDS.text(language, "This doesn't solve my problem")
        choices.append(Choice(label, about(buttons.NotHelped, entry=entry, others=others)))
    if decision.likely and others:
        choices.append(_something_else(language, about(buttons.SomethingElse, entry=None, others=others)))
    return choices


def render_reasons(decision: AskWhy, language: str, outlook: Outlook | None) -> tuple[RichText, list[Choice]]:
    """Return the question why an answer did not help; `outlook` is the wait for a person, None if none is offered."""
    about = partial(make_button, lookup=decision.lookup, question=decision.question, trail=decision.trail)
    entry = decision.entry
    choices = [
        Choice(WORDS.text(language, "The answer is unclear"), about(buttons.Unclear, entry=entry)),
        Choice(WORDS.text(language, "I don't like how it works"), about(buttons.Disliked, entry=entry)),
    ]
    if decision.others:
        other = about(buttons.SomethingElse, entry=None, others=decision.others)
        choices.append(_something_else(language, other))
    words = [WORDS.text(language, "What is wrong with this answer?")]
    if outlook is not None:
        choices.append(Choice(WORDS.text(language, "I still have questions"), about(buttons.Still, entry=entry)))
        words += [
            WORDS.text(language, "If you still have questions, a person will answer."),
            *forecast(language, outlook),
        ]
    return RichText("\n".join(words)), choices


def list_choices(decision: Suggest, language: str, lookup: int | None, trail: Trail) -> list[Choice]:
    """Return the entries as buttons, and the one that refuses them all."""
    about = partial(make_button, lookup=lookup, question=decision.question, trail=trail)
    choices = [
        Choice(button(entry.question, language, entry.lang), about(buttons.Pick, entry=entry))
        for entry in decision.entries
    ]
    return [*choices, Choice(WORDS.text(language, "None of these"), about(buttons.NoneFits, entry=None))]


def _something_else(language: str, payload: buttons.SomethingElse) -> Choice:
    return Choice(WORDS.text(language, "I meant something else"), payload)
