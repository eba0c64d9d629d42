"""The least role for every route of the desk. A route that is missing here is refused to everybody."""

from enum import IntEnum
from types import MappingProxyType

from handoff.models import Role


class Access(IntEnum):
    """Who may use a route; each value includes those after it."""

    ANYONE = 0
    AGENT = 1
    LEAD = 2
    ADMIN = 3
    UNDECLARED = 4
    """No role suffices: the route was added without a declaration."""

    def admits(self, role: Role) -> bool:
        """Decide whether an agent with this role may use the route."""
        return _RANK[role] >= self


_RANK = {Role.AGENT: Access.AGENT, Role.LEAD: Access.LEAD, Role.ADMIN: Access.ADMIN}

LEAST = MappingProxyType(
    {
        # Signing in
        "GET /desk/login": Access.ANYONE,
        "POST /desk/login": Access.ANYONE,
        "GET /desk/login/code": Access.ANYONE,
        "POST /desk/login/code": Access.ANYONE,
        "GET /desk/invitation/{secret}": Access.ANYONE,
        "POST /desk/invitation/{secret}": Access.ANYONE,
        "GET /desk/static/{name}": Access.ANYONE,
        # The agent's own account
        "POST /desk/logout": Access.AGENT,
        "GET /desk/profile": Access.AGENT,
        "POST /desk/profile": Access.AGENT,
        "POST /desk/profile/picture": Access.AGENT,
        "POST /desk/profile/picture/remove": Access.AGENT,
        "GET /desk/agents/{agent_id}/picture": Access.AGENT,
        "POST /desk/profile/sessions/end": Access.AGENT,
        "POST /desk/profile/sessions/end-others": Access.AGENT,
        "GET /desk/profile/second-factor": Access.AGENT,
        "POST /desk/profile/second-factor": Access.AGENT,
        "POST /desk/profile/second-factor/confirm": Access.AGENT,
        "POST /desk/profile/second-factor/codes": Access.AGENT,
        "POST /desk/profile/second-factor/off": Access.AGENT,
        "GET /desk/profile/pings": Access.AGENT,
        "POST /desk/profile/pings": Access.AGENT,
        "POST /desk/profile/accounts": Access.AGENT,
        "POST /desk/profile/accounts/unlink": Access.AGENT,
        "GET /desk/pings": Access.AGENT,
        "GET /desk/password": Access.AGENT,
        "POST /desk/password": Access.AGENT,
        # The queue
        "GET /desk": Access.AGENT,
        "GET /desk/queue": Access.AGENT,
        "POST /desk/next": Access.AGENT,
        "GET /desk/undelivered": Access.AGENT,
        "POST /desk/undelivered/parts": Access.AGENT,
        "POST /desk/undelivered/events": Access.AGENT,
        "POST /desk/bulk": Access.AGENT,
        "GET /desk/events": Access.AGENT,
        "GET /desk/unread": Access.AGENT,
        "POST /desk/views": Access.AGENT,
        "POST /desk/views/{view_id}/rename": Access.AGENT,
        "POST /desk/views/{view_id}/delete": Access.AGENT,
        "GET /desk/{unknown:path}": Access.AGENT,
        # A question
        "GET /desk/tickets/{ticket_id}": Access.AGENT,
        "GET /desk/tickets/{ticket_id}/thread": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/claim": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/release": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/resolve": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/reopen": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/transfer": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/renew": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/ask": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/requests/{asker_id}/accept": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/requests/{asker_id}/decline": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/assign": Access.LEAD,
        "POST /desk/tickets/{ticket_id}/tags": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/tags/remove": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/labels": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/snooze": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/wake": Access.AGENT,
        "POST /desk/availability": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/reply": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/note": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/insert": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/deliveries/{delivery_id}/retry": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/deliveries/{delivery_id}/arrived": Access.AGENT,
        "GET /desk/tickets/{ticket_id}/messages/{message_id}": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/messages/{message_id}": Access.AGENT,
        "GET /desk/tickets/{ticket_id}/messages/{message_id}/delete": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/messages/{message_id}/delete": Access.AGENT,
        "GET /desk/tickets/{ticket_id}/messages/{message_id}/entry": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/messages/{message_id}/entry": Access.AGENT,
        "GET /desk/files/{file_id}": Access.AGENT,
        "GET /desk/tickets/{ticket_id}/earlier": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/preview": Access.AGENT,
        "GET /desk/tickets/{ticket_id}/draft": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/draft": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/draft/files": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/draft/files/{file_id}/remove": Access.AGENT,
        "GET /desk/tickets/{ticket_id}/presence": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/presence": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/undo": Access.AGENT,
        "POST /desk/after-solving": Access.AGENT,
        "GET /desk/tickets/{ticket_id}/similar": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/merge": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/answer-all": Access.AGENT,
        "GET /desk/tickets/{ticket_id}/canned": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/canned/{response_id}/use": Access.AGENT,
        # The card of the contact
        "POST /desk/tickets/{ticket_id}/contact/link": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/contact/unlink": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/contact/write": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/contact/mute": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/contact/unmute": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/contact/note": Access.AGENT,
        "POST /desk/tickets/{ticket_id}/contact/notes/{note_id}/delete": Access.AGENT,
        # Canned responses: who may change which one is decided by its owner
        "GET /desk/canned": Access.AGENT,
        "POST /desk/canned": Access.AGENT,
        "POST /desk/canned/preview": Access.AGENT,
        "GET /desk/canned/{response_id}": Access.AGENT,
        "POST /desk/canned/{response_id}": Access.AGENT,
        "POST /desk/canned/{response_id}/files/{file_id}/remove": Access.AGENT,
        "POST /desk/canned/{response_id}/delete": Access.AGENT,
        # Settings
        "GET /desk/settings": Access.ADMIN,
        "GET /desk/settings/agents": Access.ADMIN,
        "POST /desk/settings/agents": Access.ADMIN,
        "GET /desk/settings/agents/{agent_id}": Access.ADMIN,
        "POST /desk/settings/agents/{agent_id}/link": Access.ADMIN,
        "POST /desk/settings/agents/{agent_id}/{change}": Access.ADMIN,
        "GET /desk/settings/tokens": Access.ADMIN,
        "POST /desk/settings/tokens": Access.ADMIN,
        "POST /desk/settings/tokens/{token_id}/revoke": Access.ADMIN,
        "GET /desk/settings/webhooks": Access.ADMIN,
        "POST /desk/settings/webhooks": Access.ADMIN,
        "GET /desk/settings/webhooks/{webhook_id}": Access.ADMIN,
        "POST /desk/settings/webhooks/{webhook_id}/edit": Access.ADMIN,
        "POST /desk/settings/webhooks/{webhook_id}/rotate": Access.ADMIN,
        "POST /desk/settings/webhooks/{webhook_id}/delete": Access.ADMIN,
        "POST /desk/settings/webhooks/{webhook_id}/events/{event_id}/resend": Access.ADMIN,
        "POST /desk/settings/webhooks/{webhook_id}/{name}": Access.ADMIN,
        "GET /desk/settings/channels": Access.ADMIN,
        "POST /desk/settings/channels/test": Access.ADMIN,
        "GET /desk/settings/categories": Access.ADMIN,
        "POST /desk/settings/categories": Access.ADMIN,
        "POST /desk/settings/categories/move": Access.ADMIN,
        "POST /desk/settings/categories/target": Access.ADMIN,
        "GET /desk/settings/categories/form": Access.ADMIN,
        "POST /desk/settings/categories/form": Access.ADMIN,
        "POST /desk/settings/categories/form/release": Access.ADMIN,
        "GET /desk/settings/hours": Access.ADMIN,
        "POST /desk/settings/hours": Access.ADMIN,
        "POST /desk/settings/hours/holidays": Access.ADMIN,
        "POST /desk/settings/hours/holidays/remove": Access.ADMIN,
        "GET /desk/settings/wording": Access.ADMIN,
        "GET /desk/settings/wording/{key}": Access.ADMIN,
        "POST /desk/settings/wording/{key}/{language}": Access.ADMIN,
        "GET /desk/settings/retention": Access.ADMIN,
        "POST /desk/settings/retention": Access.ADMIN,
        "GET /desk/settings/audit": Access.ADMIN,
        "GET /desk/settings/audit.csv": Access.ADMIN,
    }
)


def access_to(method: str, path: str) -> Access:
    """Return who may use the route with this path template."""
    return LEAST.get(f"{'GET' if method == 'HEAD' else method} {path}", Access.UNDECLARED)
