"""Long walks through the dialogue, by chance: whatever people do, in whatever order, these things hold."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.dialogue import MOST_OPEN
from tests.walk.world import House, Reaction, World

TEXTS = st.sampled_from(
    [
        *("не помню пароль", "музыка", "жалоба на оскорбления", "взломали страницу", "погода на луне", "почём билеты"),
        *("привет", "спасибо", "ну что там?", "оператор", "/start", "/my", "темы", "/language", "отмена", "???", "42"),
        *(
            "хорошо",
            "вопрос снят",
            "да, передайте",
            "ладно, давайте",
            "👍",
            "нет",
            "не помогло",
            "можно вопрос?",
            "передайте это людям",
        ),
        *("example.org/anna", "1.3.2026", "+7 912 345-67-89", "и ещё звук пропал", "нет звука", "/start ask"),
    ]
)
_ERASING = frozenset({"forget", "keep"})
_ANSWERS = frozenset({"helped", "not_helped", "pick", "none_fits", "something_else", "ask_person"})
_CONSENTS = frozenset({"", "…", "хорошо", "да, передайте", "ладно, давайте", "👍", "передайте это людям"})
_FROM_HELP = ("Это ответ из справки", "This is from the help", "Ez a súgóból való")
_PATIENCE = ("ещё ждёт агента", "is still waiting for a person", "még munkatársra vár")


class Walk(RuleBasedStateMachine):
    """A contact writes, presses, edits and quotes; an agent answers and closes; time passes."""

    house: House

    @initialize()
    def begins(self) -> None:
        self.world = World(self.house)

    # --- the contact

    @rule(text=TEXTS)
    def writes(self, text: str) -> None:
        self._judge(*self.world.writes(text))

    @rule(hours=st.sampled_from([0.01, 0.6, 30, 400]), text=TEXTS)
    def comes_back(self, hours: float, text: str) -> None:
        self.world.waits(hours)
        self._judge(*self.world.writes(text))

    @rule()
    def sends_a_picture(self) -> None:
        self._judge(*self.world.writes("", photo=True))

    @rule(data=st.data(), text=TEXTS)
    def quotes(self, data: st.DataObject, text: str) -> None:
        ids = self.world.shown() + self.world.written()
        self._judge(*self.world.writes(text, reply_to=data.draw(st.sampled_from(ids)) if ids else ""))

    @rule(data=st.data())
    def presses(self, data: st.DataObject) -> None:
        offered = [choice for choice in self.world.choices() if choice.action not in _ERASING]
        if not offered:
            return
        # The latest are pressed more often, but none is ever too old.
        choice = data.draw(st.sampled_from(offered[-8:]) | st.sampled_from(offered))
        reaction = self.world.presses(choice.id)
        assert reaction.seen == 1 or (choice.used and reaction.seen == 0), (choice, reaction)
        self._opened(reaction)

    @rule(data=st.data(), text=TEXTS)
    def edits(self, data: st.DataObject, text: str) -> None:
        if written := self.world.written():
            assert self.world.edits(data.draw(st.sampled_from(written)), text).seen == 0

    @rule()
    def wants_a_person(self) -> None:
        """Every state offers a way to an agent."""
        self._judge(*self.world.writes("позовите оператора"))
        if not self.world.live():  # the bot asked what it is about
            self._judge(*self.world.writes("оператора, пожалуйста"))
        assert self.world.live()

    # --- the agent

    @precondition(lambda self: bool(self.world.live()))
    @rule(data=st.data())
    def is_answered(self, data: st.DataObject) -> None:
        self.world.answered(data.draw(st.sampled_from(self.world.live())), "Ответ")

    @precondition(lambda self: bool(self.world.live()))
    @rule(data=st.data())
    def is_solved(self, data: st.DataObject) -> None:
        self.world.solved(data.draw(st.sampled_from(self.world.live())))

    # --- what always holds

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self._nothing_was_acknowledged_twice()
            self.world.close()

    def _nothing_was_acknowledged_twice(self) -> None:
        """After an agent's last message, a contact who asks again is informed once."""
        told: dict[int | None, int] = {}
        for message in self.world.said():
            if message.agent is not None:
                told[message.ticket] = 0
            elif any(words in message.text for words in _PATIENCE):
                told[message.ticket] = told.get(message.ticket, 0) + 1
                assert told[message.ticket] == 1, message

    def _judge(self, reaction: Reaction, ticket: int | None) -> None:
        # Every message has a response or a mark, and never two responses.
        assert not reaction.changed, reaction
        assert len(reaction.posted) == 1 or (not reaction.posted and reaction.marked), reaction
        live = self.world.live()
        if ticket is not None and ticket in live and ticket not in reaction.opened:
            # A person has it: the bot answers from the help only, says so, and never while they are replying.
            answers = _ANSWERS & self.world.offers([posted.id for posted in reaction.posted])
            assert not answers or reaction.posted[0].text.startswith(_FROM_HELP), reaction
            assert not answers or not self.world.attended(), reaction
        self._opened(reaction)

    def _opened(self, reaction: Reaction) -> None:
        """No ticket without a word to the contact, and never more than may be open at once."""
        assert len(reaction.opened) <= 1
        assert len(self.world.live()) <= MOST_OPEN
        for ticket in reaction.opened:
            assert ticket in self.world.live()
            assert any(str(ticket) in posted.text for posted in reaction.posted), reaction
            # Consent is never the question: what it consents to is.
            assert self.world.question(ticket) not in _CONSENTS, reaction


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    opened = House()
    yield opened
    asyncio.run(opened.close())


@pytest.mark.long
@pytest.mark.timeout(600)
def test_whatever_people_do(house: House) -> None:
    walk(house, runs=30)


def walk(house: House, runs: int) -> None:
    machine = type("Walk", (Walk,), {"house": house})
    run_state_machine_as_test(
        machine,
        settings=settings(
            phases=[Phase.generate],
            max_examples=runs,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
