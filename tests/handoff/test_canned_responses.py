"""Canned responses on both databases: who sees and edits which, what is filled in, and what blocks a reply."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete as delete_rows
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.canned_responses.models import CannedResponse, CannedStarter
from handoff.canned_responses.placeholders import NAMES, Values, placeholders_in, values_for
from handoff.canned_responses.responses import (
    CannedDraft,
    CannedView,
    count_use,
    create,
    delete,
    edit,
    find,
    install_starters,
    list_visible,
    require_filled,
    search,
)
from handoff.canned_responses.starter_set import STARTERS
from handoff.errors import EmptyTextError, NotAllowedError, NotFoundError, UnfilledPlaceholderError
from handoff.models import Contact, Role, Ticket
from handoff.people.agents import AgentView
from handoff.tickets import queue
from handoff.tickets.wait_estimate import FEWEST
from knowledge.languages import LANGUAGES
from knowledge.languages.detection import language_of
from tests.handoff.floor import Floor

DRAFT = CannedDraft("Greeting", "Hello {name}")


def lead(agent: AgentView) -> AgentView:
    return replace(agent, role=Role.LEAD)


async def titles(floor: Floor, agent: AgentView) -> list[str]:
    return [view.title for view in await floor.do(lambda session: list_visible(session, agent.id))]


async def test_an_agent_sees_the_shared_ones_and_their_own(floor: Floor) -> None:
    maria, boris = await floor.agent("Maria"), await floor.agent("Boris")
    for agent, title, shared in ((maria, "hers", False), (boris, "his", False), (lead(boris), "all", True)):
        draft = CannedDraft(title, "words", shared=shared)
        await floor.do(lambda session, agent=agent, draft=draft: create(session, draft, agent, floor.clock()))  # type: ignore[misc]
    assert sorted(await titles(floor, maria)) == ["all", "hers"]
    assert sorted(await titles(floor, boris)) == ["all", "his"]


async def test_agents_edit_their_own_and_leads_the_shared_ones(floor: Floor) -> None:
    maria, boris = await floor.agent("Maria"), await floor.agent("Boris")
    own = await floor.do(lambda session: create(session, DRAFT, maria, floor.clock()))
    shared = await floor.do(lambda session: create(session, replace(DRAFT, shared=True), lead(boris), floor.clock()))
    with pytest.raises(NotAllowedError):
        await floor.do(lambda session: create(session, replace(DRAFT, shared=True), maria, floor.clock()))
    with pytest.raises(NotAllowedError):
        await floor.do(lambda session: edit(session, own, replace(DRAFT, shared=True), maria, floor.clock()))
    with pytest.raises(NotAllowedError):
        await floor.do(lambda session: edit(session, shared, DRAFT, maria, floor.clock()))
    with pytest.raises(NotAllowedError):
        await floor.do(lambda session: delete(session, shared, maria))
    with pytest.raises(NotFoundError):  # not even a lead reads what a colleague keeps for themselves
        await floor.do(lambda session: edit(session, own, DRAFT, lead(boris), floor.clock()))
    with pytest.raises(NotFoundError):
        await floor.do(lambda session: delete(session, own, lead(boris)))
    await floor.do(lambda session: edit(session, own, replace(DRAFT, title="Mine"), maria, floor.clock()))
    await floor.do(lambda session: delete(session, shared, lead(boris)))
    assert await titles(floor, maria) == ["Mine"]


async def test_it_is_stored_tidy(floor: Floor) -> None:
    maria = await floor.agent("Maria")
    draft = CannedDraft(" A \n title\x00 ", "\r\none\r\ntwo \n", "  folder\t1 ", "xx")
    number = await floor.do(lambda session: create(session, draft, maria, floor.clock()))
    kept = await floor.do(lambda session: find(session, number, maria.id))
    assert kept == CannedView(number, "A title", "one\ntwo", "folder 1")
    for empty in (CannedDraft("", "words"), CannedDraft("title", " \n ")):
        with pytest.raises(EmptyTextError):
            await floor.do(lambda session, empty=empty: create(session, empty, maria, floor.clock()))  # type: ignore[misc]


async def test_the_most_used_come_first(floor: Floor) -> None:
    maria, boris = await floor.agent("Maria"), await floor.agent("Boris")
    first, second = [
        await floor.do(
            lambda session, title=title: create(session, CannedDraft(title, "words"), maria, floor.clock())  # type: ignore[misc]
        )
        for title in ("first", "second")
    ]
    await floor.do(lambda session: count_use(session, second, maria.id))
    await floor.do(lambda session: count_use(session, first, boris.id))  # who does not see it does not use it
    await floor.do(lambda session: count_use(session, 10**9, maria.id))
    found = await floor.do(lambda session: list_visible(session, maria.id))
    assert [(view.title, view.uses) for view in found] == [("second", 1), ("first", 0)]


def test_the_search_prefers_the_contacts_language_then_titles_then_use() -> None:
    def view(number: int, title: str, language: str, *, text: str = "words", uses: int = 0) -> CannedView:
        return CannedView(number, title, text, "Вход", language, uses=uses)

    views = [
        view(1, "Password", "en", uses=9),
        view(2, "Пароль", "ru"),
        view(3, "Коды", "ru", text="про пароль", uses=5),
        view(4, "Any", "", uses=7),
        view(5, "Ссылка", "ru", uses=3),
    ]
    assert [found.id for found in search(views, "", "ru")] == [3, 5, 2, 4, 1]
    assert [found.id for found in search(views, "ПАРОЛЬ", "ru")] == [2, 3]
    assert [found.id for found in search(views, "вход коды", "ru")] == [3]
    assert search(views, "nothing of it", "ru") == ()


# --- placeholders -----------------------------------------------------------------------------------------------------


def test_values_are_filled_once_and_unknown_ones_stay() -> None:
    values = Values(name="{ticket} Ann", ticket="7")
    assert values.fill("{name}, №{ticket}: {agent} {wait} {order} {Name} { name }") == (
        "{ticket} Ann, №7: {agent} {wait} {order} {Name} { name }"
    )


def test_placeholders_in_code_are_not_placeholders() -> None:
    text = "{name} and {name}, `f{ticket}` {заказ}\n```\nx = {agent}\n``` {1} {} {a b} ```{wait}"
    assert placeholders_in(text) == ("name", "заказ")


async def test_the_values_of_a_ticket(floor: Floor) -> None:
    number = await floor.asks(contact_id=await floor.contact(language="ru"))

    async def values(agent_name: str) -> Values:
        def work(session: Session) -> Values:
            one = queue.ticket(session, number, floor.clock())
            assert one is not None
            return values_for(session, one, agent_name, floor.clock())

        return await floor.do(work)

    found = await values("Мария Петровна")
    assert (found.ticket, found.agent, found.wait) == (str(number), "Мария", "")  # no figure supports a wait yet
    contact = (await floor.ticket(number)).contact_id

    def rename(session: Session) -> None:
        session.get_one(Contact, contact).name = " Анна \u202e П. "

    await floor.do(rename)
    for _ in range(FEWEST):
        other = await floor.asks()

        def answered(session: Session, other: int = other) -> None:
            session.get_one(Ticket, other).first_reply_at = floor.clock() + timedelta(hours=3)

        await floor.do(answered)
    assert await values("") == Values(name="Анна П.", ticket=str(number), agent="", wait="3 часа")


async def test_a_reply_with_an_unfilled_placeholder_is_refused_by_its_name(floor: Floor) -> None:
    maria, boris = await floor.agent("Maria"), await floor.agent("Boris")
    await floor.do(
        lambda session: create(session, CannedDraft("Order", "Your order {order_no}: {name}"), maria, floor.clock())
    )

    async def refused(text: str, agent: AgentView = maria) -> str | None:
        try:
            await floor.do(lambda session: require_filled(session, agent.id, text))
        except UnfilledPlaceholderError as error:
            return error.placeholder
        return None

    for name in NAMES:
        assert await refused(f"Hello {{{name}}}!") == name
    assert await refused("Your order {order_no}: Ann") == "order_no"
    assert await refused("Your order {order_no}: Ann", boris) is None  # no text of his brings it
    for code in ("function() {return}", "use {id} here", "`{name}`", "```\n{name}\n```", "{}", "{ name }", "plain"):
        assert await refused(code) is None, code


# --- the starter set --------------------------------------------------------------------------------------------------


async def test_the_starter_set_is_installed_once(floor: Floor) -> None:
    assert await floor.do(lambda session: install_starters(session, floor.clock())) == len(STARTERS)
    gone = STARTERS[0]
    await floor.do(
        lambda session: session.execute(delete_rows(CannedResponse).where(CannedResponse.title == gone.title))
    )
    assert await floor.do(lambda session: install_starters(session, floor.clock())) == 0
    kept = await floor.do(lambda session: list(session.scalars(select(CannedResponse.title))))
    assert gone.title not in kept
    assert len(kept) == len(STARTERS) - 1
    newer = STARTERS[1].key  # what a later version adds is installed, too
    await floor.do(lambda session: session.execute(delete_rows(CannedStarter).where(CannedStarter.key == newer)))
    assert await floor.do(lambda session: install_starters(session, floor.clock())) == 1


def test_the_starters_are_complete_in_every_language() -> None:
    by_language = {code: [starter for starter in STARTERS if starter.language == code] for code in LANGUAGES}
    keys = {code: [one.key.removeprefix(f"{code}-") for one in starters] for code, starters in by_language.items()}
    assert len({tuple(found) for found in keys.values()}) == 1
    assert all(len(starter.key) <= 40 for starter in STARTERS)
    for code, starters in by_language.items():
        assert len({starter.title for starter in starters}) == len(starters) >= 10
        for starter, other in zip(starters, by_language["en"], strict=True):
            assert language_of(starter.text, "") in {code, ""}
            assert set(placeholders_in(starter.text)) == set(placeholders_in(other.text)), starter.key
            assert CannedDraft(starter.title, starter.text, starter.folder, code).tidy().text == starter.text
