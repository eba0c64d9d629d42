"""The Bot API methods that a support bot uses, with the refusals that it must handle."""

import inspect
import math
from collections import deque
from datetime import timedelta
from typing import Any

from bot.simulator.faults import Faults
from bot.simulator.loopback import CALLS_KEPT, Call, Loopback
from bot.simulator.pace import Pace
from bot.simulator.phone import Json, Person
from bot.simulator.telegram.checks import (
    MAX_CAPTION,
    ApiError,
    bad_request,
    check_entities,
    check_inline,
    check_markup,
    check_reaction,
    check_text,
)
from bot.simulator.telegram.groups import TelegramGroups
from bot.simulator.telegram.updates import SupersededError, Webhook
from bot.simulator.telegram.world import StoredFile, TelegramWorld

PRESS_LIVES = timedelta(seconds=15)
DELETABLE_FOR = timedelta(hours=48)
MAX_POLL = 50.0
MAX_DOWNLOAD = 20 * 1024 * 1024
_JUST_TRUE = frozenset(
    [
        "setMyCommands",
        "deleteMyCommands",
        "setMyDescription",
        "setMyShortDescription",
        "setMyName",
        "setChatMenuButton",
        "logOut",
        "close",
    ]
)


class TelegramMethods:
    """Executes one call at a time. Raises ApiError or BadParameterError when the platform would refuse it."""

    def __init__(self, world: TelegramWorld, groups: TelegramGroups, faults: Faults, loopback: Loopback) -> None:
        self._groups = groups
        self.strict_rate = True
        self.earned_429 = 0
        self.presses_answered = 0
        self.calls: deque[tuple[str, Json]] = deque(maxlen=CALLS_KEPT)
        self._world = world
        self._faults = faults
        self._loopback = loopback
        self._overall = Pace(per_second=30, burst=30)
        self._per_chat = Pace(per_second=1, burst=3)

    async def carry_out(self, call: Call) -> Any:  # noqa: ANN401 - whatever the method answers
        if call.method in _JUST_TRUE:
            return True
        handler = getattr(self, f"do_{call.method.lower()}", None)
        if handler is None:
            raise ApiError(404, "Not Found")
        if call.method != "getUpdates":
            self.calls.append((call.method, dict(call.params)))
        result = handler(call)
        return await result if inspect.isawaitable(result) else result

    # --- receiving

    async def do_getupdates(self, call: Call) -> list[Json]:
        updates = self._world.updates
        if updates.webhook:
            raise ApiError(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
            )
        self._remember_allowed(call)
        limit = min(100, max(1, call.integer("limit", 100)))
        seconds = min(MAX_POLL, max(0, call.integer("timeout", 0)))
        try:
            return await updates.poll(call.integer("offset", 0), limit, seconds, self._loopback.closing)
        except SupersededError:
            why = "terminated by other getUpdates request; make sure that only one bot instance is running"
            raise ApiError(409, f"Conflict: {why}") from None

    async def do_setwebhook(self, call: Call) -> bool:
        updates = self._world.updates
        url = call.text("url")
        if call.flag("drop_pending_updates"):
            updates.drop_all()
        self._remember_allowed(call)
        if not url:
            await updates.carry_no_more()
            return True
        # The real server requires https; loopback has no certificates, so plain http is accepted.
        if not url.startswith(("http://", "https://")):
            raise bad_request("bad webhook: invalid webhook URL specified")
        connections = min(100, max(1, call.integer("max_connections", 40)))
        await updates.carry_to(Webhook(url, call.text("secret_token"), connections), self._faults)
        return True

    async def do_deletewebhook(self, call: Call) -> bool:
        if call.flag("drop_pending_updates"):
            self._world.updates.drop_all()
        await self._world.updates.carry_no_more()
        return True

    def do_getwebhookinfo(self, _call: Call) -> Json:
        updates, webhook = self._world.updates, self._world.updates.webhook
        info: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(updates)}
        if webhook:
            info |= {"url": webhook.url, "max_connections": webhook.max_connections}
            if webhook.last_error:
                info |= {"last_error_date": webhook.last_error_at, "last_error_message": webhook.last_error}
        if updates.allowed:
            info["allowed_updates"] = sorted(updates.allowed)
        return info

    def _remember_allowed(self, call: Call) -> None:
        allowed = call.structure("allowed_updates")
        if isinstance(allowed, list):
            self._world.updates.allowed = frozenset(map(str, allowed)) or None

    # --- sending

    def do_getme(self, _call: Call) -> Json:
        abilities = {
            "can_join_groups": True,
            "can_read_all_group_messages": not self._groups.privacy,
            "supports_inline_queries": self._world.inline_on,
        }
        return self._world.bot | abilities

    def do_sendmessage(self, call: Call) -> Json:
        if call.integer("chat_id") in self._groups:
            return self._say_in_group(call)
        person = self._recipient(call)
        text = check_text(call.text("text"))
        return self._send(person, call, {"text": text} | self._decoration(call, text, "entities"))

    def _say_in_group(self, call: Call) -> Json:
        chat_id, text = call.integer("chat_id"), check_text(call.text("text"))
        if not self._groups.has_bot(chat_id):
            raise ApiError(403, "Forbidden: bot was kicked from the supergroup chat")
        body: Json = {"text": text}
        reply = call.structure("reply_parameters")
        if isinstance(reply, dict):
            quoted = self._groups.message(chat_id, int(reply.get("message_id", 0)))
            if quoted is not None:
                body["reply_to_message"] = {key: quoted[key] for key in quoted if key != "reply_to_message"}
            elif not reply.get("allow_sending_without_reply"):
                raise bad_request("message to be replied not found")
        self._keep_pace(chat_id)
        alone = call.structure("ephemeral_message_parameters")
        if not isinstance(alone, dict):
            return self._groups.deliver(chat_id, body)
        if not self._groups.ephemeral or self._groups.is_basic(chat_id):
            raise bad_request("ephemeral messages can be sent only to supergroups")
        return self._groups.whisper(chat_id, int(alone["receiver_user_id"]), body)

    def do_sendphoto(self, call: Call) -> Json:
        person = self._recipient(call)
        file = self._attached(call, "photo")
        size = {"file_id": file.id, "file_unique_id": file.id[-8:], "width": 640, "height": 480}
        return self._send(person, call, {"photo": [size | {"file_size": len(file.content)}]} | self._caption(call))

    def do_senddocument(self, call: Call) -> Json:
        person = self._recipient(call)
        file = self._attached(call, "document")
        document = {"file_id": file.id, "file_unique_id": file.id[-8:], "file_name": file.name}
        return self._send(person, call, {"document": document | {"file_size": len(file.content)}} | self._caption(call))

    def _send(self, person: Person, call: Call, body: Json) -> Json:
        markup = check_markup(call.structure("reply_markup"))
        self._keep_pace(person.id)
        return self._world.deliver(person.id, body | ({"reply_markup": markup} if markup else {}))

    def do_editmessagetext(self, call: Call) -> Json:
        person, message = self._own_message(call)
        text = check_text(call.text("text"))
        markup = check_markup(call.structure("reply_markup"))
        body = {"text": text, "entities": None, "reply_markup": markup} | self._decoration(call, text, "entities")
        return self._change(person, message, body)

    def do_deletemessage(self, call: Call) -> bool:
        person = self._recipient(call)
        message = self._world.message(person.id, call.integer("message_id"))
        if message is None:
            raise bad_request("message to delete not found")
        if not self._world.is_mine(message) or self._world.now() - message["date"] > DELETABLE_FOR.total_seconds():
            raise bad_request("message can't be deleted for everyone")
        self._world.remove(person.id, message["message_id"])
        return True

    def do_editmessagereplymarkup(self, call: Call) -> Json:
        person, message = self._own_message(call)
        return self._change(person, message, {"reply_markup": check_markup(call.structure("reply_markup"))})

    def _change(self, person: Person, message: Json, body: Json) -> Json:
        if all(message.get(key) == value for key, value in body.items()):
            why = "specified new message content and reply markup are exactly the same as a current content"
            raise bad_request(f"message is not modified: {why} and reply markup of the message")
        return self._world.change(person.id, message, body)

    def do_answercallbackquery(self, call: Call) -> bool:
        press = self._world.presses.get(call.text("callback_query_id"))
        if press is None or press.answered or self._world.clock() - press.at > PRESS_LIVES:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        if len(call.text("text")) > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        press.answered = True
        self.presses_answered += 1
        self._world.notices[press.user_id] = call.text("text")
        self._world.news.announce()
        return True

    def do_sendchataction(self, call: Call) -> bool:
        self._recipient(call)
        if not call.text("action"):
            raise bad_request("wrong parameter action in request")
        return True

    def do_setmessagereaction(self, call: Call) -> bool:
        person = self._recipient(call)
        if self._world.message(person.id, call.integer("message_id")) is None:
            raise bad_request("message to react not found")
        emoji = check_reaction(call.structure("reaction"))
        self._world.react(person.id, call.integer("message_id"), emoji)
        return True

    def do_answerinlinequery(self, call: Call) -> bool:
        asked = self._world.inline.get(call.text("inline_query_id"))
        if asked is None or asked.done():
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        asked.set_result(check_inline(call.structure("results"), call.structure("button")))
        return True

    # --- files

    def do_getfile(self, call: Call) -> Json:
        file = self._world.files.get(call.text("file_id"))
        if file is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if len(file.content) > MAX_DOWNLOAD:
            raise bad_request("file is too big")
        path = f"documents/{file.id}/{file.name}"
        return {"file_id": file.id, "file_unique_id": file.id[-8:], "file_size": len(file.content), "file_path": path}

    def _attached(self, call: Call, name: str) -> StoredFile:
        reference = call.text(name)
        upload = call.files.get(reference.removeprefix("attach://") if reference else name)
        if upload:
            return self._world.store_file(upload.name, upload.content)
        file = self._world.files.get(reference)
        if file is None:
            raise bad_request("wrong remote file identifier specified: can't unserialize it")
        return file

    # --- shared checks

    def _recipient(self, call: Call) -> Person:
        person = self._world.people.get(call.integer("chat_id"))
        if person is None:
            raise bad_request("chat not found")
        if person.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if not person.reachable:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        return person

    def _own_message(self, call: Call) -> tuple[Person, Json]:
        person = self._recipient(call)
        message = self._world.message(person.id, call.integer("message_id"))
        if message is None:
            raise bad_request("message to edit not found")
        if not self._world.is_mine(message):
            raise bad_request("message can't be edited")
        return person, message

    def _decoration(self, call: Call, text: str, name: str) -> Json:
        if call.text("parse_mode"):
            # The bot sends plain text with entities: with a parse mode, contacts could inject markup.
            raise bad_request("unsupported parse_mode")
        entities = check_entities(text, call.structure(name))
        reply = call.structure("reply_parameters")
        if isinstance(reply, dict) and not reply.get("allow_sending_without_reply"):
            quoted = self._world.message(call.integer("chat_id"), int(reply.get("message_id", 0)))
            if quoted is None:
                raise bad_request("message to be replied not found")
        return {name: entities} if entities else {}

    def _caption(self, call: Call) -> Json:
        caption = check_text(call.text("caption"), MAX_CAPTION)
        return ({"caption": caption} if caption else {}) | self._decoration(call, caption, "caption_entities")

    def _keep_pace(self, chat_id: int) -> None:
        if not self.strict_rate:
            return
        now = self._world.clock().timestamp()
        wait = self._per_chat.wait(chat_id, now) or self._overall.wait("bot", now)
        if wait:
            self.earned_429 += 1
            seconds = max(1, math.ceil(wait))
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", seconds)
