"""Implementation of the commands, which run on an open `App`: here or in the process that holds the SQLite file.

Arguments are JSON values and files are text or base64, so that a command can run in either process.
"""

import asyncio
import base64
import json
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.channels import Advising
from bot.cli.people_commands import ACCESS_COMMANDS, Command, Say
from bot.program.app import App
from bot.web.readiness import OK, look_at
from handoff.audit.log import COMMAND_LINE, AuditLog, Subject
from handoff.audit.models import AuditAction, Concern
from handoff.deliveries.new_rows import BUTTONS_REFUSED, accounts_without_buttons
from handoff.messages.values import Address
from handoff.people.linked_contacts import ContactView, other_addresses
from handoff.people.privacy.archive import archive
from handoff.people.privacy.erasure import Forgotten, contact_at, forget
from infra.errors import PlainError
from knowledge.entries.models import Entry
from knowledge.entries.repository import entries_by_id
from knowledge.files.loading import SourceFile, export, plan, read
from knowledge.files.planning import Plan
from knowledge.languages import LANGUAGES
from knowledge.matching import Thresholds, keep_plausible
from knowledge.quality import advice
from knowledge.quality.feedback import Feedback, asked_again, latest_feedback, published_keys

_MOST_JUDGED, _AT_ONCE = 2_000, 20
"""Maximum number of judged questions used for advice, latest first; number between reports of progress."""


async def load(app: App, arguments: dict[str, Any], say: Say) -> int:
    """Make the knowledge base equal to the given files, or only report what that would change."""
    files = [SourceFile(file["name"], base64.b64decode(file["data"])) for file in arguments["files"]]
    reading = await asyncio.to_thread(
        read, files, default_language=app.settings.language, encoding=arguments["encoding"]
    )
    draft = reading.draft
    keep, author = bool(arguments["keep"]), str(arguments["author"])
    if arguments["dry_run"]:
        planned = await app.db.read(lambda session: plan(session, draft, keep=keep))
    else:
        planned = await app.db.write(lambda session: app.library.load(session, draft, author=author, keep=keep))
        await app.library.refresh()
    for note in (*reading.notes, *planned.notes):
        say(note)
    for line in _described(planned, details=arguments["dry_run"]):
        say(line)
    return 0


async def write_out(app: App, arguments: dict[str, Any], say: Say) -> int:
    """Print the whole knowledge base as one file, in base64."""
    data = await app.db.read(lambda session: export(session, arguments["format"]))
    say(base64.b64encode(data).decode())
    return 0


async def ask(app: App, arguments: dict[str, Any], say: Say) -> int:
    """Print the bot's answer to a question."""
    await app.library.refresh()
    await app.library.add_vectors()
    match = await asyncio.to_thread(
        app.library.matcher.match, arguments["text"], languages=list(LANGUAGES), rivals=True
    )
    found = await app.db.read(lambda session: entries_by_id(session, [c.entry_id for c in match.candidates]))
    known = [(candidate, found[candidate.entry_id]) for candidate in match.candidates if candidate.entry_id in found]
    if arguments["json"]:
        candidates = [
            {
                "entry_id": entry.id,
                "key": entry.key,
                "lang": entry.lang,
                "question": entry.question,
                "confidence": round(candidate.confidence, 4),
                "phrasing": candidate.phrasing,
                "why": list(candidate.why),
            }
            for candidate, entry in known
        ]
        answer = known[0][1].answer if known and match.band.answers else None
        body = {"question": match.question, "band": match.band.value, "answer": answer, "candidates": candidates}
        say(json.dumps(body, ensure_ascii=False))
        return 0
    if match.band.answers and known:
        title = known[0][1].question if match.band == "answer" else f"I think you are asking: {known[0][1].question}"
        say(f"{title}\n\n{known[0][1].answer.strip()}\n\n({known[0][0].confidence:.0%} sure)")
    elif match.band == "suggest" and known:
        say("Maybe you mean:")
        shown = set(keep_plausible(match.candidates))
        for candidate, entry in known:
            if candidate in shown:
                say(f"  {candidate.confidence:4.0%}  {entry.question}")
    else:
        say("Nothing in the knowledge answers this; the question would go to a person.")
    return 0


async def advise(app: App, arguments: dict[str, Any], say: Say) -> int:  # noqa: ARG001 - one form for all commands
    """Recommend thresholds from the buttons that contacts pressed.

    Prints JSON lines: {"share"} while questions are matched again, {"lines", "picture"} at the end.

    Raises:
        PlainError: there are no judged questions.
    """
    await app.library.refresh()
    await app.library.add_vectors()

    def read(session: Session) -> tuple[list[Feedback], dict[int, str]]:
        return latest_feedback(session, _MOST_JUDGED), published_keys(session)

    feedback, keys = await app.db.read(read)
    loop = asyncio.get_running_loop()

    def progress(done: int, every: int) -> None:
        if done % _AT_ONCE == 0:
            loop.call_soon_threadsafe(say, json.dumps({"share": done / every}))

    asked = await asyncio.to_thread(asked_again, app.library.matcher, feedback, keys, progress)
    if not asked:
        raise PlainError(
            "No contact has pressed a button under an answer of the current knowledge base yet: wait until some have,"
            " or judge questions yourself and use `frontdesk knowledge eval`."
        )
    settings = app.settings
    in_force = Thresholds(settings.answer_confidence, settings.likely_confidence, settings.suggest_confidence)
    advised = advice.advise(asked, in_force)
    head = (
        f"Questions that contacts judged with a button: {len(feedback)};"
        f" {len(asked)} of them match the current knowledge base."
    )
    lines = [head, *(line for one in advised for line in ("", *one.lines()))]
    say(json.dumps({"lines": lines, "picture": advice.picture(advised[0])}))
    return 0


async def check(app: App, arguments: dict[str, Any], say: Say) -> int:  # noqa: ARG001 - one form for all commands
    """Print the state of each part; returns 1 if any part does not work."""
    look = await look_at(app.readiness_parts)
    if look.database == OK:
        say(f"✓ database: {app.db.dialect}, schema up to date")
    else:
        say(f"✕ database: {app.db.dialect}, {look.database}")
    if look.files != OK:
        say(f"✕ files: {app.settings.files_dir}, {look.files}")
    if app.settings.redis_url:
        say("✕ redis: not reachable at present" if app.bus.degraded else "✓ redis: reachable")
    entries = await app.db.read(_published)
    say(f"✓ knowledge: {entries} entries" if entries else "✕ knowledge: empty, load it with `frontdesk knowledge load`")
    if app.library.semantics is None:
        say("– sentence encoder: not used, questions are matched by words alone")
    else:
        say("✓ sentence encoder: {} of {} texts read".format(*await app.library.semantics.progress()))
    problems = look.channels
    for account, problem in problems.items():
        say(f"✕ {account}: {problem}" if problem else f"✓ {account}: working")
        channel = app.channels.get(account)
        if not problem and isinstance(channel, Advising) and (advice := await channel.advice()):
            say(f"– {account}: {advice}")
    for account in await app.db.read(lambda session: accounts_without_buttons(session, app.clock())):
        say(f"✕ {account}: {BUTTONS_REFUSED}")
    if not app.settings.channels:
        say("– channels: none is set up besides the chat of the help page")
    works = look.database == look.files == OK and bool(entries) and not app.bus.degraded
    return 0 if works and not any(problems.values()) else 1


async def export_contact(app: App, arguments: dict[str, Any], say: Say) -> int:
    """Print a contact's archive, in base64."""
    address = _address(arguments["address"])

    def work(session: Session) -> tuple[int, bytes] | None:
        contact = contact_at(session, address)
        packed = archive(session, contact) if contact is not None else None
        return (contact, packed) if contact is not None and packed is not None else None

    found = await app.db.read(work)
    if found is None:
        raise _nobody(address)
    contact, packed = found
    await app.db.write(lambda session: _record(app, session, AuditAction.CONTACT_EXPORTED, contact))
    say(base64.b64encode(packed).decode())
    return 0


async def linked_contacts(app: App, arguments: dict[str, Any], say: Say) -> int:
    """Print the addresses that agents linked with a contact's, a line each."""
    address = _address(arguments["address"])

    def work(session: Session) -> tuple[ContactView, ...]:
        contact = contact_at(session, address)
        return other_addresses(session, contact) if contact is not None else ()

    for other in await app.db.read(work):
        say(f"{other.account}/{other.user_id}")
    return 0


async def forget_contact(app: App, arguments: dict[str, Any], say: Say) -> int:
    """Erase all data about a contact."""
    address = _address(arguments["address"])

    def work(session: Session) -> Forgotten | None:
        contact = contact_at(session, address)
        forgotten = forget(session, contact, app.clock) if contact is not None else None
        if forgotten is not None and contact is not None:
            _record(app, session, AuditAction.CONTACT_ERASED, contact)
        return forgotten

    forgotten = await app.db.write(work)
    if forgotten is None:
        raise _nobody(address)
    for key in forgotten.files:
        app.files.drop(key)
    await app.db.purge()
    say(f"{address} is forgotten: {forgotten.rows} rows were erased.")
    return 0


def _record(app: App, session: Session, action: AuditAction, contact_id: int) -> None:
    AuditLog(app.clock).record(session, COMMAND_LINE, action, Subject(Concern.CONTACT, contact_id))


def _address(text: str) -> Address:
    account, _, user_id = text.partition("/")
    if ":" not in account or not user_id:
        raise PlainError(f"{text} is not an address: give account and user, for example vk:main/12345.")
    return Address(account, user_id)


def _nobody(address: Address) -> PlainError:
    return PlainError(f"No contact is known at {address}: `GET /tickets` and the desk show the addresses of contacts.")


def _published(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Entry).where(Entry.status == "published")) or 0


def _described(planned: Plan, *, details: bool) -> list[str]:
    groups = (
        ("+", "added", planned.added),
        ("~", "changed", planned.changed),
        ("-", "removed", planned.removed),
        ("=", "unchanged", planned.unchanged),
    )
    lines = [f"{name:>9}: {len(group)}" for _, name, group in groups]
    if details:
        for sign, _, group in groups[:3]:
            for entry in group:
                fields = f" ({', '.join(entry.fields)})" if entry.fields else ""
                lines.append(f"  {sign} [{entry.lang}] {entry.key}: {entry.question}{fields}")
    return lines


COMMANDS: dict[str, Command] = {
    **ACCESS_COMMANDS,
    "load": load,
    "export": write_out,
    "ask": ask,
    "advise": advise,
    "check": check,
    "export_contact": export_contact,
    "forget_contact": forget_contact,
    "linked_contacts": linked_contacts,
}
"""By the name used between processes."""
