"""The community's settings that make VK send events: they are checked, and enabled if the token may do so."""

import logging

from vk_api.exceptions import ApiError

from bot.channels import reasons
from bot.channels.vk.client import API_VERSION, VkClient
from bot.channels.vk.errors import classify
from bot.channels.vk.updates import EVENTS
from handoff.messages.values import AuthBroken, Unsendable

log = logging.getLogger(__name__)

TITLE = "Frontdesk"
NO_MESSAGES = (
    "the VK token may not use messages: create one with the rights messages and manage in the community's settings"
)
NOT_SWITCHED = (
    "the VK token may not change the community's settings: in Manage, API usage, Long Poll API, switch it on with"
    f" version {API_VERSION} and the event types {', '.join(EVENTS)}"
)
NOT_REGISTERED = (
    "the VK token may not register the callback address: in Manage, API usage, Callback API, add it by hand with the"
    " same secret key"
)
HOOK_FAILS = "VK cannot confirm or reach our callback address: check that the public address answers from outside"


class UnfitSettingsError(Exception):
    """Nothing can be received until a person has followed the instructions of the message."""


async def check_token(client: VkClient) -> None:
    """Check that the token may use messages. Raises UnfitSettingsError if not."""
    answer = await client.call("groups.getTokenPermissions")
    if "messages" not in {permission["name"] for permission in answer["permissions"]}:
        raise UnfitSettingsError(NO_MESSAGES)


async def switch_on_longpoll(client: VkClient, group_id: int) -> str | None:
    """Enable long poll and the events we need; returns a remaining defect that does not prevent receiving messages.

    Raises UnfitSettingsError if messages would not be received.
    """
    try:
        settings = await client.call("groups.getLongPollSettings", group_id=group_id)
    except ApiError as error:
        if not _not_permitted(error):
            raise
        # Without access to the settings, assume that they are right.
        return NOT_SWITCHED
    missing = [name for name in EVENTS if not settings["events"].get(name)]
    if settings["is_enabled"] and not missing and settings.get("api_version") == API_VERSION:
        return None
    try:
        await client.call(
            "groups.setLongPollSettings",
            group_id=group_id,
            enabled=1,
            api_version=API_VERSION,
            **dict.fromkeys(missing, 1),
        )
    except ApiError as error:
        if not _not_permitted(error):
            raise
        if not settings["is_enabled"] or "message_new" in missing:
            raise UnfitSettingsError(NOT_SWITCHED) from None
        return NOT_SWITCHED
    log.info("VK long poll of community %s is switched on", group_id)
    return None


async def register_callback(client: VkClient, group_id: int, url: str, secret: str) -> None:
    """Register our callback address with its secret and the events we need; idempotent.

    Raises UnfitSettingsError when the token may not do so.
    """
    try:
        server_id = await _callback_server(client, group_id, url, secret)
        await client.call(
            "groups.setCallbackSettings",
            group_id=group_id,
            server_id=server_id,
            api_version=API_VERSION,
            **dict.fromkeys(EVENTS, 1),
        )
    except ApiError as error:
        if not _not_permitted(error):
            raise
        raise UnfitSettingsError(NOT_REGISTERED) from None


async def callback_status(client: VkClient, group_id: int, url: str) -> str:
    """Return `ok`, `wait` (VK is asking for the code), `failed`, or "" when VK does not know the address."""
    servers = await client.call("groups.getCallbackServers", group_id=group_id)
    return next((str(server["status"]) for server in servers["items"] if server["url"] == url), "")


async def _callback_server(client: VkClient, group_id: int, url: str, secret: str) -> int:
    servers = await client.call("groups.getCallbackServers", group_id=group_id)
    ours = next((server for server in servers["items"] if server["url"] == url), None)
    if ours is None:
        added = await client.call(
            "groups.addCallbackServer", group_id=group_id, url=url, title=TITLE, secret_key=secret
        )
        return int(added["server_id"])
    if ours["status"] not in {"ok", "wait"} or ours.get("secret_key", secret) != secret:
        # After an edit VK asks for the confirmation code again.
        await client.call(
            "groups.editCallbackServer",
            group_id=group_id,
            server_id=ours["id"],
            url=url,
            title=TITLE,
            secret_key=secret,
        )
    return int(ours["id"])


def _not_permitted(error: ApiError) -> bool:
    match classify(error):
        case AuthBroken(reasons.RIGHTS) | Unsendable():
            return True
        case _:
            return False
