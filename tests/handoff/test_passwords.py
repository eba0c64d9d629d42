"""Limits of password hashing: one at a time, a bounded queue, and never in the database's threads."""

import asyncio
from datetime import timedelta

import pytest

from handoff.audit.log import COMMAND_LINE
from handoff.dashboard.sessions.sign_in_limits import IN_ALL, PER_ACCOUNT, PER_ADDRESS, PER_DEVICE, SignInLimits
from handoff.models import Role
from handoff.people.passwords import MOST_UNTRUSTED, MOST_WAITING, Passwords, PasswordsBusyError, create_hasher
from infra.web.throttle import network_of
from tests.handoff.floor import Floor
from tests.office import Clock, SlowHasher


async def test_they_are_checked_one_by_one_and_only_so_many_wait() -> None:
    hasher = SlowHasher()
    passwords = Passwords(hasher)
    known = hasher.hash("right")

    async def check(password: str, *, trusted: bool) -> str:
        try:
            return str(await passwords.verify(known, password, trusted=trusted))
        except PasswordsBusyError:
            return "busy"

    strangers = [asyncio.create_task(check("wrong", trusted=False)) for _ in range(25)]
    own = [asyncio.create_task(check("right", trusted=True)) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)
    hasher.may.set()
    answers = await asyncio.gather(*strangers)
    assert answers == ["False"] * MOST_UNTRUSTED + ["busy"] * (25 - MOST_UNTRUSTED)
    assert (await asyncio.gather(*own)).count("True") == MOST_WAITING - MOST_UNTRUSTED
    assert hasher.most_at_once == 1
    assert await check("right", trusted=False) == "True"  # the places are free again


async def test_what_is_given_up_keeps_its_place_until_it_is_computed() -> None:
    hasher = SlowHasher()
    passwords = Passwords(hasher)
    gone = asyncio.create_task(passwords.verify("", "x", trusted=False))
    while not hasher.checked:
        await asyncio.sleep(0.001)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    waiting = [asyncio.create_task(passwords.verify("", "x", trusted=False)) for _ in range(MOST_UNTRUSTED)]
    done = asyncio.gather(*waiting, return_exceptions=True)
    await asyncio.sleep(0)
    hasher.may.set()
    assert [type(answer) for answer in await done] == [bool] * (MOST_UNTRUSTED - 1) + [PasswordsBusyError]


async def test_between_strangers_the_thread_rests_until_a_known_device_comes() -> None:
    hasher = SlowHasher()
    hasher.may.set()
    passwords = Passwords(hasher, untrusted_share=1e-9, longest_rest=3600)
    known = hasher.hash("right")
    assert not await passwords.verify(known, "wrong", trusted=False)
    second = asyncio.create_task(passwords.verify(known, "wrong", trusted=False))
    await asyncio.sleep(0)
    assert len(hasher.checked) == 1
    assert await passwords.verify(known, "right", trusted=True)
    assert not await second
    assert len(hasher.checked) == 3
    await passwords.hash("new")  # ends the rest after the second one, which would keep the process


async def test_the_database_answers_while_passwords_are_checked(floor: Floor) -> None:
    hasher = SlowHasher()
    passwords = Passwords(hasher)
    checks = [asyncio.create_task(passwords.verify("", "x", trusted=True)) for _ in range(MOST_WAITING)]
    while not hasher.checked:
        await asyncio.sleep(0.001)
    for _ in range(20):
        assert await floor.database.read(floor.staff.people) == ()
    assert len(hasher.checked) == 1
    assert not any(check.done() for check in checks)
    hasher.may.set()
    assert await asyncio.gather(*checks) == [False] * MOST_WAITING


async def test_nobody_s_password_costs_as_much_as_anybody_s(floor: Floor) -> None:
    await floor.do(lambda session: floor.staff.add_token(session, "crm", Role.ADMIN, COMMAND_LINE))
    hasher = SlowHasher()
    hasher.may.set()
    passwords = Passwords(hasher)
    for email in ("nobody@example.org", "token:crm", ""):
        found = await floor.database.read(lambda session, e=email: floor.staff.credentials(session, e))  # type: ignore[misc]
        assert not await passwords.verify(found.password_hash, "", trusted=False)
    default = create_hasher()
    assert len(hasher.checked) == 3
    assert not any(default.check_needs_rehash(decoy) for decoy in hasher.checked)  # as costly as a hash made today


# --- how many may be tried --------------------------------------------------------------------------------------------


def tries(limits: SignInLimits, count: int, **given: str) -> int:
    """How many of so many wrong tries are looked at; `{n}` in a value is the number of the try."""
    values = {"email": "olga@example.org", "host": "203.0.113.1", **given}
    return sum(
        limits.refusal(values["email"].format(n=n), values["host"].format(n=n), values.get("device")) is None
        for n in range(count)
    )


def test_a_thousand_wrong_tries_cost_few_hashes() -> None:
    assert tries(SignInLimits(Clock()), 1000) == 5
    assert tries(SignInLimits(Clock()), 1000, email="agent{n}@example.org") == PER_ADDRESS
    assert tries(SignInLimits(Clock()), 1000, host="198.51.100.{n}") == PER_ACCOUNT
    assert tries(SignInLimits(Clock()), 1000, host="198.51.100.{n}", email="agent{n}@example.org") == IN_ALL
    assert tries(SignInLimits(Clock()), 1000, host="2001:db8::{n}", email="agent{n}@example.org") == PER_ADDRESS
    assert tries(SignInLimits(Clock()), 1000, email=" OLGA@example.org" + " " * 5) == 5


def test_a_known_device_has_a_limit_of_its_own() -> None:
    limits = SignInLimits(Clock())
    assert tries(limits, 200, host="198.51.100.{n}", email="agent{n}@example.org") == IN_ALL
    assert tries(limits, 1) == 0
    assert tries(limits, 200, device="olga's laptop") == PER_DEVICE
    assert tries(limits, 200, device="boris's laptop") == PER_DEVICE


def test_whoever_waits_may_try_again_and_is_told_when() -> None:
    clock = Clock()
    limits = SignInLimits(clock)
    assert tries(limits, 5) == 5
    clock.now += timedelta(seconds=12.5)
    assert limits.refusal("olga@example.org", "203.0.113.1", None) == 48
    clock.now += timedelta(seconds=47.5)
    assert tries(limits, 9) == 5


def test_those_who_sign_in_from_one_office_are_not_in_each_other_s_way() -> None:
    limits = SignInLimits(Clock())
    for n in range(PER_ADDRESS * 10):
        assert limits.refusal(f"agent{n}@example.org", "203.0.113.1", None) is None
        limits.succeed(f"agent{n}@example.org", "203.0.113.1", None)


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_the_name_of_an_address(host: str, network: str) -> None:
    assert network_of(host) == network
