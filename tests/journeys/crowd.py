"""Database queries of the journeys in public, for both platforms."""

from sqlalchemy import func, select

from handoff.models import Contact, Delivery, DeliveryState, InboxEvent
from handoff.tickets.request_models import PublicQuestion
from tests.journeys.stage import ContactOnStage, Stage

TOLD = "Ответ придёт вам в личные сообщения."
LINK = "Отвечу вам в личных сообщениях, чтобы не мешать остальным: "


async def acquainted(stage: Stage, name: str) -> ContactOnStage:
    """Add a contact who has written to the bot before."""
    who = await stage.contact(name)
    await who.starts()
    await who.hears()
    return who


async def kept(stage: Stage) -> list[str]:
    """Return the words of every stored event."""
    return [str(payload) for payload in await stage.app.db.read(lambda s: list(s.scalars(select(InboxEvent.payload))))]


async def questions(stage: Stage) -> int:
    """How many questions in public are kept."""
    return await stage.app.db.read(
        lambda session: session.scalar(select(func.count()).select_from(PublicQuestion)) or 0
    )


async def is_known(stage: Stage, who: ContactOnStage) -> bool:
    wanted = select(Contact.id).where(Contact.user_id == str(who.person))
    return await stage.app.db.read(lambda session: session.scalar(wanted) is not None)


async def failures(stage: Stage) -> list[str | None]:
    """Why deliveries failed."""
    failed = select(Delivery.reason).where(Delivery.state == DeliveryState.FAILED)
    return await stage.app.db.read(lambda session: list(session.scalars(failed)))


async def overheard(stage: Stage, anna: ContactOnStage) -> None:
    """Wait until her earlier messages have been handled and answered."""
    await anna.writes("привет, это Анна")
    await stage.noted("привет, это Анна")
    await stage.settled()


def start_of(line: str) -> str:
    """What the link in a public line carries."""
    return "q-" + line.rpartition("=q-")[2]
