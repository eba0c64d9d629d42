"""The command line without a running bot: its output, and one sentence with exit code 2 for errors of the user."""

import json
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import Result
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from handoff.models import Contact
from knowledge.matching import Band, Candidate, Match
from knowledge.quality.feedback import published_keys
from knowledge.quality.lookups import record_lookup, settle_lookup
from tests.bot.conftest import Command

ENTRIES = """\
categories: [{key: access, title: Вход}]
entries:
  - {id: password, lang: ru, category: access, question: Забыли пароль?, answer: Нажмите «Забыли пароль?».,
     alternatives: [не помню пароль, забыл пароль]}
  - {id: music, lang: ru, question: Как скачать музыку?, answer: По подписке., alternatives: [скачать музыку]}
"""
KNOWLEDGE = """\
{"id": "password", "question": "I forgot my password", "alternatives": ["lost password"], \
"answer": "Reset it", "lang": "en"}
{"id": "music", "question": "How do I download music?", "alternatives": ["download a song"], \
"answer": "Subscribe", "lang": "en"}
"""
QUERIES = """\
{"text": "forgot password", "lang": "en", "expected": "password"}
{"text": "download music", "lang": "en", "expected": "music"}
{"text": "weather tomorrow", "lang": "en", "expected": null}
"""
TOKEN = "123456:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghi"


def refused(result: Result) -> str:
    """The sentence of a command that could not do it: one line on standard error, nothing on standard output."""
    assert result.exit_code == 2, (result.output, result.exception)
    assert result.stdout == ""
    sentence = result.stderr.strip()
    assert "Traceback" not in sentence
    return sentence


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- what works -------------------------------------------------------------------------------------------------------


def test_knowledge_is_loaded_asked_and_exported(frontdesk: Command, tmp_path: Path) -> None:
    (tmp_path / "k.yaml").write_text(ENTRIES, "utf-8")
    dry = frontdesk("knowledge", "load", "k.yaml", "--dry-run")
    assert dry.exit_code == 0
    assert dry.stdout == (
        "    added: 2\n  changed: 0\n  removed: 0\nunchanged: 0\n"
        "  + [ru] password: Забыли пароль?\n  + [ru] music: Как скачать музыку?\n"
    )
    assert frontdesk("knowledge", "load", "k.yaml").stdout == "    added: 2\n  changed: 0\n  removed: 0\nunchanged: 0\n"
    assert frontdesk("knowledge", "load", "k.yaml").stdout == "    added: 0\n  changed: 0\n  removed: 0\nunchanged: 2\n"

    answer = json.loads(frontdesk("ask", "не помню пароль", "--json").stdout)
    assert (answer["band"], answer["answer"]) == ("answer", "Нажмите «Забыли пароль?».")
    assert answer["candidates"][0]["key"] == "password"
    assert frontdesk("ask", "не помню пароль").stdout.startswith("Забыли пароль?\n\nНажмите")
    assert "would go to a person" in frontdesk("ask", "какая завтра погода в казани").stdout

    for name in ("out.yaml", "out.json", "out.jsonl", "out.csv", "out.yml"):
        assert frontdesk("knowledge", "export", name).stdout == f"Written to {name}.\n"
        again = frontdesk("knowledge", "load", name, "--dry-run")
        assert again.stdout == "    added: 0\n  changed: 0\n  removed: 0\nunchanged: 2\n", name

    (tmp_path / "one.yaml").write_text(
        "entries: [{id: music, lang: ru, question: Как скачать музыку?, answer: Никак.}]", "utf-8"
    )
    kept = frontdesk("knowledge", "load", "one.yaml", "--keep", "--dry-run")
    assert kept.stdout.startswith("    added: 0\n  changed: 1\n  removed: 0\nunchanged: ")
    whole = frontdesk("knowledge", "load", "one.yaml", "--dry-run")
    assert whole.stdout.startswith("    added: 0\n  changed: 1\n  removed: 1\nunchanged: 0\n")


def test_people_and_programs_are_let_in(frontdesk: Command) -> None:
    words = ("agent", "add", "maria@example.org", "--name", "Maria", "--role", "admin", "--password-stdin")
    added = frontdesk(*words, given="correct horse battery\n")
    assert added.stdout == "Maria (admin) can sign in at http://127.0.0.1:8080/desk\n"
    assert refused(frontdesk(*words, given="correct horse battery\n")).startswith("There is an agent with the address")
    assert refused(frontdesk("agent", "add", "x", "--name", "X", "--password-stdin", given="long enough password\n"))
    token = frontdesk("token", "add", "exporter", "--role", "agent").stdout
    assert token.startswith("fd_")
    assert len(token.splitlines()) == 1
    assert refused(frontdesk("token", "add", "exporter")) == "There is a token named exporter already."


def test_access_is_changed_and_withdrawn(frontdesk: Command) -> None:
    def add(email: str, name: str, role: str) -> None:
        words = ("agent", "add", email, "--name", name, "--role", role, "--password-stdin")
        assert frontdesk(*words, given="correct horse battery\n").exit_code == 0

    assert frontdesk("agent", "list").stdout.startswith("There is no agent yet: add one with")
    add("ada@example.org", "Ada", "admin")
    add("olga@example.org", "Olga", "agent")
    assert frontdesk("agent", "role", "Olga@example.org", "lead").stdout == "Olga has the role lead from now on.\n"
    assert frontdesk("agent", "sign-out", "olga@example.org").stdout == "Olga is signed out: 0 sessions have ended.\n"
    factor = frontdesk("agent", "second-factor-off", "olga@example.org")
    assert factor.stdout == "Olga signs in without a code from now on, and is signed out everywhere.\n"
    password = frontdesk("agent", "password", "olga@example.org", "--password-stdin", given="four words of mine\n")
    assert password.stdout == "Olga has the new password, and is signed out everywhere.\n"
    weak = frontdesk("agent", "password", "olga@example.org", "--password-stdin", given="password1234\n")
    assert refused(weak).startswith("The password is easy to guess or known from a breach")
    assert frontdesk("agent", "disable", "olga@example.org").stdout.startswith("Olga is signed out and cannot sign in")
    assert frontdesk("agent", "list").stdout == (
        "ada@example.org   Ada   admin  can sign in\nolga@example.org  Olga  lead   disabled\n"
    )
    assert frontdesk("agent", "enable", "olga@example.org").stdout.startswith("Olga can sign in again")
    for words in (("agent", "disable", "ada@example.org"), ("agent", "role", "ada@example.org", "agent")):
        assert refused(frontdesk(*words)) == "Ada is the last admin who can sign in: make somebody else an admin first."
    for words in (("agent", "disable", "x@example.org"), ("agent", "sign-out", "x@example.org")):
        assert refused(frontdesk(*words)).startswith("There is no agent with the address x@example.org")

    assert frontdesk("token", "list").stdout == "No token is in force.\n"
    frontdesk("token", "add", "crm", "--role", "lead")
    assert frontdesk("token", "list").stdout.startswith("crm  lead  since 20")
    assert frontdesk("token", "revoke", "CRM").stdout == "The token CRM opens nothing any more.\n"
    assert refused(frontdesk("token", "revoke", "crm")).startswith("There is no token named crm")


def test_check_says_what_works(frontdesk: Command, tmp_path: Path) -> None:
    empty = frontdesk("check")
    assert (empty.exit_code, empty.stdout.splitlines()[1]) == (
        1,
        "✕ knowledge: empty, load it with `frontdesk knowledge load`",
    )
    (tmp_path / "k.yaml").write_text(ENTRIES, "utf-8")
    frontdesk("knowledge", "load", "k.yaml")
    full = frontdesk("check")
    assert (full.exit_code, full.stdout.splitlines()) == (
        0,
        [
            "✓ database: sqlite, schema up to date",
            "✓ knowledge: 2 entries",
            "✓ sentence encoder: 0 of 7 texts read",
            "– channels: none is set up besides the chat of the help page",
        ],
    )
    with closing(sqlite3.connect(tmp_path / "var" / "frontdesk.db")) as database, database:
        database.execute(
            "INSERT INTO channel_state (account, random_base, buttons_refused_at, updated_at)"
            " VALUES ('vk:main', 1, datetime('now'), datetime('now'))"
        )
    assert "✕ vk:main: the platform refuses buttons" in frontdesk("check").stdout
    unserved = frontdesk("check", TELEGRAM_TOKEN=TOKEN)
    assert unserved.exit_code == 1
    assert "✕ telegram:main: no running process serves it" in unserved.stdout


def test_the_matcher_is_judged(frontdesk: Command, tmp_path: Path) -> None:
    (tmp_path / "k.jsonl").write_text(KNOWLEDGE, "utf-8")
    (tmp_path / "q.jsonl").write_text(QUERIES, "utf-8")
    judged = frontdesk("knowledge", "eval", "--knowledge", "k.jsonl", "--queries", "q.jsonl", "--json")
    figures = json.loads(judged.stdout)
    assert figures["accuracy_at_1"] == 1.0
    assert {
        "recall_at_3", "mrr_at_10", "oos_auroc", "coverage_at_95_precision", "auto_answer_precision",
        "auto_answer_coverage", "likely_answer_precision", "likely_answer_coverage", "answered_precision",
        "answered_coverage", "oos_answered", "oos_offered", "queries_per_second", "p50_ms",
        "p99_ms", "index_seconds", "index_bytes",
    } <= set(figures)  # fmt: skip
    drawn = frontdesk(
        "knowledge", "eval", "--knowledge", "k.jsonl", "--queries", "q.jsonl", "--json", "--picture", "c.svg"
    )
    assert json.loads(drawn.stdout)["thresholds"] == figures["thresholds"]
    assert "0.88 in force" in (tmp_path / "c.svg").read_text("utf-8")
    plain = frontdesk("knowledge", "eval", "--knowledge", "k.jsonl", "--queries", "q.jsonl").stdout
    assert "accuracy_at_1: 1\n" in plain
    assert "answered from" in plain
    assert "likely answers from" in plain
    assert "choices from" in plain
    [told] = [line for line in plain.splitlines() if "to advise FRONTDESK_ANSWER_CONFIDENCE" in line]
    assert told.startswith("Too few of these questions are answered surely enough to advise")
    assert figures["thresholds"]["advised"] is None
    assert figures["thresholds"]["steps"][0]["threshold"] == 0.5
    assert figures["thresholds"]["likely"]["steps"][0]["threshold"] == 0.5
    assert figures["thresholds"]["suggest"]["steps"][0]["threshold"] == 0.05


def test_advice_is_drawn_from_what_contacts_pressed(frontdesk: Command, tmp_path: Path) -> None:
    (tmp_path / "k.yaml").write_text(ENTRIES, "utf-8")
    frontdesk("knowledge", "load", "k.yaml")
    unpressed = frontdesk("knowledge", "advise", "--picture", "curve.svg")
    assert unpressed.exit_code == 2
    assert unpressed.stderr.strip().endswith("judge questions yourself and use `frontdesk knowledge eval`.")
    assert not (tmp_path / "curve.svg").exists()

    engine = create_engine(f"sqlite:///{tmp_path / 'var' / 'frontdesk.db'}")
    with Session(engine) as session, session.begin():
        found = {entry: key for entry, key in published_keys(session).items() if key == "password"}
        for text in ("забыл пароль", *["не помню пароль"] * 24):
            match = Match(text, Band.ANSWER, tuple(Candidate(entry, text, 0.9, ()) for entry in found))
            lookup = record_lookup(session, contact_id=None, match=match, lang="ru", at=datetime.now(UTC))
            settle_lookup(session, lookup, "helped")
    engine.dispose()
    advice = frontdesk("knowledge", "advise", "--picture", "curve.svg")
    assert advice.exit_code == 0, advice.stderr
    lines = advice.stdout.splitlines()
    assert lines[0] == "Questions that contacts judged with a button: 25; 25 of them match the current knowledge base."
    assert advice.stderr.splitlines()[-1] == "Written to curve.svg."
    assert "FRONTDESK_SUGGEST_CONFIDENCE" in lines[-1]
    assert [line for line in lines if "FRONTDESK_ANSWER_CONFIDENCE" in line] == [
        "These questions speak for FRONTDESK_ANSWER_CONFIDENCE=0.5: 100% of what the knowledge covers would be answered"
        " rightly instead of 100%, and 100.0% of the answers would be right instead of 100.0%."
    ]
    assert "0.50–0.95, 0.50 advised, 0.88 in force" in (tmp_path / "curve.svg").read_text("utf-8")


def test_two_versions_of_a_knowledge_are_compared(frontdesk: Command, tmp_path: Path) -> None:
    (tmp_path / "k.jsonl").write_text(KNOWLEDGE, "utf-8")
    (tmp_path / "q.jsonl").write_text(QUERIES, "utf-8")
    judge = ("knowledge", "eval", "--queries", "q.jsonl", "--knowledge")
    (tmp_path / "before.json").write_text(frontdesk(*judge, "k.jsonl", "--json").stdout, "utf-8")

    same = frontdesk(*judge, "k.jsonl", "--compare", "before.json")
    assert (same.exit_code, same.stderr.strip()) == (0, "Asking")
    assert "newly wrong: 0" in same.stdout.splitlines()

    (tmp_path / "k.jsonl").write_text(KNOWLEDGE.replace('"music", "question"', '"song", "question"'), "utf-8")
    (tmp_path / "q.jsonl").write_text(QUERIES.replace('"music"', '"song"'), "utf-8")
    renamed = frontdesk(*judge, "k.jsonl", "--compare", "before.json")
    assert renamed.exit_code == 0
    assert "2 questions were asked in one of the two runs only" in renamed.stdout

    (tmp_path / "before.json").write_text(frontdesk(*judge, "k.jsonl", "--json").stdout, "utf-8")
    swapped = KNOWLEDGE.replace("password", "x").replace('"music"', '"password"').replace('"x"', '"song"')
    (tmp_path / "swapped.jsonl").write_text(swapped, "utf-8")
    worse = frontdesk(*judge, "swapped.jsonl", "--compare", "before.json", "--json")
    assert worse.exit_code == 1
    assert worse.stderr.splitlines()[-1].startswith("Worse than before: accuracy_at_1")
    compared = json.loads(worse.stdout)["comparison"]
    assert {question["expected"] for question in compared["newly_wrong"]} == {"password", "song"}
    assert frontdesk(*judge, "swapped.jsonl", "--compare", "before.json", "--tolerance", "1").exit_code == 0


def test_the_settings_say_how_sure_is_sure_enough(frontdesk: Command, tmp_path: Path) -> None:
    (tmp_path / "k.jsonl").write_text(KNOWLEDGE, "utf-8")
    (tmp_path / "q.jsonl").write_text(QUERIES, "utf-8")
    judge = ("knowledge", "eval", "--knowledge", "k.jsonl", "--queries", "q.jsonl", "--json")
    bold = json.loads(frontdesk(*judge, ANSWER_CONFIDENCE="0", SUGGEST_CONFIDENCE="0").stdout)
    assert [question["band"] for question in bold["questions"][:2]] == ["answer", "answer"]
    timid = json.loads(frontdesk(*judge, ANSWER_CONFIDENCE="1", SUGGEST_CONFIDENCE="1").stdout)
    assert timid["auto_answer_coverage"] == 0.0
    assert timid["auto_answer_precision"] is None


def test_migrating_says_what_was_done(frontdesk: Command) -> None:
    assert frontdesk("migrate").stdout.startswith("The database is now at schema ")
    assert frontdesk("migrate").stdout == "The database is up to date.\n"


# --- errors of the user -----------------------------------------------------------------------------------------------


def test_settings(frontdesk: Command) -> None:
    assert refused(frontdesk("check", PROT="1")) == "FRONTDESK_PROT is not a setting: did you mean FRONTDESK_PORT?"
    told = refused(frontdesk("check", TELEGRAM_TOKEN="12345:oops"))
    assert told == "The Telegram token is malformed: copy it whole from BotFather, like 123456:ABC-DEF…."
    assert "oops" not in told


@pytest.mark.parametrize("words", [("check",), ("migrate",), ("ask", "x"), ("token", "add", "x")])
def test_a_database_that_is_away(frontdesk: Command, words: tuple[str, ...]) -> None:
    told = refused(frontdesk(*words, DATABASE_URL=f"postgresql://me:topsecret@127.0.0.1:{closed_port()}/x"))
    assert told.endswith("cannot be reached: start PostgreSQL or correct FRONTDESK_DATABASE_URL.")
    assert "topsecret" not in told


def test_a_redis_that_is_away(frontdesk: Command) -> None:
    told = frontdesk("check", REDIS_URL=f"redis://127.0.0.1:{closed_port()}/0")
    assert told.exit_code == 1
    assert "✕ redis: not reachable at present" in told.stdout.splitlines()


def test_a_database_of_a_newer_program(frontdesk: Command, tmp_path: Path) -> None:
    frontdesk("migrate")
    with sqlite3.connect(tmp_path / "var/frontdesk.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    for words in (("migrate",), ("check",)):
        assert refused(frontdesk(*words)).startswith("The database was made by a newer Frontdesk: update the program")


def test_knowledge_that_cannot_be_read_changes_nothing(frontdesk: Command, tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(ENTRIES, "utf-8")
    (tmp_path / "bad.yaml").write_text("entries:\n  - {id: a, lang: ru, question: Что?}\n  - {id: b, qestion: x}\n")
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00\x00")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "what.docx").write_bytes(b"PK")
    frontdesk("knowledge", "load", "good.yaml")
    assert refused(frontdesk("knowledge", "load", "no.yaml")) == "no.yaml cannot be read: No such file or directory."
    assert refused(frontdesk("knowledge", "load", "folder.yaml")) == "folder.yaml cannot be read: Is a directory."
    problems = refused(frontdesk("knowledge", "load", "good.yaml", "bad.yaml")).splitlines()
    assert problems == [
        "bad.yaml:2: answer: is empty: write one, or set status to draft",
        'bad.yaml:3: unknown field "qestion"; did you mean "question"?',
        "bad.yaml:3: question: is empty",
        "bad.yaml:3: answer: is empty: write one, or set status to draft",
    ]
    for name in ("broken.json", "bytes.csv", "what.docx"):
        assert refused(frontdesk("knowledge", "load", name)).startswith(name)
    assert "unchanged: 2" in frontdesk("knowledge", "load", "good.yaml").stdout


def test_files_that_cannot_be_written_or_judged(frontdesk: Command, tmp_path: Path) -> None:
    assert refused(frontdesk("knowledge", "export", "x.docx")) == "Name the file .yaml, .json, .jsonl or .csv."
    assert (
        refused(frontdesk("knowledge", "export", "no/x.csv"))
        == "no/x.csv cannot be written: No such file or directory."
    )
    (tmp_path / "k.jsonl").write_text(KNOWLEDGE, "utf-8")
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe")
    (tmp_path / "broken.jsonl").write_text("{}\nnot json\n")
    told = refused(frontdesk("knowledge", "eval", "--knowledge", "bytes.jsonl", "--queries", "k.jsonl"))
    assert told == "bytes.jsonl is not UTF-8 text: save it as UTF-8 and try again."
    (tmp_path / "q.jsonl").write_text(QUERIES, "utf-8")
    judge = ("knowledge", "eval", "--knowledge", "k.jsonl", "--queries", "q.jsonl", "--compare")
    assert refused(frontdesk(*judge, "no.json")) == "no.json cannot be read: No such file or directory."
    assert refused(frontdesk(*judge, "broken.jsonl")).startswith(
        "broken.jsonl is no report of `frontdesk knowledge eval"
    )
    for knowledge, queries in (("broken.jsonl", "k.jsonl"), ("k.jsonl", "broken.jsonl"), ("k.jsonl", "k.jsonl")):
        refused(frontdesk("knowledge", "eval", "--knowledge", knowledge, "--queries", queries))


def test_a_contact_is_exported_and_forgotten(frontdesk: Command, tmp_path: Path) -> None:
    assert frontdesk("migrate").exit_code == 0
    engine = create_engine(f"sqlite:///{tmp_path}/var/frontdesk.db")
    with Session(engine) as session, session.begin():
        now = datetime(2026, 1, 1, tzinfo=UTC)
        session.add(
            Contact(account="vk:main", user_id="12345", name="Анна", language="ru", created_at=now, last_seen_at=now)
        )
    engine.dispose()
    assert frontdesk("contact", "export", "vk:main/12345", "--to", "anna.zip").output == "Written to anna.zip.\n"
    with ZipFile(tmp_path / "anna.zip") as pack:
        assert "Анна" in pack.read("frontdesk.html").decode()
    assert frontdesk("contact", "forget", "vk:main/12345", given="n\n").exit_code == 1
    assert frontdesk("contact", "forget", "vk:main/12345", "--yes").output.startswith("vk:main/12345 is forgotten")
    assert "No contact is known at vk:main/12345" in refused(frontdesk("contact", "forget", "vk:main/12345", "--yes"))
    assert "is not an address" in refused(frontdesk("contact", "export", "12345"))


def test_words_that_are_no_command(frontdesk: Command) -> None:
    for words in (("rnu",), ("run", "--only", "sender"), ("knowledge", "load"), ("agent", "add", "a@b.c")):
        assert frontdesk(*words).exit_code == 2


def test_every_command_explains_itself(frontdesk: Command) -> None:
    for words in ((), ("knowledge",), ("knowledge", "load"), ("agent", "add"), ("token", "add"), ("run",)):
        assert frontdesk(*words, "--help").exit_code == 0


def test_a_file_in_an_old_encoding_says_so_and_an_empty_one_is_refused(frontdesk: Command, tmp_path: Path) -> None:
    (tmp_path / "hu.csv").write_bytes("question,answer\nHol őrzik a tárgyakat?,A főbejáratnál\n".encode("cp1250"))
    (tmp_path / "pl.csv").write_bytes("question,answer\nGdzie są książki?,Leżą na półce\n".encode("cp1250"))
    (tmp_path / "none.yaml").write_text("[]\n")
    loaded = frontdesk("knowledge", "load", "hu.csv")
    assert (loaded.exit_code, loaded.stdout.splitlines()[:2]) == (0, ["hu.csv: read as windows-1250", "    added: 1"])
    assert "--encoding" in refused(frontdesk("knowledge", "load", "pl.csv"))
    assert refused(frontdesk("knowledge", "load", "none.yaml")).startswith("none.yaml: has no entries")
    assert "unchanged: 1" in frontdesk("knowledge", "load", "hu.csv").stdout
    named = frontdesk("knowledge", "load", "pl.csv", "--encoding", "cp1250", "--keep")
    assert named.stdout.splitlines()[:2] == ["pl.csv: read as cp1250", "    added: 1"]
