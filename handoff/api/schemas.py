"""Bodies of requests and responses. Responses are built from the views of the lower floors, by attribute."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from handoff.messages.contents import Content
from handoff.messages.names import readable
from handoff.messages.threads import Line
from handoff.models import DeliveryState, FileState, MessageKind, TicketStatus
from handoff.tickets.queue import TicketView
from infra.storage.columns import LARGEST_ID
from knowledge.entries.drafts import ANSWER_LENGTH, KEY_LENGTH, LINE_LENGTH, MOST_ALTERNATIVES, Handoff, Status
from knowledge.matching import Band

TEXT_LIMIT = 20_000
NOT_BLANK: JsonDict = {"pattern": r"[^\s\x00-\x1f\x85]"}
"""Constraint for the description of texts only: a blank text has an error of its own."""


class Sent(BaseModel):
    """Base of request bodies: a misspelt field is an error, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Shown(BaseModel):
    """Base of responses that are built from a view."""

    model_config = ConfigDict(from_attributes=True)


class ContactOut(BaseModel):
    """The member of the community who asks."""

    id: int
    user_id: str
    name: str
    unreachable: str | None = Field(description="Why nothing can be sent to them at present.")


class AssigneeOut(BaseModel):
    """Current holder of a ticket."""

    id: int
    name: str


def contact_name(view: TicketView) -> str:
    """Name of the contact, or their number if the name is not readable. Empty for an erased contact."""
    return readable(view.contact_name) or ("" if view.forgotten else f"Contact {view.contact_id}")


class TicketOut(BaseModel):
    """One question that people handle."""

    id: int
    number: int = Field(description="The number shown to people: #482. The same as the id.")
    status: TicketStatus
    question: str
    channel: str = Field(description="The channel account, e.g. `vk:main`.")
    contact: ContactOut
    assignee: AssigneeOut | None
    lapses_at: datetime | None = Field(description="When the assignee's claim ends unless they use or renew it.")
    returned_from: str | None = Field(description="The agent from whom it returned to the queue by itself.")
    category: str | None
    language: str
    reason: str = Field(description="Why the bot handed it over.")
    opened_at: datetime
    due_at: datetime | None = Field(description="When the promised answer is due; null if none is owed.")
    waiting_since: datetime | None = Field(description="Since when the contact waits for us.")
    solved_at: datetime | None
    rating: int | None = Field(description="The contact's rating of the help, from 1 to 5.")
    rating_comment: str | None
    undelivered: DeliveryState | None = Field(
        description="Why the agents' latest words have not arrived: `retrying`, `refused`, `maybe_delivered` or "
        "`failed`. Null if they have arrived or are on their way."
    )
    reopened: bool = Field(description="It was closed before, and is open again.")
    tags: list[str]
    snoozed: bool = Field(description="Its assignee left it out of the queue.")
    snoozed_until: datetime | None = Field(description="When it wakes; null if only the contact's words wake it.")
    version: int = Field(description="Grows with every change.")

    @staticmethod
    def of(view: TicketView) -> "TicketOut":
        assignee = None
        if view.assignee_id is not None and view.assignee is not None:
            assignee = AssigneeOut(id=view.assignee_id, name=view.assignee)
        return TicketOut(
            id=view.id,
            number=view.id,
            status=view.status,
            question=view.question,
            channel=view.channel,
            contact=ContactOut(
                id=view.contact_id,
                user_id=view.contact_user_id,
                name=contact_name(view),
                unreachable=view.unreachable,
            ),
            assignee=assignee,
            lapses_at=view.lapses_at,
            returned_from=view.returned_from,
            category=view.category,
            language=view.language,
            reason=view.reason,
            opened_at=view.opened_at,
            due_at=view.due_at,
            waiting_since=view.waiting_since,
            solved_at=view.solved_at,
            rating=view.rating,
            rating_comment=view.rating_comment,
            undelivered=view.undelivered,
            reopened=view.reopened,
            tags=list(view.tags),
            snoozed=view.snoozed,
            snoozed_until=view.snoozed_until,
            version=view.version,
        )


class TicketsOut(BaseModel):
    """One page of at most 50 tickets, and the total number of tickets."""

    items: list[TicketOut]
    total: int = Field(description="1000 where there are 1000 or more.")


class AttachmentOut(Shown):
    """Attachment of a message other than text."""

    kind: str
    name: str


class FileOut(Shown):
    """File that came with a message; once it is `kept` it can be downloaded at `/files/{id}`."""

    id: int
    kind: str
    name: str
    state: FileState
    reason: str | None = Field(description="Of a refused one: `kind` or `size`; of a failed one: `unreachable`.")
    size: int | None


class DeliveryOut(Shown):
    """One part of an outgoing message and its delivery state."""

    id: int
    state: DeliveryState
    reason: str | None
    attempts: int
    repeated: bool = Field(description="Sent once more after a “maybe delivered”.")
    edit: bool = Field(description="A correction of an earlier message.")
    deletes: bool = Field(description="The deletion of an earlier part.")
    next_attempt_at: datetime
    updated_at: datetime


class MessageOut(Shown):
    """One line of the contact's thread."""

    id: int
    kind: MessageKind
    author: str = Field(description="Empty for the bot.")
    by_agent: bool
    ticket_id: int | None
    text: str = Field(description="Of an event: its keyword, e.g. `claimed`.")
    attachments: list[AttachmentOut]
    files: list[FileOut]
    contents: list[Content] = Field(
        description="Other content: places, polls, forwarded messages. A passage names its files by position, from 0."
    )
    edited_at: datetime | None
    deleted_at: datetime | None = Field(description="Of an agent's reply that was taken back from the contact.")
    deleted_by: str = Field(description="The agent who deleted it; empty for other lines.")
    at: datetime
    deliveries: list[DeliveryOut]


class TicketWithMessages(TicketOut):
    """A ticket and the latest 200 lines of its contact's thread."""

    messages: list[MessageOut]

    @staticmethod
    def with_lines(view: TicketView, lines: tuple[Line, ...]) -> "TicketWithMessages":
        messages = [MessageOut.model_validate(line) for line in lines]
        for message in messages:
            if message.kind is MessageKind.INCOMING:
                message.author = readable(message.author) or contact_name(view)
        return TicketWithMessages(**dict(TicketOut.of(view)), messages=messages)


class TextIn(Sent):
    """A reply or a note. A repeat under the same `key` yields the same message; other content under it is refused."""

    text: str = Field(max_length=TEXT_LIMIT, json_schema_extra=NOT_BLANK)
    key: str | None = Field(None, min_length=8, max_length=64, pattern="^[A-Za-z0-9_-]+$", examples=["b1e5-unique"])


class CorrectionIn(Sent):
    """New text of a reply."""

    text: str = Field(max_length=TEXT_LIMIT, json_schema_extra=NOT_BLANK)


class MessageIdOut(BaseModel):
    """The message that was written, by this request or when its key was first used."""

    message_id: int


class TransferIn(Sent):
    """The agent who receives the ticket."""

    to: int = Field(ge=1, le=LARGEST_ID, description="An agent's id.")
    note: str = Field("", max_length=TEXT_LIMIT, description="A note for them in the thread, which only agents read.")


class AssignIn(Sent):
    """The agent to whom a lead gives the ticket."""

    to: int = Field(ge=1, le=LARGEST_ID, description="An agent's id.")
    reason: str = Field("", max_length=500, description="Needed if another agent holds the ticket.")


class TagsIn(Sent):
    """Tags to add and to remove; spellings that differ in case only are one tag."""

    add: list[Annotated[str, Field(max_length=1000)]] = Field([], max_length=20)
    remove: list[Annotated[str, Field(max_length=1000)]] = Field([], max_length=20)


class LabelsIn(Sent):
    """What a ticket is about; a field that is left out stays as it is."""

    category: str | None = Field(None, max_length=KEY_LENGTH, description="A category's key; null for none.")
    language: str = Field("", max_length=8, description="A language's code, as `ru`.")


class SnoozeIn(Sent):
    """How long a ticket is left out of the queue."""

    until: AwareDatetime | None = Field(
        None, description="A time at most a year ahead; null for until the contact writes."
    )


class SettleIn(Sent):
    """The agent's knowledge about a part that may have arrived."""

    arrived: bool


_PRINTED = r"[^\x00-\x08\x0b-\x1f\x7f-\x9f]"
_LANGUAGE: JsonDict = {"pattern": "^[a-z]{2,3}(-[a-z0-9]{2,8})?$"}
_ONE_LINE_WITH_LETTERS: JsonDict = {"pattern": f"^{_PRINTED}*[A-Za-z0-9]{_PRINTED}*$"}
_WITH_AN_ANSWER: JsonDict = {
    "anyOf": [
        {"properties": {"status": {"enum": ["draft", "archived", "proposed"]}}, "required": ["status"]},
        {"properties": {"answer": {"pattern": "[A-Za-z0-9]"}}, "required": ["answer"]},
    ]
}
"""Published entries have an answer. Patterns only describe; the error itself names each fault in words."""


def _line(length: int) -> JsonDict:
    return {"maxLength": length, "pattern": f"^{_PRINTED}*$"}


class EntryIn(Sent):
    """Desired state of a knowledge entry."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_WITH_AN_ANSWER)

    key: str = Field("", description="Derived from the question if it is empty.", json_schema_extra=_line(KEY_LENGTH))
    lang: str = Field(description="Two or three letters, such as ru, en or hu.", json_schema_extra=_LANGUAGE)
    question: str = Field(json_schema_extra={**_line(LINE_LENGTH), **_ONE_LINE_WITH_LETTERS})
    answer: str = Field("", description="Markdown.", json_schema_extra=_line(ANSWER_LENGTH))
    category: str | None = Field(None, json_schema_extra=_line(KEY_LENGTH))
    alternatives: list[str] = Field([], json_schema_extra={"maxItems": MOST_ALTERNATIVES})
    handoff: Handoff | None = Field(None, description="None: the category's rule applies.")
    status: Status = "published"


class EntryOut(Shown):
    """An entry of the knowledge base."""

    id: int
    key: str
    lang: str
    category: str | None
    category_title: str
    question: str
    alternatives: list[str]
    answer: str
    own_handoff: Handoff | None
    handoff: Handoff = Field(description="The effective rule: the entry's own, otherwise the category's.")
    status: Status
    helped: int
    not_helped: int
    created_at: datetime
    updated_at: datetime
    author: str


class EntriesOut(BaseModel):
    """One page of entries, and the total number of entries."""

    items: list[EntryOut]
    total: int
    page: int
    pages: int


class PlannedOut(Shown):
    """One entry that a load touches; `fields` names the differences."""

    key: str
    lang: str
    question: str
    fields: list[str]


class ImportOut(BaseModel):
    """Changes made by a load, or with `dry_run` the changes it would make."""

    dry_run: bool
    added: list[PlannedOut]
    changed: list[PlannedOut]
    removed: list[PlannedOut]
    unchanged: int
    notes: list[str] = Field(description="The encoding that the file was read in, what was converted, near duplicates.")


class CandidateOut(BaseModel):
    """An entry that may answer the question."""

    entry_id: int
    key: str
    lang: str
    question: str
    phrasing: str = Field(description="The closest wording.")
    confidence: float = Field(description="Probability that this entry answers, 0 to 1.")
    why: list[str] = Field(description="The words that say so.")


class MatchOut(BaseModel):
    """The bot's answer to a question; `answer` is present only in the bands `answer` and `likely`."""

    question: str
    band: Band = Field(
        description="What a contact gets: `answer`, the answer; `likely`, the answer as a guess; `suggest`, the"
        " candidates with at least a fifth of the first one's confidence as choices; `none`, the offer of a person."
    )
    answer: str | None
    candidates: list[CandidateOut]


AssigneeFilter = Literal["me", "none"]
