"""The `frontdesk` command: reads arguments and settings, prints, and delegates to `commands.py`.

Errors that a person can fix are printed as one sentence on standard error, with exit code 2.
"""

import asyncio
import base64
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NoReturn

import click

from bot.cli.people import add_access_commands
from bot.program.settings import Settings, read_settings
from infra.errors import PlainError

_PICTURE = "Draw the share of right answers against the share of questions that get one, as SVG."


class _Plain(click.Group):
    """Turns a PlainError of any command into its sentence and exit code 2."""

    def invoke(self, context: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        try:
            return super().invoke(context)
        except PlainError as error:
            _fail(str(error))
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - ends with exit code 1
            from bot.program.logs import traceback_of  # noqa: PLC0415 - the command line starts fast
            from infra.storage.outages import outage_sentence  # noqa: PLC0415

            if sentence := outage_sentence(error):
                _fail(sentence)
            click.echo(traceback_of(error), err=True)  # without data from messages: standard error may be a log
            sys.exit(1)


@click.group(cls=_Plain, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="frontdesk")
def main() -> None:
    """Frontdesk: the front door of a community's support."""


@main.command()
@click.option("--only", type=click.Choice(["bot", "web"]), help="Run one role; both share one database.")
def run(only: Literal["bot", "web"] | None) -> None:
    """Run the bots, the desk and the help page; without a channel and a named database, the demo."""
    _run(only)


@main.command()
def demo() -> None:
    """Run the demo: simulated VK and Telegram, an example knowledge base, and a desk."""
    _run(None, as_demo=True)


@main.command()
def migrate() -> None:
    """Migrate the database to the current schema; a SQLite file is copied first."""
    from bot.program.logs import write_logs  # noqa: PLC0415 - the command line starts fast
    from bot.program.schema import Upgrade  # noqa: PLC0415
    from bot.program.schema import migrate as apply  # noqa: PLC0415
    from infra.database import Database  # noqa: PLC0415

    async def work(database_url: str) -> Upgrade | None:
        database = Database(database_url)
        try:
            return await asyncio.to_thread(apply, database)
        finally:
            await database.close()

    write_logs()
    with _settings_in_force() as settings:
        upgrade = asyncio.run(work(settings.database_url))
    if upgrade is None:
        click.echo("The database is up to date.")
        return
    click.echo(f"The database is now at schema {upgrade.revision}.")
    if upgrade.copy is not None:
        click.echo(f"As it was before: {upgrade.copy} (delete this copy once all is well).")


@main.command()
def check() -> None:
    """Check settings, database, channels and knowledge base."""
    _do("check")


@main.command()
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="One JSON object with band, candidates and confidence.")
def ask(text: str, as_json: bool) -> None:
    """Ask a question as a contact would."""
    _do("ask", text=text, json=as_json)


@main.command()
def chat() -> None:
    """Chat with the bot in this terminal."""
    from bot.cli.chat import chat as talk  # noqa: PLC0415 - the command line starts fast

    with _settings_in_force() as settings:
        asyncio.run(talk(settings))


@main.group()
def knowledge() -> None:
    """Load, export and evaluate the knowledge base."""


@knowledge.command("load")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only print what would change.")
@click.option("--keep", is_flag=True, help="Keep the entries that the files do not name.")
@click.option("--encoding", help="Encoding of files that are neither UTF-8 nor UTF-16, such as windows-1250.")
def knowledge_load(files: tuple[Path, ...], dry_run: bool, keep: bool, encoding: str | None) -> None:
    """Make the knowledge base equal to FILES, all or nothing; docs/knowledge.md describes their formats."""
    sources = [{"name": path.name, "data": base64.b64encode(_read(path)).decode()} for path in files]
    _do("load", files=sources, dry_run=dry_run, keep=keep, encoding=encoding, author="command line")


@knowledge.command("export")
@click.argument("file", type=click.Path(path_type=Path))
def knowledge_export(file: Path) -> None:
    """Write the whole knowledge base to FILE; its extension sets the format."""
    said: list[str] = []
    _do("export", said.append, format=file.suffix.removeprefix("."))
    _write(file, base64.b64decode(said[0]))


@knowledge.command("eval")
@click.option("--knowledge", "knowledge_file", required=True, type=click.Path(path_type=Path))
@click.option("--queries", "queries_file", required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object with every figure and question.")
@click.option("--compare", "baseline_file", type=click.Path(path_type=Path), help="An earlier report of --json.")
@click.option("--tolerance", default=0.01, show_default=True, help="How far a figure may fall in a comparison.")
@click.option("--picture", "picture_file", type=click.Path(path_type=Path), help=_PICTURE)
def knowledge_eval(
    knowledge_file: Path,
    queries_file: Path,
    as_json: bool,
    baseline_file: Path | None,
    tolerance: float,
    picture_file: Path | None,
) -> None:
    """Measure the matcher on a knowledge base and questions with known answers (JSON Lines), and recommend thresholds.

    With --compare, exit code 1 means that accuracy_at_1, recall_at_3 or auto_answer_precision fell, or that
    oos_answered rose, by more than the tolerance.
    """
    from dataclasses import asdict  # noqa: PLC0415 - the command line starts fast

    from knowledge.matching import Thresholds, find_embedder  # noqa: PLC0415
    from knowledge.quality import advice  # noqa: PLC0415
    from knowledge.quality.comparison import compare, read_baseline  # noqa: PLC0415
    from knowledge.quality.evaluation import evaluate, read_knowledge, read_queries  # noqa: PLC0415
    from knowledge.quality.reliability import reliability_lines  # noqa: PLC0415

    settings = read_settings()
    entries, queries = read_knowledge(_lines(knowledge_file)), read_queries(_lines(queries_file))
    before = read_baseline(_text(baseline_file), baseline_file.name) if baseline_file else None
    in_force = Thresholds(settings.answer_confidence, settings.likely_confidence, settings.suggest_confidence)
    with click.progressbar(length=len(queries), label="Asking", file=sys.stderr) as bar:
        report = evaluate(
            entries,
            queries,
            progress=lambda _done, _total: bar.update(1),
            thresholds=in_force,
            embedder=find_embedder() if settings.sentence_encoder else None,
        )
    comparison = compare(before, report, tolerance) if before else None
    answer, likely, suggest = advice.advise(report.questions, in_force)
    if as_json:
        questions = [asdict(question) for question in report.questions]
        compared = {"comparison": asdict(comparison)} if comparison else {}
        thresholds = {**answer.figures, "likely": likely.figures, "suggest": suggest.figures}
        click.echo(json.dumps({**report.figures, "thresholds": thresholds, **compared, "questions": questions}))
    elif comparison:
        click.echo("\n".join(comparison.lines()))
    else:
        for name, value in report.figures.items():
            click.echo(f"{name:>26}: {value:.4g}" if isinstance(value, float) else f"{name:>26}: {value}")
        click.echo("\n" + "\n".join(reliability_lines(report.questions, report.ease)))
        for advised in (answer, likely, suggest):
            click.echo("\n" + "\n".join(advised.lines()))
    if picture_file is not None:
        _write(picture_file, advice.picture(answer).encode(), aside=True)
    if comparison and comparison.worse:
        click.echo(f"Worse than before: {', '.join(comparison.worse)}.", err=True)
        sys.exit(1)


@knowledge.command("advise")
@click.option("--picture", "picture_file", type=click.Path(path_type=Path), help=_PICTURE)
def knowledge_advise(picture_file: Path | None) -> None:
    """Recommend thresholds from the buttons that contacts pressed under answers and choices."""
    advice: dict[str, Any] = {}
    with click.progressbar(length=100, label="Asking again", file=sys.stderr) as bar:

        def hear(line: str) -> None:
            advice.update(json.loads(line))
            bar.update(round(advice.get("share", 1.0) * 100) - bar.pos)

        _do("advise", hear)
    click.echo("\n".join(advice["lines"]))
    if picture_file is not None:
        _write(picture_file, advice["picture"].encode(), aside=True)


@main.group()
def contact() -> None:
    """Export or erase a contact's data. ADDRESS is account and user, for example vk:main/12345."""


@contact.command("export")
@click.argument("address")
@click.option("--to", "file", type=click.Path(path_type=Path), help="File to write; contact.zip by default.")
def contact_export(address: str, file: Path | None) -> None:
    """Write all data about ADDRESS as a ZIP with a page to read and a JSON file.

    Addresses that agents linked with it as the same person's are named, and not included: export each by itself.
    """
    said: list[str] = []
    _do("export_contact", said.append, address=address)
    _write(file or Path("contact.zip"), base64.b64decode(said[0]))
    others = _linked(address)
    if others:
        click.echo(f"Linked with it as the same person, and not included: {', '.join(others)}.")


@contact.command("forget")
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask.")
def contact_forget(address: str, yes: bool) -> None:
    """Erase all data about ADDRESS; the figures of their tickets stay.

    Addresses that agents linked with it as the same person's stay, unless you agree to erase them too.
    """
    others = _linked(address)
    if not yes:
        click.confirm(f"Erase everything about {address}? This cannot be undone", abort=True)
    both = (
        bool(others)
        and not yes
        and click.confirm(f"Agents linked it with {', '.join(others)} as the same person. Erase these, too")
    )
    for one in (address, *(others if both else ())):
        _do("forget_contact", address=one)


def _linked(address: str) -> list[str]:
    said: list[str] = []
    _do("linked_contacts", said.append, address=address)
    return said


def _run(only: Literal["bot", "web"] | None, *, as_demo: bool = False) -> None:
    from bot.cli.run import open_doors  # noqa: PLC0415
    from bot.program.logs import write_logs  # noqa: PLC0415 - the command line starts fast

    settings = read_settings()
    write_logs(settings.secrets)
    asyncio.run(open_doors(settings, only, as_demo=as_demo))


@contextmanager
def _settings_in_force() -> Iterator[Settings]:
    """Yield the settings that `run` would use. If they are the demo's, a successful command says so."""
    from bot.program.demo_settings import DEMO_DATABASE, is_demo, settings_in_force  # noqa: PLC0415 - like its callers' imports

    settings = read_settings()
    yield settings_in_force(settings)
    if is_demo(settings):
        click.echo(f"No channel and no database is set up, so this is about the demo ({DEMO_DATABASE}).", err=True)


def _do(command: str, say: Any = click.echo, **arguments: object) -> None:  # noqa: ANN401 - click.echo takes much
    """Run a command here, or in the running process that holds the database; exit with its code."""

    async def work(settings: Settings) -> int:
        from bot.cli.commands import COMMANDS  # noqa: PLC0415
        from bot.cli.control_socket import hand_over  # noqa: PLC0415
        from bot.program.app import open_app  # noqa: PLC0415 - only where the work is done here
        from infra.storage.sqlite import DatabaseHeldError  # noqa: PLC0415

        try:
            async with open_app(settings) as app:
                return await COMMANDS[command](app, arguments, say)
        except DatabaseHeldError:
            return await hand_over(settings.database_url, command, arguments, say)

    with _settings_in_force() as settings:
        code = asyncio.run(work(settings))
    if code:
        sys.exit(code)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PlainError(f"{path} cannot be read: {error.strerror}.") from error


def _write(path: Path, data: bytes, *, aside: bool = False) -> None:
    """Write a file; with `aside`, standard output is kept for something else."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise PlainError(f"{path} cannot be written: {error.strerror}.") from error
    click.echo(f"Written to {path}.", err=aside)


def _lines(path: Path) -> list[str]:
    return _text(path).split("\n")  # str.splitlines also splits at characters that JSON allows within a line


def _text(path: Path) -> str:
    try:
        return _read(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PlainError(f"{path} is not UTF-8 text: save it as UTF-8 and try again.") from error


def _fail(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(2)


add_access_commands(main, _do)
