"""All settings: environment, `.env`, `frontdesk.toml`, in this order of precedence.

Only the command line and the composition root read them.
"""

import difflib
import hashlib
import hmac
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from dotenv import dotenv_values
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from bot.channels.registry import SET_UP
from bot.channels.settings import ChannelSettings, PlatformSettings
from bot.program.setting_values import parse_networks, parse_origins, parse_quiet_hours, passwords_of
from handoff.tickets.public_policy import PublicPolicy
from infra.errors import PlainError
from knowledge.languages import LANGUAGES

PREFIX = "FRONTDESK_"
_DEFAULT_SECRETS = {"changeme", "change-me", "secret", "password", "default", "frontdesk"}
_LISTENING = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}")
_EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - only compared here; used for listening only if the operator sets it

_LIKELY, _SUGGEST = 0.8, 0.45

AttachmentKind = Literal["photo", "document", "voice", "video", "audio"]


class GroupSettings(BaseModel):
    """Settings of one group: a `[[group]]` table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1, max_length=64)
    """The group's id on its platform: -100… on Telegram, 2000000… on VK; `wall` for a community's own wall."""
    per_hour: int | None = Field(None, ge=0, le=1000)
    quiet: str | None = None

    @field_validator("quiet")
    @classmethod
    def _hours(cls, given: str | None) -> str | None:
        parse_quiet_hours(given or "")
        return given


def _clamp_likely(others: dict[str, Any]) -> float:
    """Return the default confidence for a likely answer, or the nearest that fits between `others`."""
    least, most = others.get("suggest_confidence", 0.0), others.get("answer_confidence", 1.0)
    return float(min(max(_LIKELY, least), most))


def _share(given: object) -> float | None:
    """Return a number from 0 to 1; None for anything else, which the field's own check refuses."""
    try:
        share = float(given)  # type: ignore[arg-type]  # a value that is no number raises
    except (TypeError, ValueError):
        return None
    return share if 0 <= share <= 1 else None


class Settings(BaseModel):
    """Settings of a deployment. Field names are the environment's names without their prefix."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # These may hold a password.
    database_url: str = Field("sqlite:///var/frontdesk.db", repr=False)
    redis_url: str | None = Field(None, repr=False)
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    public_url: HttpUrl | None = None
    trusted_proxies: Annotated[tuple[str, ...], BeforeValidator(parse_networks)] = ("127.0.0.1", "::1")
    monitor: str | None = None
    secret_key: SecretStr | None = None
    language: str = "ru"
    burst_window: float = Field(1.5, ge=0, le=10)
    answer_confidence: float = Field(0.88, ge=0, le=1)
    suggest_confidence: float = Field(_SUGGEST, ge=0, le=1)
    likely_confidence: float = Field(default_factory=_clamp_likely, ge=0, le=1)
    sentence_encoder: bool = True
    claim_minutes: float = Field(30, ge=1, le=1440)
    auto_assign: bool = False
    ticket_limit: int | None = Field(None, ge=1, le=1000)
    # Days.
    remind_after: float = Field(2, ge=0, le=365)
    solve_after: float = Field(7, ge=0, le=365)
    reopen_within: float = Field(14, ge=0, le=3650)
    webhook_networks: Annotated[tuple[str, ...], BeforeValidator(parse_networks)] = ()
    private_link_days: float = Field(90, ge=0, le=3650)
    show_agent_name: bool = True
    embed_sites: Annotated[tuple[str, ...], BeforeValidator(parse_origins)] = ()
    files_dir: Path = Path("var/files")
    attachment_mb: int = Field(20, ge=1, le=200)
    attachment_kinds: tuple[AttachmentKind, ...] = ("photo", "document", "voice", "video", "audio")
    public_per_hour: int = Field(20, ge=0, le=1000)
    public_quiet: str = ""
    channels: tuple[ChannelSettings, ...] = ()
    groups: tuple[GroupSettings, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _clamp_suggest(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Let the default confidence for choices give way to lower ones for answers."""
        if "suggest_confidence" in given:
            return given
        others = [_share(given.get(name)) for name in ("answer_confidence", "likely_confidence")]
        return {**given, "suggest_confidence": min([_SUGGEST, *(share for share in others if share is not None)])}

    @field_validator("language")
    @classmethod
    def _spoken(cls, given: str) -> str:
        if given not in LANGUAGES:
            *others, last = map(repr, LANGUAGES)
            raise ValueError(f"Input should be {', '.join(others)} or {last}")
        return given

    @field_validator("public_quiet")
    @classmethod
    def _hours(cls, given: str) -> str:
        parse_quiet_hours(given)
        return given.strip()

    @property
    def monitor_address(self) -> tuple[str, int] | None:
        """Host and port of the monitoring pages; None if they have no address of their own."""
        if self.monitor is None:
            return None
        host, _, port = self.monitor.rpartition(":")
        return host.strip("[]"), int(port)

    @field_validator("monitor")
    @classmethod
    def _listening(cls, given: str | None) -> str | None:
        if given is not None and not _LISTENING.fullmatch(given):
            raise ValueError("give a host and a port, like 127.0.0.1:9464")
        return given

    @property
    def manners(self) -> PublicPolicy:
        """The policy for public answers."""
        groups = {
            group.id: PublicPolicy(
                self.public_per_hour if group.per_hour is None else group.per_hour,
                *parse_quiet_hours(self.public_quiet if group.quiet is None else group.quiet),
            )
            for group in self.groups
        }
        return PublicPolicy(self.public_per_hour, *parse_quiet_hours(self.public_quiet), groups)

    @field_validator("attachment_kinds", mode="before")
    @classmethod
    def _listed(cls, given: object) -> object:
        """Split a comma-separated value, as in the environment."""
        return tuple(filter(None, map(str.strip, given.split(",")))) if isinstance(given, str) else given

    @property
    def address(self) -> str:
        """The pages' base URL without a trailing slash; without a public address, the one on this machine."""
        if self.public_url:
            return str(self.public_url).rstrip("/")
        host = "localhost" if self.host in _EVERYWHERE else self.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def webhook_secret(self, channel: ChannelSettings) -> str:
        """Return the secret that webhook calls must contain: the configured one or one derived from the secret key."""
        if isinstance(channel, PlatformSettings) and channel.webhook_secret is not None:
            return channel.webhook_secret.get_secret_value()
        key = self.secret_key.get_secret_value() if self.secret_key else ""
        derived = hmac.new(key.encode(), f"webhook {channel.account}".encode(), hashlib.sha256).hexdigest()
        return derived[: channel.longest_secret]

    @property
    def secrets(self) -> frozenset[str]:
        """Return all values that a log must not show."""
        texts = [self.secret_key.get_secret_value() if self.secret_key else None]
        platforms = [channel for channel in self.channels if isinstance(channel, PlatformSettings)]
        for channel in platforms:
            texts += [channel.token.get_secret_value(), self.webhook_secret(channel) if channel.is_hooked else None]
        for address in (self.database_url, self.redis_url, *(channel.proxy for channel in platforms)):
            texts += passwords_of(address)
        return frozenset(text for text in texts if text)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        secret = self.secret_key.get_secret_value() if self.secret_key else None
        if secret is not None and (len(secret) < 16 or secret.lower() in _DEFAULT_SECRETS):
            raise ValueError("FRONTDESK_SECRET_KEY is too easy to guess: give at least 16 random characters")
        for lower, upper in (("suggest", "answer"), ("suggest", "likely"), ("likely", "answer")):
            below, above = getattr(self, f"{lower}_confidence"), getattr(self, f"{upper}_confidence")
            if below > above:
                raise ValueError(
                    f"FRONTDESK_{lower.upper()}_CONFIDENCE ({below:g}) is above FRONTDESK_{upper.upper()}_CONFIDENCE "
                    f"({above:g}): they must rise from SUGGEST over LIKELY to ANSWER"
                )
        seen = set[str]()
        for channel in self.channels:
            if channel.account in seen:
                raise ValueError(f"there are two channels named {channel.account}: give each [[channel]] its own name")
            seen.add(channel.account)
            if channel.is_hooked and self.public_url is None:
                raise ValueError(
                    f"the channel {channel.account} is called by its platform: set FRONTDESK_PUBLIC_URL to reach it"
                )
            if channel.is_hooked and secret is None and getattr(channel, "webhook_secret", None) is None:
                raise ValueError(
                    f"the channel {channel.account} needs a webhook secret: set it or FRONTDESK_SECRET_KEY"
                )
        return self


Kinds = Mapping[str, type[ChannelSettings]]
"""The channels that can be set up, by kind."""
_TABLES = {"channel": "account", "group": "group"}
"""Tables of the file, and the field that names an item of each."""
_PLAIN_NAMES = [name for name in Settings.model_fields if name not in {"channels", "groups"}]


def read_settings(folder: Path = Path(), kinds: Kinds = SET_UP) -> Settings:
    """Read `frontdesk.toml` and `.env` of `folder`, then the environment; later sources take precedence.

    Raises:
        PlainError: a setting is unknown or malformed; the sentence names it and the remedy.
    """
    plain, tables = _from_toml(folder / "frontdesk.toml", kinds)
    groups = [_group(table) for table in tables["group"]]
    named = {name.lower(): value for name, value in _from_env_file(folder / ".env").items() if value}
    named |= {name.lower(): value for name, value in os.environ.items() if value}
    given = {name.removeprefix(PREFIX.lower()): v for name, v in named.items() if name.startswith(PREFIX.lower())}
    for name in given:
        _known(name, [*_PLAIN_NAMES, *channel_names(kinds)], lambda known: PREFIX + known.upper())
    plain |= {name: value for name, value in given.items() if name in _PLAIN_NAMES}
    channels = [
        *(_account(table, kinds, _field_of_table(table)) for table in tables["channel"]),
        *(
            _account(channel, kinds, _field_of_environment(kinds[kind]))
            for kind, channel in _from_environment(given, kinds).items()
        ),
    ]
    try:
        return Settings.model_validate({**plain, "channels": tuple(channels), "groups": tuple(groups)})
    except ValidationError as error:
        raise PlainError(_sentence(error, lambda name: PREFIX + name.upper())) from None


def channel_names(kinds: Kinds = SET_UP) -> dict[str, tuple[str, str]]:
    """Environment variables, with the kind of channel that each belongs to and the field that it sets."""
    return {name: (kind, field) for kind, model in kinds.items() for name, field in model.environment.items()}


def _account(given: dict[str, Any], kinds: Kinds, show: Callable[[str], str]) -> ChannelSettings:
    model = kinds.get(str(given.get("kind")))
    if model is None:
        raise PlainError(f"{show('kind')}: give one of {', '.join(kinds)}.")
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise PlainError(_sentence(error, show)) from None  # the cause would show values, including tokens


def _group(given: dict[str, Any]) -> GroupSettings:
    try:
        return GroupSettings.model_validate({**given, "id": str(given.get("id", ""))})
    except ValidationError as error:
        raise PlainError(_sentence(error, lambda field: f"{field} of the [[group]] {given.get('id', '')}")) from None


def _field_of_table(table: dict[str, Any]) -> Callable[[str], str]:
    account = ":".join(str(word) for word in (table.get("kind"), table.get("name", "main")) if word)
    return lambda field: f"{field} of the [[channel]] {account}"


def _field_of_environment(model: type[ChannelSettings]) -> Callable[[str], str]:
    names = {field: name for name, field in model.environment.items()}
    return lambda field: PREFIX + names[field].upper()


def _from_env_file(path: Path) -> dict[str, str | None]:
    try:
        return dotenv_values(path)
    except UnicodeDecodeError:
        raise PlainError(f"{path.name} cannot be read: save it as UTF-8 text.") from None


def _from_environment(given: dict[str, str], kinds: Kinds) -> dict[str, dict[str, Any]]:
    channels: dict[str, dict[str, Any]] = {}
    for name, (kind, field) in channel_names(kinds).items():
        if name in given:
            channels.setdefault(kind, {"kind": kind})[field] = given[name]
    for kind, channel in channels.items():
        if "token" in kinds[kind].model_fields and "token" not in channel:
            raise PlainError(f"{PREFIX}{kind.upper()}_TOKEN is missing, though other settings of {kind} are given.")
    return channels


def _from_toml(path: Path, kinds: Kinds) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    if not path.exists():
        return {}, {kind: [] for kind in _TABLES}
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise PlainError(f"frontdesk.toml cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlainError(f"frontdesk.toml cannot be read: {error}.") from error
    found = {}
    for kind, called in _TABLES.items():
        tables = content.pop(kind, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise PlainError(f"frontdesk.toml: write each {called} as [[{kind}]], with double brackets.")
        for table in tables:
            fields = _fields_of_channel(table, kinds) if kind == "channel" else list(GroupSettings.model_fields)
            for name in table:
                _known(name, fields, lambda known, kind=kind: f"{known} (of a [[{kind}]])")  # type: ignore[misc]
        found[kind] = [{name: _resolved(name, value) for name, value in table.items()} for table in tables]
    for name in content:
        _known(name, _PLAIN_NAMES, lambda known: f"{known} (in frontdesk.toml)")
    return content, found


def _fields_of_channel(table: dict[str, Any], kinds: Kinds) -> list[str]:
    """Return the names that a [[channel]] table may have: those of its kind, or of all kinds if it is unknown."""
    models = [kinds[table["kind"]]] if table.get("kind") in kinds else kinds.values()
    return list(dict.fromkeys(name for model in models for name in model.model_fields))


def _resolved(name: str, value: object) -> object:
    """Resolve a reference to an environment variable, as in `token = "env:MY_TOKEN"`."""
    if not isinstance(value, str) or not value.startswith("env:"):
        return value
    variable = value.removeprefix("env:")
    if not os.environ.get(variable):
        raise PlainError(f"frontdesk.toml takes {name} from {variable}, which is not set in the environment.")
    return os.environ[variable]


def _known(name: str, names: list[str], show: Callable[[str], str]) -> None:
    if name in names:
        return
    near = difflib.get_close_matches(name, names, 1)
    hint = f"did you mean {show(near[0])}?" if near else "see .env.example for all of them."
    raise PlainError(f"{show(name)} is not a setting: {hint}")


def _sentence(error: ValidationError, show: Callable[[str], str]) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    what = first["msg"].removeprefix("Value error, ")
    return f"{show(str(first['loc'][0]))}: {what}." if first["loc"] else f"{what[:1].upper()}{what[1:]}."
