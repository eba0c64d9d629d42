"""A private link opens one conversation until it is replaced or expires; the database does not contain it."""

import pytest
from sqlalchemy import select

from handoff.messages.values import Address
from handoff.people.models import PrivateLink
from handoff.people.private_links import LinkRules, link_of, open_link, replace_link
from tests.handoff.floor import Floor

ANNA = Address("web:main", "anna")
SECRET = "s" * 43
RULES = LinkRules(days=90)


async def shown(floor: Floor, rules: LinkRules = RULES) -> str:
    return await floor.do(lambda session: link_of(session, ANNA, SECRET, floor.clock(), rules))


async def opens(floor: Floor, token: str, *, use: bool = False, rules: LinkRules = RULES) -> str | None:
    return await floor.do(lambda session: open_link(session, token, floor.clock(), rules, use=use))


async def test_a_link_opens_its_conversation_and_is_shown_again(floor: Floor) -> None:
    token = await shown(floor)
    assert await shown(floor) == token
    assert await opens(floor, token) == SECRET
    for other in (SECRET, token[:-1], token + "x", ""):
        assert await opens(floor, other) is None


@pytest.mark.parametrize("use", ["opened", "looked at"])
async def test_a_link_expires_unless_it_is_used(floor: Floor, use: str) -> None:
    token = await shown(floor)
    for _ in range(3):
        floor.clock.passes(days=89)
        assert await opens(floor, token, use=use == "opened") == SECRET
        if use == "looked at":
            assert await shown(floor) == token
    floor.clock.passes(days=90)
    assert await opens(floor, token, use=True) is None
    assert await shown(floor) != token
    assert await opens(floor, token) is None


async def test_with_no_limit_it_never_expires(floor: Floor) -> None:
    token = await shown(floor)
    floor.clock.passes(days=4000)
    assert await opens(floor, token, rules=LinkRules(days=0)) == SECRET


async def test_a_replaced_link_opens_nothing(floor: Floor) -> None:
    old = await shown(floor)
    new = await floor.do(lambda session: replace_link(session, ANNA, SECRET, floor.clock()))
    assert await opens(floor, old) is None
    assert await opens(floor, new) == SECRET
    assert await shown(floor) == new


async def test_the_row_alone_opens_nothing(floor: Floor) -> None:
    token = await shown(floor)
    row = await floor.database.read(lambda session: session.execute(select(PrivateLink.__table__)).one())
    kept = repr(tuple(row))
    assert SECRET not in kept
    assert SECRET.encode().hex() not in kept
    assert token not in kept
