"""VK's groups.*, users.* and upload methods: the community's settings, as a bot reads and changes them."""

from collections.abc import Callable
from typing import Any

from bot.simulator.loopback import Call
from bot.simulator.phone import Json
from bot.simulator.vk.callback import MAX_SERVERS, CallbackServer
from bot.simulator.vk.checks import VkError, bad_parameter
from bot.simulator.vk.world import VkWorld

PERMISSIONS = {"messages": 4096, "photos": 4, "docs": 131072, "wall": 8192, "manage": 262144}
EVENT_TYPES = [
    "message_new",
    "message_reply",
    "message_allow",
    "message_deny",
    "message_edit",
    "message_event",
    "message_typing_state",
    "message_read",
    "message_reaction_event",
    "wall_post_new",
    "wall_repost",
    "wall_reply_new",
    "wall_reply_edit",
    "wall_reply_restore",
    "wall_reply_delete",
    "board_post_new",
    "board_post_edit",
    "board_post_restore",
    "board_post_delete",
    "photo_new",
    "photo_comment_new",
    "photo_comment_edit",
    "photo_comment_restore",
    "photo_comment_delete",
    "video_new",
    "video_comment_new",
    "video_comment_edit",
    "video_comment_restore",
    "video_comment_delete",
    "audio_new",
    "market_comment_new",
    "market_comment_edit",
    "market_comment_restore",
    "market_comment_delete",
    "group_join",
    "group_leave",
    "group_officers_edit",
    "group_change_settings",
    "group_change_photo",
    "poll_vote_new",
    "user_block",
    "user_unblock",
]


class VkCommunity:
    """Executes calls about the community. Raises VkError or BadParameterError when the platform would refuse."""

    def __init__(self, world: VkWorld, screen_name: str, url: Callable[[], str]) -> None:
        self.permissions = dict(PERMISSIONS)
        self._world = world
        self._screen_name = screen_name
        self._url = url
        self._last_file = 456_239_000

    def methods(self) -> dict[str, Callable[[Call], Any]]:
        return {
            "groups.getById": self.by_id,
            "groups.getTokenPermissions": self.token_permissions,
            "groups.getLongPollServer": self.longpoll_server,
            "groups.getLongPollSettings": self.longpoll_settings,
            "groups.setLongPollSettings": self.set_longpoll_settings,
            "groups.getCallbackConfirmationCode": self.confirmation_code,
            "groups.getCallbackServers": self.callback_servers,
            "groups.addCallbackServer": self.add_callback_server,
            "groups.editCallbackServer": self.edit_callback_server,
            "groups.deleteCallbackServer": self.delete_callback_server,
            "groups.getCallbackSettings": self.callback_settings,
            "groups.setCallbackSettings": self.set_callback_settings,
            "users.get": self.users,
            "photos.getMessagesUploadServer": self.upload_server,
            "photos.saveMessagesPhoto": self.save_photo,
            "docs.getMessagesUploadServer": self.upload_server,
            "docs.save": self.save_document,
        }

    def by_id(self, _call: Call) -> Json:
        group = {"id": self._world.group_id, "name": "Frontdesk demo", "screen_name": self._screen_name}
        return {"groups": [group | {"is_closed": 0, "type": "group"}], "profiles": []}

    def token_permissions(self, _call: Call) -> Json:
        listed = [{"name": name, "setting": mask} for name, mask in self.permissions.items()]
        return {"mask": sum(self.permissions.values()), "permissions": listed}

    def users(self, call: Call) -> list[Json]:
        wanted = [int(part) for part in call.text("user_ids").split(",") if part.strip().isdigit()]
        people = [self._world.people[user_id] for user_id in wanted if user_id in self._world.people]
        open_page = {"can_access_closed": True, "is_closed": False}
        return [
            {"id": person.id, "first_name": person.first_name, "last_name": person.last_name} | open_page
            for person in people
        ]

    # --- long poll

    def longpoll_server(self, call: Call) -> Json:
        self._own_group(call)
        if not self._world.longpoll_enabled:
            raise bad_parameter("longpoll for this group is not enabled")
        return self._world.longpoll.server(f"{self._url()}/longpoll/{self._world.group_id}")

    def longpoll_settings(self, call: Call) -> Json:
        self._own_group(call)
        shown = _switches(self._world.longpoll_events)
        return {
            "is_enabled": self._world.longpoll_enabled,
            "api_version": self._world.longpoll_version,
            "events": shown,
        }

    def set_longpoll_settings(self, call: Call) -> int:
        self._own_group(call)
        self._needs_manage()
        if "enabled" in call.params:
            self._world.longpoll_enabled = call.flag("enabled")
        self._world.longpoll_version = call.text("api_version", self._world.longpoll_version)
        _switch(self._world.longpoll_events, call)
        return 1

    # --- callback

    def confirmation_code(self, call: Call) -> Json:
        self._own_group(call)
        return {"code": self._world.callbacks.code}

    def callback_servers(self, call: Call) -> Json:
        self._own_group(call)
        servers = [server.listing() for server in self._world.callbacks.servers.values()]
        return {"count": len(servers), "items": servers}

    def add_callback_server(self, call: Call) -> Json:
        self._own_group(call)
        self._needs_manage()
        if len(self._world.callbacks.servers) >= MAX_SERVERS:
            raise VkError(2000, "Servers number limit is reached")
        url = _address(call)
        server = self._world.callbacks.add(url, call.text("title"), call.text("secret_key"))
        self._world.callbacks.confirm_soon(server)
        return {"server_id": server.id}

    def edit_callback_server(self, call: Call) -> int:
        server = self._server(call)
        self._needs_manage()
        self._world.callbacks.edit(server, _address(call), call.text("title"), call.text("secret_key"))
        self._world.callbacks.confirm_soon(server)
        return 1

    def delete_callback_server(self, call: Call) -> int:
        del self._world.callbacks.servers[self._server(call).id]
        return 1

    def callback_settings(self, call: Call) -> Json:
        server = self._server(call)
        return {"api_version": server.api_version, "events": _switches(server.events)}

    def set_callback_settings(self, call: Call) -> int:
        server = self._server(call)
        self._needs_manage()
        server.api_version = call.text("api_version", server.api_version)
        _switch(server.events, call)
        return 1

    # --- uploads: the address, then the file, then the name under which a message may carry it

    def upload_server(self, call: Call) -> Json:
        kind = "photo" if call.method.startswith("photos.") else "doc"
        return {"upload_url": f"{self._url()}/upload/{kind}", "album_id": -64, "group_id": 0, "user_id": 0}

    def save_photo(self, call: Call) -> list[Json]:
        if not call.text("photo") or not call.text("hash"):
            raise bad_parameter("photo is undefined")
        return [self._stored() | {"album_id": -64, "text": "", "sizes": []}]

    def save_document(self, call: Call) -> Json:
        if not call.text("file"):
            raise bad_parameter("file is undefined")
        title = call.text("title", "document")
        document = self._stored() | {"title": title, "ext": title.rpartition(".")[2], "size": 1, "type": 1}
        return {"type": "doc", "doc": document | {"url": f"{self._url()}/doc"}}

    def _stored(self) -> Json:
        self._last_file += 1
        owner = -self._world.group_id
        return {
            "id": self._last_file,
            "owner_id": owner,
            "date": int(self._world.clock().timestamp()),
            "access_key": "a1",
        }

    # --- shared checks

    def _own_group(self, call: Call) -> None:
        if call.integer("group_id") != self._world.group_id:
            raise VkError(15, "Access denied: no access to this group")

    def _needs_manage(self) -> None:
        if "manage" not in self.permissions:
            raise VkError(15, "Access denied: group token has no manage permission")

    def _server(self, call: Call) -> CallbackServer:
        self._own_group(call)
        server = self._world.callbacks.servers.get(call.integer("server_id"))
        if server is None:
            raise bad_parameter("server_id is invalid")
        return server


def _address(call: Call) -> str:
    # The real platform requires a public address; here it is a loopback address.
    url = call.text("url")
    if not url.startswith(("http://", "https://")):
        raise bad_parameter("url is invalid")
    return url


def _switches(events: set[str]) -> Json:
    return {kind: int(kind in events) for kind in EVENT_TYPES}


def _switch(events: set[str], call: Call) -> None:
    for kind in EVENT_TYPES:
        if kind in call.params:
            (events.add if call.flag(kind) else events.discard)(kind)
