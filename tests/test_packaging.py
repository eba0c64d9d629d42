"""Containers, settings, commands and dependencies are consistent with the program."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from configparser import ConfigParser
from pathlib import Path
from typing import Any, get_args
from zipfile import ZipFile

import click
import pytest
import yaml

from bot.cli.main import main
from bot.program.demo_settings import is_demo
from bot.program.settings import PREFIX, Settings, channel_names, read_settings
from handoff.messages.values import SendOutcome
from handoff.models import DeliveryState
from infra.errors import PlainError
from knowledge.languages import LANGUAGES

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"].startswith("frontdesk:")]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
LOCAL_ONLY = "127.0.0.1:"
SETTINGS = {
    PREFIX + name.upper() for name in [*Settings.model_fields, *channel_names()] if name not in {"channels", "groups"}
}


def _example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    return dict(re.findall(r"^#([A-Z_]+)=(.*)$", "\n".join(lines), re.MULTILINE))


def _commands(group: click.Group, *path: str) -> set[str]:
    names = set[str]()
    for name, command in group.commands.items():
        names |= _commands(command, *path, name) if isinstance(command, click.Group) else {" ".join((*path, name))}
    return names


def _parsed(arguments: list[str]) -> None:
    """Raises what the command line would say of arguments that it does not know."""
    name, command, rest = main.resolve_command(click.Context(main), list(arguments))
    assert command is not None
    command.make_context(name, rest, parent=click.Context(main))


# --- docker compose ---------------------------------------------------------------------------------------------------


def test_there_are_the_services_that_the_documents_speak_of() -> None:
    assert set(SERVICES) == {"postgres", "valkey", "migrate", "bot", "web"}
    assert OURS == ["migrate", "bot", "web"]


@pytest.mark.parametrize("name", OURS)
def test_a_service_runs_a_command_that_exists(name: str) -> None:
    _parsed(SERVICES[name]["command"])


def test_an_unknown_command_would_be_noticed() -> None:
    with pytest.raises(click.UsageError):
        _parsed(["run", "--only", "sender"])


@pytest.mark.parametrize(("name", "setting"), [("bot", "FRONTDESK_MONITOR"), ("web", "FRONTDESK_PORT")])
def test_health_is_asked_for_cheaply_and_of_the_process_alone(name: str, setting: str) -> None:
    """Not of platforms: a container is no worse while one is away."""
    *command, script, port = SERVICES[name]["healthcheck"]["test"]
    assert command == ["CMD", "python", "-IS"]
    assert (ROOT / Path(script).relative_to("/app")).read_text("utf-8").count("/healthz")
    assert SERVICES[name]["environment"][setting].rpartition(":")[2] == port
    assert f'CMD ["python", "-IS", "{script}", "8080"]' in DOCKERFILE


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_limits(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert 0 < service["pids_limit"] <= 512
    assert all("size=" in place for place in service["tmpfs"])
    assert service.get("init") is (True if name in OURS else None)


def test_the_proxy_that_is_trusted_is_named() -> None:
    gateway = COMPOSE["networks"]["outside"]["ipam"]["config"][0]["gateway"]
    trusted = SERVICES["web"]["environment"]["FRONTDESK_TRUSTED_PROXIES"]
    assert trusted == f"${{FRONTDESK_TRUSTED_PROXIES:-{gateway}}}"
    assert "FORWARDED_ALLOW_IPS" not in (ROOT / "docker-compose.yml").read_text("utf-8")


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_open_to_this_machine_alone(name: str) -> None:
    ports = SERVICES[name].get("ports", [])
    assert [port for port in ports if not port.startswith(LOCAL_ONLY)] == []
    assert bool(ports) == (name == "web")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_do_no_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_named_with_their_version(name: str) -> None:
    image, _, tag = SERVICES[name]["image"].rpartition(":")
    assert image
    assert re.match(r"\d", tag), "a tag such as `latest` means another program tomorrow"


def test_our_image_has_the_version_of_the_package() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert {SERVICES[name]["image"] for name in OURS} == {f"frontdesk:{version}"}


def test_images_of_others_are_pinned_to_their_bytes() -> None:
    images = [SERVICES[name]["image"] for name in SERVICES if name not in OURS] + _instructions("FROM")
    assert len(images) == 4
    for image in images:
        assert re.search(r":\d+\.\d+(\.\d+)?[-a-z]*@sha256:[0-9a-f]{64}( AS build)?$", image), image


@pytest.mark.parametrize("secret", ["POSTGRES_PASSWORD", "FRONTDESK_SECRET_KEY"])
def test_nothing_starts_without_its_secrets(secret: str) -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    used = re.findall(r"\$\{" + secret + r"(.)(.)", text)
    assert used
    assert set(used) == {(":", "?")}


@pytest.mark.parametrize("name", OURS)
def test_every_setting_reaches_the_containers(name: str) -> None:
    assert {given for given in SERVICES[name]["environment"] if given.startswith(PREFIX)} == SETTINGS


@pytest.mark.parametrize("name", OURS)
def test_the_web_chat_alone_is_a_deployment(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the two secrets is set: no channel, and not the demo."""
    given = {"POSTGRES_PASSWORD": "of the tests alone", "FRONTDESK_SECRET_KEY": "a key of the tests alone"}
    for variable, text in SERVICES[name]["environment"].items():
        value = re.sub(r"\$\{(\w+):[-?]([^}]*)\}", lambda found: given.get(found[1], found[2]), text)
        monkeypatch.setenv(variable, "" if value.startswith("set ") else value)
    settings = read_settings(tmp_path)
    assert settings.channels == ()
    assert not is_demo(settings)
    assert settings.monitor_address == ("0.0.0.0", 9464)  # noqa: S104 - within the container


def test_the_roles_wait_for_the_schema_and_the_servers() -> None:
    for name in ("bot", "web"):
        waits = {on: how["condition"] for on, how in SERVICES[name]["depends_on"].items()}
        assert waits == {
            "postgres": "service_healthy",
            "valkey": "service_healthy",
            "migrate": "service_completed_successfully",
        }
    assert SERVICES["migrate"]["restart"] == "no"


# --- the image --------------------------------------------------------------------------------------------------------


def _instructions(word: str) -> list[str]:
    return re.findall(rf"^{word} +(.*)$", DOCKERFILE, re.MULTILINE)


def test_the_image_is_built_in_two_stages_from_a_named_version() -> None:
    build, run = _instructions("FROM")
    assert build == f"{run} AS build"
    assert run.startswith("python:3.")


def test_the_image_runs_as_a_user_without_rights() -> None:
    last_stage = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    users = re.findall(r"^USER +(\S+)$", last_stage, re.MULTILINE)
    assert users == ["frontdesk"]
    assert re.search(r"useradd --uid .*\bfrontdesk\b", last_stage)


def test_the_image_holds_exactly_the_locked_packages() -> None:
    installs = re.findall(r"pip install ([^&\n]*)", DOCKERFILE)
    assert [line.strip() for line in installs] == [
        "--no-deps --require-hashes -r requirements.lock",
        "--no-deps --no-build-isolation -e .",
    ]


def test_what_is_copied_exists_and_is_let_through_to_the_builder() -> None:
    ignore = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    sources = [path for line in _instructions("COPY") if "--from" not in line for path in line.split()[:-1]]
    assert {"bot", "handoff", "knowledge", "infra", "examples"} <= set(sources)
    for path in sources:
        assert (ROOT / path).exists()
        assert f"!{path}" in ignore
    assert "*" in ignore


def test_no_secret_is_baked_into_the_image() -> None:
    assert not re.search(r"TOKEN|SECRET|PASSWORD", DOCKERFILE)


# --- systemd ----------------------------------------------------------------------------------------------------------

UNIT = ROOT / "examples" / "systemd" / "frontdesk.service"


def test_the_unit_can_do_no_more_than_it_needs() -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(UNIT, "utf-8")
    service = dict(unit["Service"])
    wanted = {"UMask": "0077", "ProtectSystem": "strict", "NoNewPrivileges": "yes", "CapabilityBoundingSet": ""}
    assert {name: service[name] for name in wanted} == wanted
    assert unit["Unit"]["Wants"] == unit["Unit"]["After"] == "network-online.target"
    assert service["ExecStart"].startswith(f"{service['WorkingDirectory']}/.venv/bin/frontdesk ")
    _parsed(service["ExecStart"].split()[1:])


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:  # on other systems the test above has to do
        return
    here = UNIT.read_text("utf-8").replace("/srv/frontdesk/.venv/bin/frontdesk", sys.executable)
    (tmp_path / UNIT.name).write_text(here.replace("WorkingDirectory=/srv/frontdesk", "WorkingDirectory=/"), "utf-8")
    told = subprocess.run([analyze, "verify", tmp_path / UNIT.name], capture_output=True, text=True, check=False)
    assert [line for line in told.stderr.splitlines() if UNIT.name in line] == []


# --- the wheel --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as `pip install .` builds it, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with ZipFile(next(folder.glob("*.whl"))) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    packages = [ROOT / name for name in ("bot", "handoff", "infra", "knowledge")]
    there = {path.relative_to(ROOT) for package in packages for path in package.rglob("*") if path.is_file()}
    wanted = {path for path in there if "__pycache__" not in path.parts}
    assert len(wanted) > 200
    assert sorted(str(path) for path in wanted if not (wheel / path).exists()) == []
    assert list(wheel.rglob("__pycache__")) == []


def test_the_installed_package_has_the_demos_knowledge(wheel: Path, tmp_path: Path) -> None:
    script = "import bot.program.demo as demo; print(demo.__file__, *(len(file.data) for file in demo.example_files()))"
    environment = {**os.environ, "PYTHONPATH": str(wheel)}
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    where, *sizes = run.stdout.split()
    assert Path(where) == wheel / "bot" / "program" / "demo.py"
    expected = [(ROOT / "examples" / "knowledge" / f"{language}.yaml").stat().st_size for language in LANGUAGES]
    assert list(map(int, sizes)) == expected


# --- the example of every setting -------------------------------------------------------------------------------------


def test_the_example_names_every_setting_and_no_other() -> None:
    assert {name for name in _example() if name.startswith(PREFIX)} == SETTINGS


def test_the_example_leaves_every_secret_empty() -> None:
    empty = {name for name, value in _example().items() if not value}
    assert empty == {name for name in _example() if name.endswith(("_SECRET", "_SECRET_KEY", "_PASSWORD"))}


def test_the_example_is_valid_when_everything_is_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    (tmp_path / ".env").write_text("\n".join(f"{name}={value}" for name, value in _example().items()), "utf-8")
    settings = read_settings(tmp_path)
    assert settings.database_url == Settings().database_url
    assert [channel.account for channel in settings.channels] == ["telegram:main", "vk:main"]


def test_a_setting_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FRONTDESK_PROT=8080\n", "utf-8")
    with pytest.raises(PlainError, match="did you mean FRONTDESK_PORT"):
        read_settings(tmp_path)


# --- documents --------------------------------------------------------------------------------------------------------


def test_every_setting_and_command_is_documented() -> None:
    settings, commands = [(ROOT / "docs" / name).read_text("utf-8") for name in ("settings.md", "commands.md")]
    assert sorted(name for name in SETTINGS if f"`{name}`" not in settings) == []
    assert sorted(name for name in _commands(main) if f"`frontdesk {name}" not in commands) == []


def test_each_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    wanted = [*project["project"]["dependencies"], *groups["build"], *groups["dev"]]
    names = {re.split(r"[\[<>=;, ]", item, maxsplit=1)[0] for item in wanted if isinstance(item, str)}
    told = set(
        re.findall(r"^\| `([a-z0-9-]+)`", (ROOT / "docs/decisions/dependencies.md").read_text("utf-8"), re.MULTILINE)
    )
    assert told == names


def test_the_table_of_deliveries_knows_every_outcome_and_state() -> None:
    told = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    assert [state.value for state in DeliveryState if f"`{state.value}`" not in told] == []
    assert [kind.__name__ for kind in get_args(SendOutcome) if f"| `{kind.__name__}`" not in told] == []


def test_links_between_the_documents_lead_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
    broken = [
        f"{document.relative_to(ROOT)}: {link}"
        for document in documents
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text("utf-8"))
        if not (document.parent / link).exists() and not link.endswith(".png")
    ]
    assert broken == []
