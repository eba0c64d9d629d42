"""Edit a message whose button was pressed: it shows the choice, and its buttons are removed."""

from sqlalchemy.orm import Session

from bot.dialogue import ButtonPress
from handoff.deliveries.outbox import Outbox


def show_choice(session: Session, outbox: Outbox, pressed: ButtonPress | None, choice_id: str) -> None:
    """Edit the pressed message, after the answer to the press; a repeated press changes nothing."""
    rule = pressed.payload.rule if pressed is not None and not pressed.used else None
    if rule is not None and rule.shows is not None:
        outbox.settle_choice(session, choice_id, rule.shows, keep=rule.keeps_others)
