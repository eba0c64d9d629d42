"""Recovery of messages whose events were lost: after VK's long poll dropped its history, or after an outage."""

import logging
from typing import Any

from bot.channels import RawEvent
from bot.channels.vk.client import VkClient
from bot.channels.vk.errors import classify
from bot.channels.vk.updates import found_later
from handoff.messages.values import Retry, RetryAfter

log = logging.getLogger(__name__)

MARGIN = 3600
"""Seconds before the last stored event at which the search starts, because our clock and VK's differ.

Messages found twice are dropped."""
PAGE = 200
_NEWEST_PAGES = 50
"""Maximum pages to read of one conversation or of their list; a broken answer cannot cause an endless loop."""


async def missed_messages(client: VkClient, group_id: int, last: int, received_at: int) -> list[RawEvent]:
    """Return all messages that people wrote to the community since shortly before `last`, oldest first.

    Button presses and edits cannot be recovered. Raises temporary errors; a token without access to conversations finds
    nothing.
    """
    try:
        messages = await _messages(client, group_id, last - MARGIN)
    except Exception as error:
        if isinstance(classify(error), Retry | RetryAfter):
            raise
        # Receiving continues with a gap.
        log.warning("community %s: conversations cannot be read, some messages may be missing", group_id)
        return []
    return [found_later(message, group_id, received_at) for message in messages]


async def _messages(client: VkClient, group_id: int, since: int) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    for peer in await _recent_peers(client, group_id, since):
        messages += await _written_since(client, group_id, peer, since)
    return sorted(messages, key=lambda message: (message["date"], message["id"]))


async def _recent_peers(client: VkClient, group_id: int, since: int) -> list[int]:
    peers: dict[int, None] = {}
    for page in range(_NEWEST_PAGES):
        answer = await client.call(
            "messages.getConversations", group_id=group_id, filter="all", count=PAGE, offset=page * PAGE
        )
        items = answer["items"]
        recent = [item for item in items if item["last_message"]["date"] >= since]
        # Pinned conversations come first regardless of age, so only a whole page without new messages ends the search.
        if not recent:
            break
        peers |= {
            item["conversation"]["peer"]["id"]: None
            for item in recent
            if item["conversation"]["peer"]["type"] == "user"
        }
        if len(items) < PAGE:
            break
    return list(peers)


async def _written_since(client: VkClient, group_id: int, peer: int, since: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for page in range(_NEWEST_PAGES):
        answer = await client.call(
            "messages.getHistory", group_id=group_id, peer_id=peer, count=PAGE, offset=page * PAGE
        )
        items = answer["items"]
        recent = [message for message in items if message["date"] >= since]
        found += [message for message in recent if not message.get("out")]
        if len(recent) < PAGE:
            break
    return found
