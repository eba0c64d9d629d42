"""Deletion of a sent answer: it is taken back from the contact, and stays readable to agents."""

from sqlalchemy.orm import Session

from handoff.deliveries.outbox import Outbox
from handoff.errors import NotAllowedError, NotFoundError
from handoff.models import Agent, Contact, Message, MessageKind, Role
from handoff.tickets.confirmed_answers import Answers
from handoff.tickets.journal import Journal
from infra.clock import Clock


class Deletions:
    """Deletes answers; works within the caller's unit of work."""

    def __init__(self, clock: Clock, journal: Journal, outbox: Outbox, answers: Answers) -> None:
        self._clock = clock
        self._journal = journal
        self._outbox = outbox
        self._answers = answers

    def delete(self, session: Session, message_id: int, agent_id: int) -> None:
        """Delete a reply of the agent's own, or as a lead any agent's, wherever the contact's platform allows it.

        A ticket whose only answer it was is open again, a closed one stays closed. Deleting again changes nothing.

        Raises:
            NotFoundError: no agent sent such a reply.
            NotAllowedError: another agent sent it.
        """
        message = session.get(Message, message_id, with_for_update=True, populate_existing=True)
        if message is None or message.ticket_id is None or message.agent_id is None:
            raise NotFoundError(f"there is no reply {message_id}")
        agent = session.get_one(Agent, agent_id)
        if message.agent_id != agent_id and agent.role is Role.AGENT:
            raise NotAllowedError("only its author and leads delete a reply")
        if message.kind is MessageKind.DELETED:
            return
        if message.kind is not MessageKind.OUTGOING:
            raise NotFoundError(f"there is no reply {message_id}")
        contact = session.get_one(Contact, message.contact_id, with_for_update=True)
        ticket = self._journal.ticket(session, message.ticket_id)
        message.kind, message.deleted_at, message.deleted_by_id = MessageKind.DELETED, self._clock(), agent_id
        session.flush()
        self._outbox.delete(session, message_id)
        self._answers.take_back(session, ticket)
        contact.version += 1
        self._journal.touch(session, ticket)
