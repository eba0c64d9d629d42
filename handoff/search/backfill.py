"""Indexes the messages from before the search index existed: in the background, newest first, in small batches."""

import asyncio
import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.models import Message, MessageKind, Ticket
from handoff.search.index import OPENED, stems_of
from handoff.search.models import MessageSearch, SearchBackfill
from infra.database import Database
from infra.storage import rows

_BATCH = 300
_PAUSE_SECONDS = 0.05
_log = logging.getLogger(__name__)


class Backfill:
    """Indexes old messages; several processes may do so at once, and it continues after a restart."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Index until nothing remains, then wait to be cancelled."""
        remain = True
        while remain:
            remain = await self._database.write(index_batch)
            await asyncio.sleep(_PAUSE_SECONDS)
        await asyncio.Event().wait()


def index_batch(session: Session) -> bool:
    """Index the next messages; return whether others remain."""
    progress = session.scalar(select(SearchBackfill).with_for_update())
    if progress is None:
        return False
    found = session.execute(
        select(Message, Ticket.question)
        .join(Ticket, Ticket.id == Message.ticket_id, isouter=True)
        .where(Message.id < progress.before_id)
        .order_by(Message.id.desc())
        .limit(_BATCH)
    ).all()
    if not found:
        session.delete(progress)
        _log.info("every earlier message can be found now")
        return False
    indexed = [
        {"message_id": message.id, "contact_id": message.contact_id, "stems": stems}
        for message, question in found
        if (stems := stems_of(_searched_text(message, question or "")))
    ]
    rows.add_new(session, MessageSearch, indexed)
    progress.before_id = found[-1][0].id
    return True


def _searched_text(message: Message, question: str) -> str:
    """Return the words under which a message is found; "" for the bot's answers and for most events."""
    match message.kind:
        case MessageKind.INCOMING:
            return f"{message.author}\n{message.text}"
        case MessageKind.EVENT:
            return question if message.text == OPENED else ""
        case MessageKind.OUTGOING if message.agent_id is None and not message.author:
            return ""
        case _:
            return message.text
