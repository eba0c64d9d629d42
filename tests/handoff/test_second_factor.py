"""One-time codes as RFC 6238 says, each once; recovery codes, each once."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.audit.log import COMMAND_LINE, Actor, AuditLog, LogFilter
from handoff.audit.models import AuditAction, Origin
from handoff.people.access import Team
from handoff.people.models import AgentTotp, RecoveryCode
from handoff.people.second_factor import RECOVERY_CODES, STEP, SecondFactor, code_at, enrolment_address
from handoff.people.sign_ins import MOST_TRIES, SignIns
from tests.handoff.floor import Floor

RFC = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The key of the test vectors, “12345678901234567890”."""


@pytest.fixture
def factor(floor: Floor) -> SecondFactor:
    return SecondFactor(floor.clock)


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(second: int, code: str) -> None:
    assert code_at(RFC, second // STEP, digits=8) == code
    assert code_at(RFC, second // STEP) == code[-6:]


def test_the_address_is_what_apps_read() -> None:
    address = urlsplit(enrolment_address(RFC, "olga+desk@example.org"))
    assert (address.scheme, address.netloc, unquote(address.path)) == (
        "otpauth",
        "totp",
        "/Frontdesk:olga+desk@example.org",
    )
    assert parse_qs(address.query) == {"secret": [RFC], "issuer": ["Frontdesk"]}


def shown(floor: Floor, secret: str, steps: int = 0) -> str:
    """What the app shows now, or so many steps later."""
    return code_at(secret, int(floor.clock().timestamp()) // STEP + steps)


async def enrol(floor: Floor, factor: SecondFactor, agent_id: int) -> tuple[str, tuple[str, ...]]:
    await floor.do(lambda session: factor.begin(session, agent_id))
    secret = (await floor.database.read(lambda session: factor.state(session, agent_id))).secret
    by = Actor(agent_id, Origin.DESK)
    codes = await floor.do(lambda session: factor.confirm(session, agent_id, shown(floor, secret), by))
    assert codes is not None
    floor.clock.passes(seconds=STEP)
    return secret, codes


async def check(floor: Floor, factor: SecondFactor, agent_id: int, code: str) -> bool:
    by = Actor(agent_id, Origin.DESK)
    return await floor.do(lambda session: factor.check(session, agent_id, code, by))


async def test_it_is_off_until_a_code_confirms_it(floor: Floor, factor: SecondFactor) -> None:
    olga = await floor.agent("Olga")
    by = Actor(olga.id, Origin.DESK)
    assert await floor.do(lambda session: factor.confirm(session, olga.id, "123456", by)) is None
    await floor.do(lambda session: factor.begin(session, olga.id))
    first = (await floor.database.read(lambda session: factor.state(session, olga.id))).secret
    await floor.do(lambda session: factor.begin(session, olga.id))
    secret = (await floor.database.read(lambda session: factor.state(session, olga.id))).secret
    assert len(secret) == 32
    assert first != secret
    assert not await floor.database.read(lambda session: factor.is_on(session, olga.id))
    assert not await check(floor, factor, olga.id, shown(floor, secret))
    assert await floor.do(lambda session: factor.confirm(session, olga.id, shown(floor, first), by)) is None
    codes = await floor.do(lambda session: factor.confirm(session, olga.id, shown(floor, secret), by))
    assert codes is not None
    assert len(set(codes)) == RECOVERY_CODES
    state = await floor.database.read(lambda session: factor.state(session, olga.id))
    assert (state.on, state.secret, state.codes_left) == (True, "", RECOVERY_CODES)
    await floor.do(lambda session: factor.begin(session, olga.id))  # changes nothing while it is on
    assert await floor.database.read(lambda session: factor.is_on(session, olga.id))
    assert not await check(floor, factor, olga.id, shown(floor, secret))  # the code that confirmed it


async def test_each_code_counts_once_and_within_one_step(floor: Floor, factor: SecondFactor) -> None:
    olga, boris = await floor.agent("Olga"), await floor.agent("Boris")
    secret, _ = await enrol(floor, factor, olga.id)
    await enrol(floor, factor, boris.id)
    floor.clock.passes(minutes=10)
    for steps in (-2, 2, 5):
        assert not await check(floor, factor, olga.id, shown(floor, secret, steps))
    early = shown(floor, secret, -1)
    assert not await check(floor, factor, boris.id, early)
    assert await check(floor, factor, olga.id, f" {early[:3]} {early[3:]} ")
    assert not await check(floor, factor, olga.id, early)
    assert await check(floor, factor, olga.id, shown(floor, secret, 1))
    assert not await check(floor, factor, olga.id, shown(floor, secret))  # older than the one that was used
    for odd in ("", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "²²²²²²"):
        assert not await check(floor, factor, olga.id, odd)


async def test_of_two_uses_of_a_code_at_once_one_counts(floor: Floor, factor: SecondFactor) -> None:
    olga = await floor.agent("Olga")
    secret, codes = await enrol(floor, factor, olga.id)
    for code in (shown(floor, secret), codes[0]):
        right = await asyncio.gather(*(check(floor, factor, olga.id, code) for _ in range(4)))
        assert right.count(True) == 1


async def test_each_recovery_code_counts_once_and_only_hashes_are_kept(floor: Floor, factor: SecondFactor) -> None:
    olga, boris = await floor.agent("Olga"), await floor.agent("Boris")
    _, codes = await enrol(floor, factor, olga.id)
    _, others = await enrol(floor, factor, boris.id)

    def stored(session: Session) -> set[str]:
        return set(session.scalars(select(RecoveryCode.code_hash)))

    kept = await floor.database.read(stored)
    assert len(kept) == 2 * RECOVERY_CODES
    assert not kept & {*codes, *(code.replace("-", "") for code in codes)}
    assert not await check(floor, factor, olga.id, others[0])
    assert await check(floor, factor, olga.id, codes[0].upper().replace("-", " "))
    assert not await check(floor, factor, olga.id, codes[0])
    assert (await floor.database.read(lambda session: factor.state(session, olga.id))).codes_left == RECOVERY_CODES - 1
    by = Actor(olga.id, Origin.DESK)
    renewed = await floor.do(lambda session: factor.renew_codes(session, olga.id, by))
    assert not await check(floor, factor, olga.id, codes[1])
    assert await check(floor, factor, olga.id, renewed[1])


async def test_an_admin_switches_it_off_and_the_log_tells(floor: Floor, factor: SecondFactor) -> None:
    olga = await floor.agent("Olga")
    _, codes = await enrol(floor, factor, olga.id)
    assert await check(floor, factor, olga.id, codes[0])
    team = Team(floor.desk, floor.bus, floor.clock)
    assert (await floor.database.read(lambda session: team.member(session, olga.id))).second_factor
    secret = await floor.do(lambda session: floor.staff.log_in(session, olga.id))
    for _ in range(2):
        await floor.do(lambda session: team.switch_off_factor(session, olga.id, COMMAND_LINE))
    assert not (await floor.database.read(lambda session: team.member(session, olga.id))).second_factor
    assert await floor.database.read(lambda session: floor.staff.login(session, secret)) is None
    assert not await check(floor, factor, olga.id, codes[1])

    def left(session: Session) -> int:
        return len(session.scalars(select(RecoveryCode)).all()) + len(session.scalars(select(AgentTotp)).all())

    assert await floor.database.read(left) == 0
    log = AuditLog(floor.clock)
    entries = await floor.database.read(lambda session: log.entries(session, LogFilter(), 10))
    assert [(entry.action, entry.actor.agent_id) for entry in reversed(entries)] == [
        (AuditAction.FACTOR_ENABLED, olga.id),
        (AuditAction.RECOVERY_CODE_USED, olga.id),
        (AuditAction.FACTOR_DISABLED, None),
    ]


# --- the step between the password and the code


async def test_a_step_ends_after_five_minutes_five_tries_and_with_the_access(floor: Floor) -> None:
    olga, sign_ins = await floor.agent("Olga"), SignIns(floor.clock)
    team = Team(floor.desk, floor.bus, floor.clock)

    async def waits(secret: str) -> bool:
        waiting = await floor.database.read(lambda session: sign_ins.waiting(session, secret))
        return waiting is not None and (waiting.id, waiting.email) == (olga.id, olga.email)

    async def begin() -> str:
        return await floor.do(lambda session: sign_ins.begin_step(session, olga.id))

    assert not await waits("")
    late, tried, finished = await begin(), await begin(), await begin()
    for _ in range(MOST_TRIES):
        assert await waits(tried)
        await floor.do(lambda session: sign_ins.count_try(session, tried))
    assert not await waits(tried)
    await floor.do(lambda session: sign_ins.finish_step(session, finished))
    assert not await waits(finished)
    assert await waits(late)
    floor.clock.passes(minutes=5)
    assert not await waits(late)
    last = await begin()
    await floor.do(lambda session: team.sign_out(session, olga.id, COMMAND_LINE))
    assert not await waits(last)
    last = await begin()
    known = await floor.database.read(lambda session: floor.staff.credentials(session, olga.email))
    await floor.do(lambda session: floor.staff.change_password(session, known, "a hash", ""))
    assert not await waits(last)


async def test_an_agent_sees_and_ends_their_own_sessions(floor: Floor) -> None:
    olga, boris, sign_ins = await floor.agent("Olga"), await floor.agent("Boris"), SignIns(floor.clock)
    here = await floor.do(lambda session: floor.staff.log_in(session, olga.id, "Firefox · Linux"))
    floor.clock.passes(minutes=1)
    phone = await floor.do(lambda session: floor.staff.log_in(session, olga.id, "Safari · iPhone"))
    third = await floor.do(lambda session: floor.staff.log_in(session, olga.id))
    other = await floor.do(lambda session: floor.staff.log_in(session, boris.id))
    listed = await floor.database.read(lambda session: sign_ins.sessions(session, olga.id, here))
    assert [(one.device, one.own) for one in listed][:1] == [("Firefox · Linux", True)]
    assert sorted(one.device for one in listed) == ["", "Firefox · Linux", "Safari · iPhone"]
    key = next(one.key for one in listed if one.device == "Safari · iPhone")
    assert await floor.do(lambda session: sign_ins.end(session, boris.id, key)) == 0  # not theirs
    assert await floor.do(lambda session: sign_ins.end(session, olga.id, key)) == 1
    assert await floor.database.read(lambda session: floor.staff.login(session, phone)) is None
    assert await floor.do(lambda session: sign_ins.end_others(session, olga.id, here)) == 1
    assert await floor.database.read(lambda session: floor.staff.login(session, third)) is None
    for secret in (here, other):
        assert await floor.database.read(lambda session, s=secret: floor.staff.login(session, s)) is not None  # type: ignore[misc]


def test_time_is_counted_from_1970_in_utc() -> None:
    assert int(datetime(1970, 1, 1, 0, 0, 59, tzinfo=UTC).timestamp()) // STEP == 1
