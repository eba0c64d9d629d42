"""Attachments of incoming messages: which are fetched, and the reply about those that are refused."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, or_, update
from sqlalchemy.orm import Session

from bot.wording import WORDS
from handoff.deliveries.new_rows import OutgoingMessage
from handoff.deliveries.outbox import Outbox
from handoff.messages import files
from handoff.messages.files import MessageRef, Rules
from handoff.messages.values import Addressee, Attachment, RichText
from handoff.models import Contact, Message, MessageKind
from infra.bus import Bus
from infra.clock import Clock
from infra.database import after_commit
from infra.storage import rows
from infra.storage.rows import table
from infra.wording import mark

_KINDS = {
    "photo": mark("photo"),
    "document": mark("document"),
    "voice": mark("voice message"),
    "video": mark("video"),
    "audio": mark("audio"),
}
_MESSAGES = table(Message)
_TAKE_ALONG = (
    update(_MESSAGES)
    .where(
        _MESSAGES.c.contact_id == bindparam("contact"),
        _MESSAGES.c.ticket_id.is_(None),
        _MESSAGES.c.kind == MessageKind.INCOMING,
        or_(_MESSAGES.c.attachments.is_not(None), _MESSAGES.c.contents.is_not(None)),
        _MESSAGES.c.at > bindparam("since"),
    )
    .values(ticket_id=bindparam("ticket"))
)


class Attachments:
    """Queues downloads and posts replies about refused files, within the caller's unit of work."""

    def __init__(self, outbox: Outbox, bus: Bus, clock: Clock, rules: Rules) -> None:
        self.rules = rules
        self._outbox = outbox
        self._bus = bus
        self._clock = clock

    def want(self, session: Session, contact: Addressee, given: Sequence[tuple[int, Sequence[Attachment]]]) -> None:
        """Queue the files of stored messages for download, and post one reply for each reason of a refusal."""
        account, now = contact.account, self._clock()
        refused: list[tuple[Attachment, str]] = []
        for message_id, attachments in given:
            refused += files.want(session, MessageRef(message_id, contact.id, account), attachments, self.rules, now)
        self._say(session, contact, refused)
        after_commit(session, lambda: self._bus.publish("files", account))

    def tell(self, session: Session, contact_id: int, refused: Sequence[tuple[Attachment, str]]) -> None:
        row = session.get_one(Contact, contact_id)
        self._say(session, Addressee(row.id, row.account, row.user_id, row.language, row.numbered), refused)

    def _say(self, session: Session, contact: Addressee, refused: Sequence[tuple[Attachment, str]]) -> None:
        language = contact.language
        for reason in ["size", "kind"]:
            names = [
                WORDS.text(language, "“{name}”", name=attachment.name)
                if attachment.name
                else WORDS.text(language, _KINDS[attachment.kind])
                for attachment, why in refused
                if why == reason
            ]
            if not names:
                continue
            named = ", ".join(names)
            if reason == "size":
                sentence = WORDS.text(
                    language,
                    "This did not reach us: {name}. We accept files of up to {limit} MB; please send a smaller one.",
                    name=named,
                    limit=self.rules.megabytes,
                )
            else:
                sentence = WORDS.text(
                    language,
                    "We could not open this: {name}."
                    " Please describe in words what it shows, or send it in another form.",
                    name=named,
                )
            self._outbox.post(session, contact, OutgoingMessage(RichText(sentence)))


def take_along(session: Session, contact_id: int, ticket_id: int, since: datetime) -> None:
    """Assign files, places and the like to a new ticket if the contact sent them shortly before it."""
    rows.run(session, _TAKE_ALONG, {"contact": contact_id, "ticket": ticket_id, "since": since})
