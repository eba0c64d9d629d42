"""Every rule of the settings with its error sentence; no sentence contains a secret."""

import os
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr, ValidationError

from bot.channels.telegram.settings import TelegramSettings
from bot.channels.vk.settings import VkSettings
from bot.program.settings import PREFIX, Settings, read_settings
from handoff.tickets.public_policy import PublicPolicy
from infra.errors import PlainError

TELEGRAM = "123456:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghi"
VK = "vk1.a.ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.fixture(autouse=True)
def _nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)


def refused(folder: Path) -> str:
    with pytest.raises(PlainError) as error:
        read_settings(folder)
    told: BaseException | None = error.value
    while told is not None:  # what a traceback would show on the way
        assert TELEGRAM not in str(told)
        assert VK not in str(told)
        told = None if told.__suppress_context__ else told.__cause__ or told.__context__
    return str(error.value)


# --- where they come from ---------------------------------------------------------------------------------------------


def test_with_nothing_given_it_is_the_demo_on_sqlite(tmp_path: Path) -> None:
    settings = read_settings(tmp_path)
    assert settings == Settings()
    assert (settings.database_url, settings.redis_url, settings.channels) == ("sqlite:///var/frontdesk.db", None, ())
    assert (settings.address, settings.language, settings.burst_window) == ("http://127.0.0.1:8080", "ru", 1.5)


def test_the_environment_outweighs_env_and_env_outweighs_toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "frontdesk.toml").write_text('port = 1\nhost = "1.1.1.1"\nlanguage = "hu"\n')
    (tmp_path / ".env").write_text("FRONTDESK_PORT=2\nFRONTDESK_HOST=2.2.2.2\nOTHER=x\n")
    monkeypatch.setenv("FRONTDESK_PORT", "3")
    settings = read_settings(tmp_path)
    assert (settings.port, settings.host, settings.language) == (3, "2.2.2.2", "hu")


@pytest.mark.parametrize(
    ("given", "likely"),
    [
        ({}, 0.8),
        ({"ANSWER_CONFIDENCE": "0.5"}, 0.5),
        ({"ANSWER_CONFIDENCE": "3e-1"}, 0.3),
        ({"ANSWER_CONFIDENCE": "0.9", "LIKELY_CONFIDENCE": " 0.2 "}, 0.2),
        ({"SUGGEST_CONFIDENCE": "0.85"}, 0.85),
        ({"LIKELY_CONFIDENCE": "0.4"}, 0.4),
    ],
)
def test_the_defaults_for_likely_answers_and_choices_give_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], likely: float
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(PREFIX + name, value)
    settings = read_settings(tmp_path)
    assert settings.likely_confidence == likely
    assert settings.suggest_confidence == float(given.get("SUGGEST_CONFIDENCE", min(likely, 0.45)))


def test_an_empty_value_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_TELEGRAM_TOKEN", "")
    monkeypatch.setenv("FRONTDESK_REDIS_URL", "")
    assert read_settings(tmp_path) == Settings()


def test_both_platforms_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "TELEGRAM_TOKEN": TELEGRAM,
        "TELEGRAM_API_URL": "http://127.0.0.1:1",
        "VK_TOKEN": VK,
        "VK_GROUP_ID": "42",
        "VK_PROXY": "http://127.0.0.1:2",
    }.items():
        monkeypatch.setenv(PREFIX + name, value)
    telegram, vk = read_settings(tmp_path).channels
    assert isinstance(telegram, TelegramSettings)
    assert isinstance(vk, VkSettings)
    assert (telegram.account, telegram.mode, telegram.api_url) == ("telegram:main", "polling", "http://127.0.0.1:1")
    assert (vk.account, vk.mode, vk.group_id, vk.proxy) == ("vk:main", "longpoll", 42, "http://127.0.0.1:2")
    assert (telegram.token.get_secret_value(), vk.token.get_secret_value()) == (TELEGRAM, VK)


def test_more_accounts_from_tables_with_secrets_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "frontdesk.toml").write_text(
        '[[channel]]\nkind = "telegram"\nname = "second"\ntoken = "env:SECOND_TOKEN"\n'
        f'[[channel]]\nkind = "vk"\nname = "club"\ntoken = "{VK}"\ngroup_id = 42\n'
    )
    monkeypatch.setenv("SECOND_TOKEN", TELEGRAM)
    monkeypatch.setenv("FRONTDESK_TELEGRAM_TOKEN", TELEGRAM)
    channels = read_settings(tmp_path).channels
    assert [channel.account for channel in channels] == ["telegram:second", "vk:club", "telegram:main"]
    assert isinstance(channels[0], TelegramSettings)
    assert channels[0].token.get_secret_value() == TELEGRAM


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"PROT": "1"}, "PROT is not a setting: did you mean FRONTDESK_PORT?"),
        ({"XYZZY": "1"}, "XYZZY is not a setting: see .env.example for all of them."),
        ({"TELEGRAM_TOKN": TELEGRAM}, "TELEGRAM_TOKN is not a setting: did you mean FRONTDESK_TELEGRAM_TOKEN?"),
        ({"CHANNELS": "[]"}, "CHANNELS is not a setting: "),
        ({"PORT": "eighty"}, "FRONTDESK_PORT: Input should be a valid integer"),
        ({"PORT": "65536"}, "FRONTDESK_PORT: Input should be less than or equal to 65535"),
        ({"REMIND_AFTER": "-1"}, "FRONTDESK_REMIND_AFTER: Input should be greater than or equal to 0"),
        ({"SOLVE_AFTER": "week"}, "FRONTDESK_SOLVE_AFTER: Input should be a valid number"),
        ({"SHOW_AGENT_NAME": "maybe"}, "FRONTDESK_SHOW_AGENT_NAME: Input should be a valid boolean"),
        ({"BURST_WINDOW": "-1"}, "FRONTDESK_BURST_WINDOW: Input should be greater than or equal to 0"),
        ({"ANSWER_CONFIDENCE": "90"}, "FRONTDESK_ANSWER_CONFIDENCE: Input should be less than or equal to 1"),
        ({"ANSWER_CONFIDENCE": "nan"}, "FRONTDESK_ANSWER_CONFIDENCE: Input should be "),
        ({"SUGGEST_CONFIDENCE": "much"}, "FRONTDESK_SUGGEST_CONFIDENCE: Input should be a valid number"),
        (
            {"SUGGEST_CONFIDENCE": "0.95"},
            "FRONTDESK_SUGGEST_CONFIDENCE (0.95) is above FRONTDESK_ANSWER_CONFIDENCE (0.88): ",
        ),
        (
            {"LIKELY_CONFIDENCE": "0.9"},
            "FRONTDESK_LIKELY_CONFIDENCE (0.9) is above FRONTDESK_ANSWER_CONFIDENCE (0.88): they must rise from",
        ),
        (
            {"LIKELY_CONFIDENCE": "0.1", "SUGGEST_CONFIDENCE": "0.2"},
            "FRONTDESK_SUGGEST_CONFIDENCE (0.2) is above FRONTDESK_LIKELY_CONFIDENCE (0.1): they must rise from",
        ),
        ({"LANGUAGE": "fr"}, "FRONTDESK_LANGUAGE: Input should be 'ru', 'en' or 'hu'"),
        ({"PUBLIC_URL": "example"}, "FRONTDESK_PUBLIC_URL: Input should be a valid URL"),
        ({"SECRET_KEY": "changeme"}, "FRONTDESK_SECRET_KEY is too easy to guess: give at least 16 random characters."),
        ({"SECRET_KEY": "short"}, "FRONTDESK_SECRET_KEY is too easy to guess: give at least 16 random characters."),
        ({"VK_GROUP_ID": "1"}, "FRONTDESK_VK_TOKEN is missing, though other settings of vk are given."),
        ({"TELEGRAM_MODE": "polling"}, "FRONTDESK_TELEGRAM_TOKEN is missing, though other settings of telegram are"),
        ({"TELEGRAM_TOKEN": TELEGRAM[:20]}, "The Telegram token is malformed: copy it whole from BotFather"),
        ({"TELEGRAM_TOKEN": f"{TELEGRAM} x"}, "The Telegram token is malformed: copy it whole from BotFather"),
        ({"VK_TOKEN": "short", "VK_GROUP_ID": "1"}, "The VK token is malformed: copy it whole from the community's"),
        ({"VK_TOKEN": f"{VK} {VK}", "VK_GROUP_ID": "1"}, "The VK token is malformed: copy it whole"),
        ({"VK_TOKEN": "я" * 30, "VK_GROUP_ID": "1"}, "The VK token is malformed: copy it whole"),
        ({"VK_TOKEN": VK}, "A VK token needs the number of its community: set the group id too."),
        ({"VK_TOKEN": VK, "VK_GROUP_ID": "club1"}, "FRONTDESK_VK_GROUP_ID: Input should be a valid integer"),
        (
            {"VK_TOKEN": VK, "VK_GROUP_ID": "1", "VK_MODE": "polling"},
            "FRONTDESK_VK_MODE: Input should be 'longpoll' or 'callback'.",
        ),
        (
            {"TELEGRAM_TOKEN": TELEGRAM, "TELEGRAM_MODE": "callback"},
            "FRONTDESK_TELEGRAM_MODE: Input should be 'polling' or 'webhook'.",
        ),
        ({"TELEGRAM_TOKEN": TELEGRAM, "TELEGRAM_MODE": "poll"}, "FRONTDESK_TELEGRAM_MODE: Input should be 'polling'"),
        (
            {"TELEGRAM_TOKEN": TELEGRAM, "TELEGRAM_MODE": "webhook"},
            "The channel telegram:main is called by its platform: set FRONTDESK_PUBLIC_URL to reach it.",
        ),
        (
            {"TELEGRAM_TOKEN": TELEGRAM, "TELEGRAM_MODE": "webhook", "PUBLIC_URL": "https://example.org"},
            "The channel telegram:main needs a webhook secret: set it or FRONTDESK_SECRET_KEY.",
        ),
        (
            {"VK_TOKEN": VK, "VK_GROUP_ID": "1", "VK_MODE": "callback", "VK_CALLBACK_SECRET": "s" * 51},
            "VK takes a callback secret of at most 50 characters: give a shorter one.",
        ),
    ],
)
def test_a_setting_that_cannot_be(
    given: dict[str, str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(PREFIX + name, value)
    told = refused(tmp_path)
    assert sentence.lower() in told.lower()
    assert "\n" not in told
    assert told.endswith((".", "?"))


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("port = ", "frontdesk.toml cannot be read: "),
        (b"\xff\xfe", "frontdesk.toml cannot be read: "),
        ("prot = 1", "prot (in frontdesk.toml) is not a setting: did you mean port (in frontdesk.toml)?"),
        ("[channel]\nkind = 'vk'", "frontdesk.toml: write each account as [[channel]], with double brackets."),
        ("channel = 5", "frontdesk.toml: write each account as [[channel]], with double brackets."),
        ("channel = ['vk']", "frontdesk.toml: write each account as [[channel]], with double brackets."),
        (
            "[[channel]]\nkind='vk'\ntokn='x'",
            "tokn (of a [[channel]]) is not a setting: did you mean token (of a [[channel]])?",
        ),
        ("[[channel]]\nkind='viber'\ntoken='x'", "kind of the [[channel]] viber:main: give one of telegram, vk."),
        ("[[channel]]\nkind='telegram'\nname='second'", "token of the [[channel]] telegram:second: Field required"),
        ("[[channel]]\nkind='telegram'\nname='Se cond'\ntoken='x'", "name of the [[channel]] telegram:Se cond: String"),
        ("[[channel]]\nname='x'\ntoken='x'", "kind of the [[channel]] x: give one of telegram, vk."),
        ("[[channel]]\nkind='vk'\ntoken='env:NO_SUCH'", "frontdesk.toml takes token from NO_SUCH, which is not set in"),
        (
            f"[[channel]]\nkind='telegram'\ntoken='{TELEGRAM}'\n[[channel]]\nkind='telegram'\ntoken='{TELEGRAM}'",
            "There are two channels named telegram:main: give each [[channel]] its own name.",
        ),
    ],
)
def test_a_file_that_cannot_be(toml: str | bytes, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "frontdesk.toml").write_bytes(toml if isinstance(toml, bytes) else toml.encode())
    told = refused(tmp_path)
    assert sentence.lower() in told.lower()
    assert "\n" not in told


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"FRONTDESK_PORT=\xff\xfe\n")
    assert refused(tmp_path) == ".env cannot be read: save it as UTF-8 text."
    (tmp_path / ".env").unlink()
    (tmp_path / "frontdesk.toml").mkdir()
    assert refused(tmp_path) == "frontdesk.toml cannot be read: Is a directory."


def test_one_platform_may_be_given_twice_under_two_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "frontdesk.toml").write_text(f"[[channel]]\nkind='telegram'\ntoken='{TELEGRAM}'\n")
    monkeypatch.setenv("FRONTDESK_TELEGRAM_TOKEN", TELEGRAM)
    assert "two channels named telegram:main" in refused(tmp_path)


# --- what is derived, and what is hidden ------------------------------------------------------------------------------


def test_a_webhook_secret_is_the_one_given_or_derived_from_the_key() -> None:
    given = TelegramSettings(token=SecretStr(TELEGRAM), mode="webhook", webhook_secret=SecretStr("the secret given"))
    derived = TelegramSettings(name="two", token=SecretStr(TELEGRAM), mode="webhook")
    one, other = (
        Settings.model_validate({"public_url": "https://example.org/", "secret_key": key, "channels": (given, derived)})
        for key in ("a" * 20, "b" * 20)
    )
    assert one.webhook_secret(given) == other.webhook_secret(given) == "the secret given"
    assert one.webhook_secret(derived) == one.webhook_secret(derived)
    assert one.webhook_secret(derived) != other.webhook_secret(derived)
    assert one.address == "https://example.org"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://localhost:8080"),  # noqa: S104 - in a container the container decides who may connect
        ("::", "http://localhost:8080"),
        ("::1", "http://[::1]:8080"),
    ],
)
def test_without_a_public_address_the_pages_are_told_by_one_that_opens(host: str, address: str) -> None:
    assert Settings(host=host).address == address


def test_no_secret_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "TELEGRAM_TOKEN": TELEGRAM,
        "TELEGRAM_WEBHOOK_SECRET": "hush-webhook",
        "TELEGRAM_PROXY": "http://me:hush-proxy@127.0.0.1:1",
        "SECRET_KEY": "hush-secret-key-of-ours",
        "DATABASE_URL": "postgresql://me:hush-database@127.0.0.1/x",
        "REDIS_URL": "redis://:hush-redis@127.0.0.1/0",
    }.items():
        monkeypatch.setenv(PREFIX + name, value)
    settings = read_settings(tmp_path)
    for shown in (repr(settings), str(settings), repr(settings.channels)):
        assert "hush" not in shown
        assert TELEGRAM not in shown


# --- in public
# ----------------------------------------------------------------------------------------------------------


def test_quiet_hours_may_name_a_time_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings(tmp_path).manners == PublicPolicy(20)
    monkeypatch.setenv("FRONTDESK_PUBLIC_PER_HOUR", "3")
    monkeypatch.setenv("FRONTDESK_PUBLIC_QUIET", "23:00-08:00")
    assert read_settings(tmp_path).manners == PublicPolicy(3, (time(23), time(8)))
    monkeypatch.setenv("FRONTDESK_PUBLIC_QUIET", "22:30-07:00 Europe/Budapest")
    assert read_settings(tmp_path).manners == PublicPolicy(3, (time(22, 30), time(7)), ZoneInfo("Europe/Budapest"))


@pytest.mark.parametrize(
    "given", ["night", "23-8", "23:00", "23:00-25:00", "08:00-08:00", "23:00-08:00 Moscow", "23:00-08:00 ../etc"]
)
def test_quiet_hours_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("FRONTDESK_PUBLIC_QUIET", given)
    said = refused(tmp_path)
    assert said.startswith(f"FRONTDESK_PUBLIC_QUIET: {given} are no hours: write them like 23:00-08:00")


def test_a_group_may_have_manners_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_PUBLIC_QUIET", "23:00-08:00")
    (tmp_path / "frontdesk.toml").write_text(
        '[[group]]\nid = -1001234567890\nper_hour = 2\n[[group]]\nid = "wall"\nquiet = "20:00-10:00 Europe/Moscow"\n'
        '[[group]]\nid = 2000000001\nquiet = ""\n'
    )
    manners = read_settings(tmp_path).manners
    usual = (time(23), time(8))
    assert manners.there("-1001234567890") == PublicPolicy(2, usual)
    assert manners.there("wall") == PublicPolicy(20, (time(20), time(10)), ZoneInfo("Europe/Moscow"))
    assert manners.there("2000000001") == PublicPolicy(20)
    assert (manners.there("-5").per_hour, manners.there("-5").quiet) == (20, usual)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("[group]\nid = 1", "frontdesk.toml: write each group as [[group]], with double brackets."),
        ("[[group]]\nper_hour = 1", "id of the [[group]] : String should have at least 1 character"),
        ("[[group]]\nid = 5\nper_hour = -1", "per_hour of the [[group]] 5: Input should be greater than or equal to 0"),
        ("[[group]]\nid = 5\nquiet = 'at night'", "quiet of the [[group]] 5: at night are no hours: write them like"),
        (
            "[[group]]\nid = 5\nquite = ''",
            "quite (of a [[group]]) is not a setting: did you mean quiet (of a [[group]])?",
        ),
    ],
)
def test_groups_that_are_refused(tmp_path: Path, table: str, sentence: str) -> None:
    (tmp_path / "frontdesk.toml").write_text(table)
    with pytest.raises(PlainError) as refused:
        read_settings(tmp_path)
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize("proxies", ["*", "nginx", "10.0.0.1/8", "127.0.0.1 *"])
def test_a_proxy_is_named_by_its_address(proxies: str) -> None:
    with pytest.raises(ValidationError, match="is no address or network: write it like"):
        Settings.model_validate({"trusted_proxies": proxies})


def test_proxies_are_separated_by_spaces_or_commas() -> None:
    given = Settings.model_validate({"trusted_proxies": "127.0.0.1, 10.0.0.0/8 ::1"})
    assert given.trusted_proxies == ("127.0.0.1", "10.0.0.0/8", "::1")


@pytest.mark.parametrize("monitor", ["9464", "localhost", ":9464", "http://127.0.0.1:9464", "127.0.0.1:port"])
def test_a_monitor_is_a_host_and_a_port(monitor: str) -> None:
    with pytest.raises(ValidationError, match=r"give a host and a port, like 127\.0\.0\.1:9464"):
        Settings(monitor=monitor)


def test_the_monitor_may_listen_on_ipv6() -> None:
    assert Settings(monitor="[::1]:9464").monitor_address == ("::1", 9464)
