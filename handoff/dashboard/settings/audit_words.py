"""The entries of the audit log in words, and as CSV."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from handoff.audit.log import EntryView, Subject
from handoff.audit.models import AuditAction, Concern, Origin
from handoff.dashboard.wording import ROLES, Words
from infra.wording import mark

ACTIONS = {
    AuditAction.AGENT_ADDED: mark("Agent added"),
    AuditAction.AGENT_DISABLED: mark("Agent disabled"),
    AuditAction.AGENT_ENABLED: mark("Agent enabled"),
    AuditAction.ROLE_CHANGED: mark("Role changed"),
    AuditAction.PASSWORD_SET: mark("Password set by somebody else"),
    AuditAction.PASSWORD_CHANGED: mark("Own password changed"),
    AuditAction.SIGNED_OUT: mark("Sessions ended"),
    AuditAction.LINK_CREATED: mark("Link to set a password created"),
    AuditAction.LINK_REVOKED: mark("Link to set a password revoked"),
    AuditAction.LINK_USED: mark("Password set by a link"),
    AuditAction.FACTOR_ENABLED: mark("Second factor switched on"),
    AuditAction.FACTOR_DISABLED: mark("Second factor switched off"),
    AuditAction.RECOVERY_CODE_USED: mark("Recovery code used"),
    AuditAction.RECOVERY_CODES_RENEWED: mark("Recovery codes replaced"),
    AuditAction.PROFILE_CHANGED: mark("Own profile changed"),
    AuditAction.ACCOUNT_LINKED: mark("Own account linked for pings"),
    AuditAction.ACCOUNT_UNLINKED: mark("Own account unlinked"),
    AuditAction.TOKEN_ADDED: mark("API token created"),
    AuditAction.TOKEN_REVOKED: mark("API token revoked"),
    AuditAction.CATEGORY_CHANGED: mark("Category changed"),
    AuditAction.FORM_CHANGED: mark("Form of a category changed"),
    AuditAction.FORM_RELEASED: mark("Form of a category left to the files"),
    AuditAction.TARGET_CHANGED: mark("Target without a category's own changed"),
    AuditAction.RETENTION_CHANGED: mark("Retention changed"),
    AuditAction.HOURS_CHANGED: mark("Office hours changed"),
    AuditAction.HOLIDAY_SAVED: mark("Day off saved"),
    AuditAction.HOLIDAY_REMOVED: mark("Day off removed"),
    AuditAction.WORDING_CHANGED: mark("Sentence changed"),
    AuditAction.WORDING_RESTORED: mark("Built-in sentence restored"),
    AuditAction.TICKET_ASSIGNED: mark("Question assigned"),
    AuditAction.WEBHOOK_ADDED: mark("Webhook added"),
    AuditAction.WEBHOOK_CHANGED: mark("Webhook changed"),
    AuditAction.WEBHOOK_PAUSED: mark("Webhook paused"),
    AuditAction.WEBHOOK_RESUMED: mark("Webhook switched on again"),
    AuditAction.WEBHOOK_ROTATED: mark("Webhook's secret replaced"),
    AuditAction.WEBHOOK_REMOVED: mark("Webhook deleted"),
    AuditAction.CONTACT_EXPORTED: mark("Contact's data exported"),
    AuditAction.CONTACT_ERASED: mark("Contact's data erased"),
}
ORIGINS = {
    Origin.DESK: mark("at the desk"),
    Origin.API: mark("over the REST interface"),
    Origin.COMMAND_LINE: mark("on the command line"),
}
DETAILS = {
    "role": mark("role: {value}"),
    "events": mark("events: {value}"),
    "texts": mark("with texts (1: yes): {value}"),
    "before": mark("before: {value}"),
    "handoff": mark("to a person: {value}"),
    "first_answer": mark("first answer within (minutes): {value}"),
    "next_answer": mark("next answer within (minutes): {value}"),
    "fields": mark("fields: {value}"),
    "minutes": mark("minutes: {value}"),
    "question_days": mark("days that questions are kept: {value}"),
    "conversation_days": mark("days that conversations are kept: {value}"),
    "zone": mark("time zone: {value}"),
    "open_minutes": mark("open minutes in a week: {value}"),
    "released": mark("questions returned to the queue: {value}"),
    "held_by": mark("from agent {value}"),
    "receiver": mark("to agent {value}"),
    "language": mark("language: {value}"),
    "sessions": mark("sessions: {value}"),
}
_HEAD = ("time", "agent_id", "agent", "origin", "action", "concern", "concern_id", "name", "details")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Names:
    """Present names of agents, programs included, and of tokens."""

    agents: Mapping[int, str]
    tokens: Mapping[int, str]

    def subject(self, subject: Subject) -> str:
        """Return the name of an agent or token; empty for others."""
        known = {Concern.AGENT: self.agents, Concern.TOKEN: self.tokens}.get(subject.concern, {})
        return known.get(int(subject.key), "") if str(subject.key).isdecimal() else ""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry as the page shows it."""

    id: int
    at: datetime
    who: str
    origin: str
    action: str
    subject: str
    details: str


def row(entry: EntryView, names: Names, words: Words) -> AuditRow:
    """Describe an entry in the reader's language."""
    origin = entry.actor.origin
    who = names.agents.get(entry.actor.agent_id or 0, "") or words.t("Command line")
    return AuditRow(
        entry.id,
        entry.at,
        who,
        words.t(ORIGINS[origin]) if origin is not Origin.COMMAND_LINE else "",
        words.t(ACTIONS[entry.action]),
        _subject(entry.subject, names, words),
        ", ".join(_detail(name, value, words) for name, value in entry.details.items()),
    )


def as_csv(entries: Iterable[EntryView], names: Names) -> str:
    """Write the entries as CSV; an apostrophe precedes cells that a spreadsheet would compute."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(_HEAD)
    for entry in entries:
        writer.writerow(
            _inert(str(cell))
            for cell in (
                entry.at.isoformat(),
                entry.actor.agent_id or "",
                names.agents.get(entry.actor.agent_id or 0, ""),
                entry.actor.origin,
                entry.action,
                entry.subject.concern,
                entry.subject.key,
                names.subject(entry.subject),
                json.dumps(entry.details) if entry.details else "",
            )
        )
    return table.getvalue()


def _subject(subject: Subject, names: Names, words: Words) -> str:
    name = names.subject(subject)
    match subject.concern:
        case Concern.CONTACT:
            return words.t("Contact {number}", number=subject.key)
        case Concern.CATEGORY:
            return words.t("Category {name}", name=subject.key)
        case Concern.TICKET:
            return words.t("#{number}", number=subject.key)
        case Concern.SENTENCE:
            return words.t("Sentence {name}", name=subject.key)
        case Concern.WEBHOOK:
            return words.t("Webhook {number}", number=subject.key)
        case Concern.TOKEN:
            return words.t("Token {name}", name=name or subject.key)
        case _:
            return name or str(subject.key)


def _detail(name: str, value: str | int, words: Words) -> str:
    shown = words.t(ROLES[value]) if isinstance(value, str) and value in ROLES else str(value)
    return words.t(DETAILS[name], value=shown) if name in DETAILS else f"{name}: {shown}"


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
