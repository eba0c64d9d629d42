"""What migrations write into rows that were there before, said once more in Python: the tests compare with it.

A migration that leaves old columns alone and fills new ones with the model's default needs nothing here.
"""

from collections.abc import Callable
from typing import Any

Rows = dict[str, list[dict[str, Any]]]


def _answers_by_confirmation(rows: Rows) -> None:
    """0011: an answer counts from its confirmation, so one that was lost leaves its ticket open."""
    for ticket in rows["ticket"]:
        if ticket["status"] == "open":
            ticket["unanswered_since"] = ticket["waiting_since"] or ticket["opened_at"]
        if ticket["status"] != "waiting":
            continue
        answers = [row for row in rows["message"] if row["ticket_id"] == ticket["id"]]
        answers = [row for row in answers if row["agent_id"] is not None and row["kind"] == "outgoing"]
        answer = max(answers, key=lambda row: row["id"], default=None)
        lost = sorted(
            row["state"]
            for row in rows["delivery"]
            if answer is not None
            and row["message_id"] == answer["id"]
            and row.get("edits") is None
            and row.get("place") is None
            and row["state"] in {"failed", "maybe_delivered", "refused"}
        )
        if answer is not None and lost:
            ticket |= {
                "undelivered": lost[0],
                "status": "open",
                "remind_at": None,
                "solve_at": None,
                "waiting_since": answer["at"],
            }


def _one_person(rows: Rows) -> None:
    """0027: full names identify contacts."""
    rows["contact_identifier"] = [
        {"contact_id": row["id"], "value": f"name:{row['name'][:249]}"}
        for row in rows["contact"]
        if len(row["name"].strip().split(" ")) > 1
    ]


def _messages_to_index(rows: Rows) -> None:
    """0029: the messages that exist are indexed for the search later."""
    rows["search_backfill"] = [{"id": 1, "before_id": max(row["id"] for row in rows["message"]) + 1}]


def _ownership(rows: Rows) -> None:
    """0032: claims carry the moment of their last renewal, and an answered ticket stays with its holder."""
    for ticket in rows["ticket"]:
        if ticket["status"] in {"open", "waiting"} and ticket["assignee_id"] is not None:
            ticket["claimed_at"] = ticket["updated_at"]
            ticket["touched_at"] = ticket["updated_at"] if ticket["status"] == "waiting" else None


def _promises(rows: Rows) -> None:
    """0033: open tickets get a promise, and only those keep a due time."""
    waiting = sorted((row for row in rows["ticket"] if row["status"] == "open"), key=lambda row: row["id"])
    rows["promise"] = [
        {
            "id": number,
            "ticket_id": ticket["id"],
            "kind": "first" if ticket["first_reply_at"] is None else "next",
            "since": ticket["waiting_since"] or ticket["opened_at"],
            "due_at": ticket["due_at"],
            "outcome": None,
            "ended_at": None,
        }
        for number, ticket in enumerate(waiting, 1)
    ]
    for ticket in rows["ticket"]:
        if ticket["status"] != "open":
            ticket["due_at"] = None


REWRITES: dict[str, Callable[[Rows], None]] = {
    "0011": _answers_by_confirmation,
    "0027": _one_person,
    "0029": _messages_to_index,
    "0032": _ownership,
    "0033": _promises,
}
"""By revision."""
