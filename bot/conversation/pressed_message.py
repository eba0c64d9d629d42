"""What becomes of a message whose button was pressed: it shows what was chosen, and the buttons make room."""

from sqlalchemy.orm import Session

from bot.dialogue import UNSEEN, ButtonPress
from handoff.deliveries.outbox import Outbox

_BROWSING = UNSEEN | {"read"}
"""Nothing is chosen by looking around: those buttons stay as they are."""
_CHOSEN = frozenset({"helped", "solved", "pick", "speak", "rate", "ask_person", "form_pick"})
_KEPT = frozenset({"pick"})
"""Who picked one suggestion may find that they meant another."""


def show_choice(session: Session, outbox: Outbox, pressed: ButtonPress | None, choice_id: str) -> None:
    """Edit the pressed message, behind whatever the press was answered with; a repeated press changes nothing."""
    if pressed is None or pressed.used or pressed.action in _BROWSING:
        return
    mark = "✅" if pressed.action in _CHOSEN else "☑️"
    outbox.settle_choice(session, choice_id, mark, keep=pressed.action in _KEPT)
