"""State of the reply box in forms: words, mode and key."""

import hashlib
import uuid
from dataclasses import dataclass

from starlette.datastructures import FormData

from handoff.dashboard.content.reply_preview import ReplyPreview
from handoff.drafts.repository import DraftView
from handoff.messages.last_look import Oversight
from handoff.models import DraftMode


@dataclass(frozen=True, slots=True)
class ReplyDraft:
    """Content of the box and the key under which it will be sent."""

    text: str
    key: str
    mode: DraftMode | None = DraftMode.REPLY
    """None if the form did not state it: such a form is refused and shown with neither mode chosen."""
    corrects: int | None = None
    """Id of the sent reply that is corrected."""
    deletes: int | None = None
    """Id of the sent reply whose deletion is to be confirmed."""
    oversights: tuple[Oversight, ...] = ()
    """What its author may have overlooked; the form then has the text's `seen` mark, so that sending it again sends."""
    preview: ReplyPreview | None = None
    """What the contact would get, where the page shows it without a script."""

    @property
    def seen(self) -> str:
        return mark_of(self.text)


def mark_of(text: str) -> str:
    """Return a mark of the text, the same however a browser ends its lines."""
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def blank(mode: DraftMode | None = DraftMode.REPLY) -> ReplyDraft:
    """Create an empty box with a new key."""
    return ReplyDraft("", str(uuid.uuid4()), mode)


def box_of(kept: DraftView | None, mode: DraftMode = DraftMode.REPLY) -> ReplyDraft:
    """Return the box as it was left; an empty one in `mode` if nothing is kept."""
    return ReplyDraft(kept.text, kept.key, kept.mode) if kept is not None else blank(mode)


def draft_of(text: str, key: str, kind: str, corrects: int | None = None) -> ReplyDraft:
    """Read the box of a sent form. A key that is no UUID is replaced: it could collide with the keys of others."""
    try:
        key = str(uuid.UUID(key))
    except ValueError:
        key = str(uuid.uuid4())
    return ReplyDraft(text, key, DraftMode(kind) if kind in set(DraftMode) else None, corrects)


def draft_in(form: FormData, corrects: int | None = None) -> ReplyDraft | None:
    """Read the box of a form that no route has parsed; None if the form contains no box."""
    text = form.get("text")
    if not isinstance(text, str):
        return None
    return draft_of(text, str(form.get("key", "")), str(form.get("kind", "")), corrects)
