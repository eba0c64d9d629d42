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


REWRITES: dict[str, Callable[[Rows], None]] = {"0011": _answers_by_confirmation}
"""By revision."""
