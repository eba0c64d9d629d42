"""Injected faults: what the client sees, and whether the message arrived."""

import aiohttp
import pytest

from bot.simulator.faults import Fault, Faults, Kind
from tests.simulator.conftest import ANNA, BotClient, CommunityClient

BROKEN = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)


@pytest.fixture
async def bot(bot: BotClient) -> BotClient:
    await bot.telegram.writes(ANNA, "привет")
    return bot


@pytest.fixture
async def community(community: CommunityClient) -> CommunityClient:
    await community.vk.writes(ANNA, "привет")
    return community


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (Fault("rate_limited", seconds=35), 429, "Too Many Requests: retry after 35"),
        (Fault("server_error"), 500, "Internal Server Error"),
        (Fault("invalid_token"), 401, "Unauthorized"),
        (Fault.error(403, "Forbidden: user is deactivated"), 403, "Forbidden: user is deactivated"),
    ],
)
async def test_telegram_refuses_as_planned_and_only_then(bot: BotClient, fault: Fault, code: int, words: str) -> None:
    bot.telegram.faults.next("sendMessage", fault)
    assert await bot.refusal("sendMessage", chat_id=ANNA, text="a") == (code, words)
    assert len(bot.telegram.chat(ANNA)) == 1
    await bot.result("sendMessage", chat_id=ANNA, text="a")
    assert bot.telegram.faults.injected == {fault.kind: 1}


@pytest.mark.parametrize(
    ("fault", "code"),
    [(Fault("rate_limited"), 6), (Fault("invalid_token"), 5), (Fault.error(9), 9), (Fault.error(901), 901)],
)
async def test_vk_refuses_as_planned_and_only_then(community: CommunityClient, fault: Fault, code: int) -> None:
    community.vk.faults.next("messages.send", fault, times=2)
    for _ in range(2):
        assert await community.error("messages.send", peer_id=ANNA, message="a", random_id=1) == code
    assert len(community.vk.chat(ANNA)) == 1
    await community.response("messages.send", peer_id=ANNA, message="a", random_id=1)


@pytest.mark.parametrize("kind", ["lost_answer", "half_json", "dropped"])
async def test_a_cut_on_telegram_delivers_or_not_and_keeps_account(bot: BotClient, kind: Kind) -> None:
    bot.telegram.faults.next("sendMessage", Fault(kind))
    with pytest.raises((*BROKEN, ValueError)):
        await bot.result("sendMessage", chat_id=ANNA, text="a")
    delivered = [bubble.id for bubble in bot.telegram.chat(ANNA) if not bubble.mine]
    assert delivered == ([] if kind == "dropped" else [2])
    assert bot.telegram.faults.lost == [(ANNA, message_id) for message_id in delivered]


@pytest.mark.parametrize("kind", ["lost_answer", "half_json", "dropped"])
async def test_a_cut_on_vk_is_healed_by_the_same_random_id(community: CommunityClient, kind: Kind) -> None:
    community.vk.faults.next("messages.send", Fault(kind))
    with pytest.raises((*BROKEN, ValueError)):
        await community.response("messages.send", peer_ids=ANNA, message="a", random_id=1)
    delivered = [bubble.id for bubble in community.vk.chat(ANNA) if not bubble.mine]
    assert delivered == ([] if kind == "dropped" else [2])
    assert community.vk.faults.lost == [(ANNA, message_id) for message_id in delivered]
    [again] = await community.response("messages.send", peer_ids=ANNA, message="a", random_id=1)
    assert again["conversation_message_id"] == 2
    assert [bubble.text for bubble in community.vk.chat(ANNA)] == ["привет", "a"]


async def test_an_html_page_instead_of_json(bot: BotClient, community: CommunityClient) -> None:
    for simulator, path in ((bot.telegram, f"/bot{bot.telegram.token}/getMe"), (community.vk, "/method/users.get")):
        simulator.faults.next(path.rpartition("/")[2], Fault("bad_gateway_html"))
        async with bot.http.get(simulator.url + path) as answer:
            assert (answer.status, answer.content_type) == (502, "text/html")


async def test_a_call_that_hangs_is_not_carried_out_when_the_client_has_left(bot: BotClient) -> None:
    bot.telegram.faults.next("sendMessage", Fault("hang", seconds=60))
    url = f"{bot.telegram.url}/bot{bot.telegram.token}/sendMessage"
    with pytest.raises(TimeoutError):
        await bot.http.post(url, json={"chat_id": ANNA, "text": "a"}, timeout=aiohttp.ClientTimeout(total=0.1))
    await bot.telegram.stop()
    assert len(bot.telegram.chat(ANNA)) == 1


async def test_a_short_hang_only_delays(bot: BotClient) -> None:
    bot.telegram.faults.next("sendMessage", Fault("hang", seconds=0.01))
    await bot.result("sendMessage", chat_id=ANNA, text="a")
    assert bot.telegram.faults.injected == {"hang": 1}


async def test_a_long_poll_can_fail_too(community: CommunityClient) -> None:
    community.vk.enable_longpoll()
    server = await community.server()
    community.vk.faults.next("a_check", Fault("dropped"))
    with pytest.raises(BROKEN):
        await community.check(server)
    assert await community.check(server) == {"ts": server["ts"], "updates": []}


def test_chance_repeats_with_its_seed_and_keeps_to_its_methods() -> None:
    def rolled(seed: int) -> list[Fault | None]:
        faults = Faults()
        faults.chance({"rate_limited": 0.2, Fault.error(9): 0.1}, seed=seed, methods={"messages.send"})
        return [faults.pick("messages.send") for _ in range(1000)] + [faults.pick("users.get") for _ in range(1000)]

    first = rolled(7)
    assert first == rolled(7)
    assert first != rolled(8)
    assert first[1000:] == [None] * 1000
    assert 150 < first.count(Fault("rate_limited")) < 250
    assert 60 < first.count(Fault.error(9)) < 140


def test_planned_faults_come_before_chance_and_clear_ends_both() -> None:
    faults = Faults()
    faults.chance({"server_error": 1.0}, seed=1)
    faults.next("sendMessage", Fault("dropped"))
    assert [faults.pick("sendMessage") for _ in range(2)] == [Fault("dropped"), Fault("server_error")]
    faults.next("sendMessage", Fault("dropped"))
    faults.clear()
    assert faults.pick("sendMessage") is None
    assert faults.injected == {"dropped": 1, "server_error": 1}


@pytest.mark.parametrize("odds", [{"dropped": -0.1}, {"dropped": 0.6, "hang": 0.5}, {"gremlins": 0.1}, {"error": 0.1}])
def test_nonsense_is_refused(odds: dict[Kind | Fault, float]) -> None:
    with pytest.raises(ValueError, match=r"probabilities|unknown kind|needs its code"):
        Faults().chance(odds, seed=1)
