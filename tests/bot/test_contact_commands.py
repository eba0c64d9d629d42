"""`frontdesk contact` with addresses that agents linked as one person's."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from handoff.models import Contact
from tests.bot.conftest import Command


def test_linked_addresses_are_named_and_asked_about(frontdesk: Command, tmp_path: Path) -> None:
    assert frontdesk("migrate").exit_code == 0
    engine = create_engine(f"sqlite:///{tmp_path}/var/frontdesk.db")
    now = datetime(2026, 1, 1, tzinfo=UTC)

    def known() -> set[str]:
        with Session(engine) as session:
            return set(session.scalars(select(Contact.account).where(Contact.name != "")))

    with Session(engine) as session, session.begin():
        for account in ("vk:main", "telegram:main"):
            anna = Contact(account=account, user_id="1", name="Анна", created_at=now, last_seen_at=now, person_id=1)
            session.add(anna)
    exported = frontdesk("contact", "export", "vk:main/1").output
    assert "Linked with it as the same person, and not included: telegram:main/1." in exported
    assert "Erase these, too" in frontdesk("contact", "forget", "vk:main/1", given="y\nn\n").output
    assert known() == {"telegram:main"}
    with Session(engine) as session, session.begin():
        for number in (2, 3):
            session.add(
                Contact(account="vk:main", user_id=str(number), name="A", created_at=now, last_seen_at=now, person_id=2)
            )
    assert frontdesk("contact", "forget", "vk:main/2", given="y\ny\n").exit_code == 0
    assert known() == {"telegram:main"}
    engine.dispose()
