"""Understand a contact's message once, at the start of a round; everything after that reads the value.

The words and patterns come from `knowledge.languages`. A message that they do not know is treated as a question.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import category

from bot.dialogue.understanding import wording
from bot.dialogue.understanding.person_wishes import find_wish
from handoff.messages.button_rules import Reply
from knowledge.languages import LANGUAGES, Command, Saying
from knowledge.languages.detection import language_of, words_of

_ALL = tuple(LANGUAGES.values())
_COMMANDS: dict[str, Command] = {
    "/start": "menu",
    "/help": "menu",
    "/topics": "topics",
    "/language": "language",
    "/export": "export",
    "/forget": "forget",
    "/my": "own",
    **{words: command for language in _ALL for command, messages in language.commands.items() for words in messages},
}
_LEAD_INS = frozenset[str]().union(*(language.lead_ins for language in _ALL))
_QUESTION_WORDS = frozenset[str]().union(*(language.question_words for language in _ALL))
_REQUESTS = frozenset[str]().union(*(language.requests for language in _ALL))
_PROBLEM = re.compile("|".join(pattern for language in _ALL for pattern in language.problem))
_MODIFIERS = re.compile("[\ufe00-\ufe0f\u200d\U0001f3fb-\U0001f3ff]")
_WAVES, _QUESTIONING = frozenset("👋🖐✋🙋"), frozenset("❓❔⁉🤔⚠🆘")
_AGREES, _DISAGREES = frozenset("👍👌✅🆗💯🤝☑✔➕"), frozenset("👎❌✖🚫🙅⛔😡🤬😠😤😢😭😞😔😟💔🤦")
_SMILEY = re.compile(r"[:;=8]?[-^]?[)D]+")
_PLUS = frozenset({"+", "++", "+++", "+1"})
_ASKED = frozenset({Saying.GREETING, Saying.THANKS, Saying.OPENING, Saying.PASS_ON})
"""What a message with a question mark can still say."""
_REPLIES = {
    Saying.UNSOLVED: Reply.UNHELPED,
    Saying.SOLVED: Reply.HELPED,
    Saying.PASS_ON: Reply.PASS_ON,
    Saying.CONSENT: Reply.YES,
    Saying.REFUSAL: Reply.NO,
}


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message, or a burst joined into one. The empty one says and shows nothing."""

    text: str = ""
    """Its words, without white space around them."""
    shows: bool = False
    """It holds something to look at besides words."""
    language: str = ""
    """The code of the language that it is written in; empty where it does not tell, as a command."""
    command: Command | None = None
    sayings: frozenset[Saying] = frozenset()
    """What it says, if it says nothing else; "OK" agrees, and may as well be thanks."""
    choice: int | None = None
    """The number of the choice that it names; 0 for none of them, `wording.LAST` for the last."""
    reports_problem: bool = False
    """It may report that a problem persists; in other words than a short message, too."""
    wants_person: bool = False
    """It asks for a person rather than for an answer."""
    matter: str = ""
    """What it says besides that, for the person to read."""
    nudges: bool = False
    """It only asks how much longer it takes."""
    has_content: bool = True
    """It says more than the short messages do; with a question mark they say nothing certain, and no more."""
    asks: bool = False
    """It has the form of a question or a wish: how it begins, or a question mark at its end."""

    @property
    def greets(self) -> bool:
        """It greets and says nothing else."""
        return Saying.GREETING in self.sayings

    @property
    def gives_thanks(self) -> bool:
        """It thanks, agrees or says that something helped, and nothing else."""
        return Saying.THANKS in self.sayings

    @property
    def consents(self) -> bool:
        """It agrees to an offer, and says nothing else."""
        return Saying.CONSENT in self.sayings

    @property
    def passes_on(self) -> bool:
        """It asks to pass the question to people, without telling it."""
        return Saying.PASS_ON in self.sayings

    @property
    def opens(self) -> bool:
        """It announces a question without asking it."""
        return Saying.OPENING in self.sayings

    @property
    def cancels(self) -> bool:
        """It cancels what is under way."""
        return Saying.CANCEL in self.sayings

    @property
    def replies(self) -> tuple[Reply, ...]:
        """What it answers the bot, as people say it instead of pressing a button; the likeliest first."""
        replies = tuple(reply for saying, reply in _REPLIES.items() if saying in self.sayings)
        return (*replies, Reply.AGREE) if self.consents and not self.gives_thanks else replies

    @property
    def wants_only_person(self) -> bool:
        """It asks for a person and says nothing else: the question must be found elsewhere."""
        return self.wants_person and not self.matter

    @property
    def is_courtesy(self) -> bool:
        """A greeting, thanks or an opening: nothing to look up or to pass on."""
        return self.greets or self.gives_thanks or self.opens

    @property
    def has_words(self) -> bool:
        """It contains a letter or a digit."""
        return any(map(str.isalnum, self.text))


def asks_back(text: str) -> bool:
    """Decide whether an agent's words ask the contact for something."""
    return "?" in text or not _REQUESTS.isdisjoint(words_of(text.lower()))


def read_utterance(text: str, *, shows: bool = False) -> Utterance:
    """Understand a message by its `text`; `shows` says whether it holds something to look at besides words."""
    text = wording.clean(text)
    if not text:
        return Utterance(shows=shows)
    if text.startswith("/"):
        sayings = frozenset({Saying.CANCEL}) if text.lower() == "/cancel" else frozenset[Saying]()
        return Utterance(text=text, shows=shows, command=_command(text.lower()), sayings=sayings)
    lowered, found = text.lower(), wording.words_in(text)
    words = [word.text for word in found]
    plain = words_of(text)
    is_question = _asks(plain)
    sayings = _sayings(text, words) - (frozenset({Saying.SOLVED}) if is_question else frozenset())
    wish = find_wish(text, found) if Saying.OPENING not in sayings else None
    return Utterance(
        text=text,
        shows=shows,
        language=language_of(text, ""),
        command=_command(lowered),
        sayings=sayings,
        choice=None if "?" in text else wording.read_choice(words),
        reports_problem=Saying.UNSOLVED in sayings or _PROBLEM.search(" ".join(words)) is not None,
        wants_person=wish is not None,
        matter=wish.matter if wish else "",
        nudges=wording.is_nudge(words, asks="?" in text) or ("?" in text and not words),
        has_content=not wording.is_small_talk(words),
        asks=text.endswith("?") or is_question,
    )


def begins_as_question(text: str) -> bool:
    """Decide whether the first word is a question word, after words like "and" and "please"."""
    return _asks(words_of(text))


def _asks(plain: Sequence[str]) -> bool:
    return next((word for word in plain if word not in _LEAD_INS), "") in _QUESTION_WORDS


def _command(lowered: str) -> Command | None:
    words = " ".join(lowered.strip(" .!?").split())
    # In Telegram a command may name its bot.
    return _COMMANDS.get(words.partition("@")[0] if words.startswith("/") else words)


def _sayings(text: str, words: Sequence[str]) -> frozenset[Saying]:
    if not words or text in _PLUS:
        return _shown_sayings(text)
    said = {saying for saying in wording.MESSAGES if wording.says(words, saying)}
    if "?" in text:
        return frozenset(said & _ASKED)
    if Saying.UNSOLVED in said:  # "unfortunately it is back" has words of both
        said.discard(Saying.SOLVED)
    if Saying.SOLVED in said:  # "thanks, all is well" needs no person any more
        said = said - {Saying.CONSENT} | {Saying.THANKS}
    return frozenset(said)


def _shown_sayings(text: str) -> frozenset[Saying]:
    """Return what a message says that has only emoji, smileys and punctuation."""
    if "?" in text:
        return frozenset()
    if text in _PLUS:
        return frozenset({Saying.CONSENT, Saying.THANKS})
    shown = {letter for letter in _MODIFIERS.sub("", text) if category(letter) in {"So", "Sk"} or letter in _AGREES}
    if shown & _DISAGREES:
        return frozenset({Saying.REFUSAL, Saying.UNSOLVED})
    if shown & _AGREES:
        return frozenset({Saying.CONSENT, Saying.SOLVED, Saying.THANKS})
    if shown and shown <= _WAVES:
        return frozenset({Saying.GREETING})
    return frozenset({Saying.THANKS}) if shown - _QUESTIONING or _SMILEY.fullmatch(text) else frozenset()
