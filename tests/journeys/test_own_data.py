"""A contact's own data: export as a file, and erasure, on both platforms and both databases."""

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from tests.journeys.stage import Stage

WORD = "канарейка"


async def test_a_contact_takes_their_data_along_and_is_forgotten(stage: Stage) -> None:
    anna = await stage.contact(f"Анна {WORD}")
    await anna.writes(f"соедините с оператором: {WORD} пропала")
    await anna.hears()
    await anna.writes("/export")
    assert (await anna.hears()).text == "Всё, что мы о вас храним:"
    assert (await anna.hears()).attachments[0] in {"doc", "document"}
    await anna.writes("забыть меня")
    assert "Отменить это нельзя" in (await anna.hears()).text
    await anna.presses("Удалить всё")
    assert (await anna.hears()).text.startswith("Готово: ваши сообщения, вопросы и файлы удалены")
    await stage.settled()
    kept = await stage.app.db.read(words_everywhere)
    assert WORD not in kept
    await stage.until(lambda _session: not any(path.is_file() for path in stage.app.settings.files_dir.rglob("*")))
    await anna.writes("не помню пароль")
    assert (await anna.hears()).text.startswith("Забыли пароль")


def words_everywhere(session: Session) -> str:
    names = inspect(session.connection()).get_table_names()
    tables = [name for name in names if name not in {"entry", "entry_version", "phrasing", "category"}]
    return "\n".join(str(tuple(row)) for name in tables for row in session.execute(text(f'SELECT * FROM "{name}"')))  # noqa: S608
