"""Every table of the program: importing this module declares them all.

Databases are created and migrated with these, so a module with tables that is missing here would be missing there.
"""

import handoff.audit.models
import handoff.canned_responses.models
import handoff.lists.models
import handoff.models
import handoff.people.models
import handoff.retention.models
import handoff.search.models
import handoff.tickets.mentions.models
import handoff.tickets.ownership.models
import handoff.tickets.pings.models
import handoff.tickets.promises.models
import handoff.tickets.request_models
import handoff.webhooks.models
import handoff.wording.models
import infra.storage.leases
import knowledge.entries.models

TABLES = (
    handoff.audit.models.AuditEntry,
    handoff.canned_responses.models.CannedResponse,
    handoff.lists.models.TicketSeen,
    handoff.models.Contact,
    handoff.people.models.ApiToken,
    handoff.retention.models.RetentionRow,
    handoff.search.models.MessageSearch,
    handoff.tickets.mentions.models.Mention,
    handoff.tickets.ownership.models.HandOverRequest,
    handoff.tickets.pings.models.Ping,
    handoff.tickets.promises.models.Promise,
    handoff.tickets.request_models.FormRow,
    handoff.wording.models.WordingOverride,
    handoff.webhooks.models.Webhook,
    infra.storage.leases.LeaseRow,
    knowledge.entries.models.Entry,
)
"""One of each module."""
