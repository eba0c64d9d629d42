"""The VK channel: stores raw events before acknowledging them, and sends parts exactly as given.

vk_api carries the calls; receiving is our own code (`long_poll`, or callbacks with `accept`).
"""

import asyncio
import hmac
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.channels import ChannelLimits, HookReply, Inlet, RawEvent, reasons
from bot.channels.background_tasks import BackgroundTasks
from bot.channels.downloads import Downloads, Fetch
from bot.channels.fallbacks import fitting
from bot.channels.proxies import check_proxy
from bot.channels.receive_backoff import NOT_STORED, NotStoredError, Pauses, ReceiveBackoff, keep, stored_cursor
from bot.channels.vk import groups
from bot.channels.vk.client import VkClient
from bot.channels.vk.community_settings import (
    HOOK_FAILS,
    UnfitSettingsError,
    callback_status,
    check_token,
    register_callback,
)
from bot.channels.vk.errors import classify, classify_recipient
from bot.channels.vk.formats import text_values
from bot.channels.vk.gaps import missed_messages
from bot.channels.vk.long_poll import LongPoll
from bot.channels.vk.names import Names
from bot.channels.vk.updates import QUESTION, Cursor, decode, is_echo, press_of, raw_event
from bot.channels.vk.uploads import UploadError, Uploads
from bot.channels.webhook_bodies import HookRefusedError, read_body
from handoff.messages.values import (
    AuthBroken,
    Button,
    IncomingEvent,
    OutgoingFile,
    OutgoingPart,
    PublicPlace,
    Retry,
    RetryAfter,
    SendOutcome,
    Sent,
    Unsendable,
)
from infra.clock import Clock, utc_now
from infra.errors import PlainError
from infra.files import FileStore, Incoming

log = logging.getLogger(__name__)

REJECTED = "the VK token is rejected: create a new one in the community's settings, put it into ours and restart"
NO_RIGHTS = "the VK token lacks a right: create one with the rights messages and manage in the community's settings"
CAPTCHA = "VK asks for a captcha, which a program cannot solve: look into the community's settings with a browser"
REFUSED = "VK refuses to tell of messages: check that the community's id belongs to the token"
UNREACHABLE = "VK cannot be reached; trying again"

FILE_HOSTS = (
    "userapi.com",
    "vk.com",
    "vk.ru",
    "vkuser.net",
    "vkuserphoto.ru",
    "vkuseraudio.net",
    "mycdn.me",
    "okcdn.ru",
)
"""VK's hosts for received files; addresses on other hosts are not fetched."""
ALLOWED_TIMEOUT = 2.0
"""Seconds for asking whether a person accepts messages: VK waits three for the answer to a callback."""
UPLOAD_TIMEOUT = 28.0
"""Seconds for uploading a file to VK; with the message after it still shorter than the lease of a delivery."""
RECEIVED = 10
"""The reaction 👌, which marks a message as received. VK numbers its reactions and documents no list of them."""
_ROWS = 6


@dataclass(frozen=True, slots=True)
class VkAccount:
    """One community: its credentials and how it receives events."""

    account: str
    """`vk:name`."""
    token: str = field(repr=False)
    group_id: int
    api_url: str | None = None
    """Replaces https://api.vk.ru."""
    proxy: str | None = field(default=None, repr=False)
    mode: Literal["longpoll", "callback"] = "longpoll"
    callback_secret: str | None = field(default=None, repr=False)
    public_url: str | None = None
    """If set, the callback address is registered automatically; otherwise an admin registers it by hand."""


class VkChannel:
    """One VK community, for private messages and public questions.

    Raises PlainError when the account's settings cannot work.
    """

    limits = ChannelLimits(
        per_second=18,
        per_contact=2,
        buttons=10,
        label=40,
        idempotent=True,
        concurrency=3,
        marks=True,
        writes_first=True,
    )

    def __init__(
        self, account: VkAccount, files: FileStore, *, clock: Clock = utc_now, pauses: Pauses | None = None
    ) -> None:
        self.account = account.account
        self._files = files
        if account.mode == "callback" and not account.callback_secret:
            raise PlainError("VK's callback mode needs a secret: set one, and the same in the community's settings.")
        self._secret = account.callback_secret if account.mode == "callback" else None
        self._group_id = account.group_id
        name = account.account.partition(":")[2]
        self._hook = f"{account.public_url.rstrip('/')}/hooks/vk/{name}" if account.public_url else None
        proxy = check_proxy(account.proxy, "The VK proxy")
        self._client = VkClient(account.token, account.api_url, proxy)
        self._uploads = Uploads(self._client, proxy)
        self._downloads = Downloads(FILE_HOSTS, account.api_url, proxy)
        self._clock = clock
        self._pauses = pauses or Pauses()
        self._errands = BackgroundTasks()
        self._names = Names(self._client, self._errands, clock)
        self._longpoll = LongPoll(self._client, account.group_id, proxy, clock, self._lasting, self._stored)

    async def door(self) -> str | None:
        """Return the beginning of deep links to the community."""
        return f"https://vk.me/club{self._group_id}?ref="

    # --- receiving

    async def run(self, inlet: Inlet) -> None:
        """Start receiving; after any failure wait and start again."""
        trouble = ReceiveBackoff(self.account, inlet, self._pauses)
        receive = self._watch_callbacks if self._secret else self._longpoll.receive
        while True:
            try:
                await check_token(self._client)
                await receive(inlet, trouble)
            except NotStoredError as error:
                log.warning("%s: not stored: %s", self.account, error)
                await trouble.passing(NOT_STORED)
            except UnfitSettingsError as error:
                await trouble.lasting(str(error))
            except Exception as error:  # noqa: BLE001 - receiving outlives whatever the library raises
                await self._bear(error, trouble)

    async def _bear(self, error: Exception, trouble: ReceiveBackoff) -> None:
        match classify(error):
            case AuthBroken(reason):
                told = {reasons.RIGHTS: NO_RIGHTS, reasons.CAPTCHA: CAPTCHA}
                await trouble.lasting(told.get(reason, REJECTED))
            case RetryAfter(seconds):
                await trouble.asked_to_wait(seconds)
            case Unsendable():
                await trouble.lasting(REFUSED)
            case _:
                log.info("%s: receiving failed: %s", self.account, type(error).__name__)
                await trouble.passing(UNREACHABLE)

    async def _lasting(self, events: Sequence[RawEvent]) -> list[RawEvent]:
        """Return the events to store: of public ones only questions to us, each with the asker's permission."""
        kept = [self._kept(event) for event in events]
        asked = [event for event in kept if event is not None and event.payload.get("type") == QUESTION]
        answers = await asyncio.gather(*(self._allows(groups.asker(event)) for event in asked))
        allowed = {id(event): allows for event, allows in zip(asked, answers, strict=True)}
        return [
            groups.with_permission(event, allowed[id(event)]) if id(event) in allowed else event
            for event in kept
            if event is not None
        ]

    def _kept(self, event: RawEvent) -> RawEvent | None:
        if not groups.is_public(event.payload):
            return event
        try:
            return groups.question(event, self._group_id)
        except (KeyError, TypeError):
            log.warning("%s: a public event of a strange shape is passed over", self.account)
            return None

    async def _allows(self, person: int) -> bool | None:
        """Ask whether the person accepts messages from the community; None if VK does not answer in time."""
        try:
            async with asyncio.timeout(ALLOWED_TIMEOUT):
                answer = await self._client.call(
                    "messages.isMessagesFromGroupAllowed", group_id=self._group_id, user_id=person
                )
            return bool(answer["is_allowed"])
        except Exception as error:  # noqa: BLE001 - without an answer, having written to us counts as permission
            log.info("%s: not known whether somebody takes messages: %s", self.account, type(error).__name__)
            return None

    def _stored(self, events: Sequence[RawEvent], inlet: Inlet) -> None:
        for event in events:
            if press := press_of(event.payload):
                self._errands.run(self._stop_spinner(press))
        self._names.learn(events, inlet)

    async def _stop_spinner(self, press: dict[str, str | int]) -> None:
        try:
            await self._client.call("messages.sendMessageEventAnswer", **press)
        except Exception as error:  # noqa: BLE001 - the spinner only turns a little longer
            log.debug("%s: a press was not acknowledged: %s", self.account, type(error).__name__)

    async def _watch_callbacks(self, inlet: Inlet, trouble: ReceiveBackoff) -> None:
        place = Cursor.parse(await stored_cursor(inlet))
        if place.at:
            # VK repeats an event only for a while: messages missed during an outage are looked up.
            events = await missed_messages(self._client, self._group_id, place.at, self._now())
            await keep(inlet, events, cursor=str(Cursor(at=self._now())))
            self._stored(events, inlet)
        if self._hook and self._secret:
            await register_callback(self._client, self._group_id, self._hook, self._secret)
        while True:
            status = await callback_status(self._client, self._group_id, self._hook) if self._hook else "ok"
            await trouble.over(HOOK_FAILS if status == "failed" else None)
            await asyncio.sleep(self._pauses.watch)
            if status in {"failed", ""}:
                return

    async def accept(self, headers: Mapping[str, str], body: bytes, inlet: Inlet) -> HookReply:  # noqa: ARG002 - VK puts its secret into the body
        try:
            event = read_body(body)
        except HookRefusedError as refused:
            return refused.reply
        shown = str(event.get("secret", ""))
        if not self._secret or not hmac.compare_digest(shown.encode(errors="replace"), self._secret.encode()):
            return HookReply(403)
        if event.get("group_id") != self._group_id:
            return HookReply(403)
        if event.get("type") == "confirmation":
            return await self._confirm()
        if is_echo(event):
            return HookReply(200, "ok")
        stored = await self._lasting([raw_event(event, self._now())])
        await inlet.store(stored, cursor=str(Cursor(at=self._now())))
        self._stored(stored, inlet)
        return HookReply(200, "ok")

    async def _confirm(self) -> HookReply:
        try:
            answer = await self._client.call("groups.getCallbackConfirmationCode", group_id=self._group_id)
            return HookReply(200, str(answer["code"]))
        except Exception as error:  # noqa: BLE001 - VK sends it again later
            log.warning("%s: no confirmation code: %s", self.account, type(error).__name__)
            return HookReply(503)

    def _now(self) -> int:
        return int(self._clock().timestamp())

    def decode(self, payload: dict[str, Any]) -> IncomingEvent | None:
        if payload.get("type") == QUESTION:
            return groups.decode_question(self.account, payload)
        return decode(self.account, payload)

    async def fetch(self, source: str, into: Incoming) -> Fetch:
        return await self._downloads.fetch(source, into)

    # --- sending

    async def probe(self) -> bool:
        try:
            await self._client.call("groups.getTokenPermissions")
        except Exception as error:  # noqa: BLE001 - whatever the library raises, the platform does not work yet
            log.debug("%s: no answer to a probe: %s", self.account, type(error).__name__)
            return False
        return True

    async def send(self, part: OutgoingPart) -> SendOutcome:
        if part.place is not None:
            return groups.in_public(await self._say(part, part.place))
        if part.marks is not None:
            return await self._mark(part, part.marks)
        try:
            if part.deletes is not None:
                return await self._delete(part, part.deletes)
            if part.edits is not None:
                await self._client.call("messages.edit", **_edit_values(part, self.limits.label))
                return Sent({"cmid": part.edits})
            values = _values(part, self.limits.label)
            if part.file is not None:
                values["attachment"] = await self._uploaded(part.file, part.address.user_id)
            # A list of one: only then does VK return the number of the message within the conversation.
            answer = await self._client.call("messages.send", **values)
            outcome = _outcome(answer[0], part)
        except UploadError as error:
            outcome = Retry(reasons.NO_ANSWER) if error.passing else Unsendable(reasons.NOT_TAKEN)
        except Exception as error:  # noqa: BLE001 - whatever the library raises, the caller gets an outcome
            outcome = classify(error, part)
            if part.file is not None and outcome == AuthBroken(reasons.RIGHTS):
                # A token without access to photos or documents can still send everything else.
                outcome = Unsendable(reasons.RIGHTS)
            if isinstance(outcome, Unsendable):
                log.warning("%s: a message was not taken: code %s", self.account, getattr(error, "code", "none"))
        return outcome

    async def _mark(self, part: OutgoingPart, cmid: str) -> SendOutcome:
        try:
            await self._client.call(
                "messages.sendReaction", peer_id=part.address.user_id, cmid=cmid, reaction_id=RECEIVED
            )
        except Exception as error:  # noqa: BLE001 - whatever the library raises, the caller gets an outcome
            outcome = classify(error)
            # A community that may not react can still write.
            return Unsendable(reasons.RIGHTS) if outcome == AuthBroken(reasons.RIGHTS) else outcome
        return Sent()

    async def _delete(self, part: OutgoingPart, cmid: str) -> SendOutcome:
        """Delete a message of ours for both sides. VK answers for each message, in a list of one."""
        peer = part.address.user_id
        (item,) = await self._client.call("messages.delete", peer_id=peer, cmids=cmid, delete_for_all=1)
        if error := item.get("error"):
            return classify_recipient(error, part)
        return Sent() if item.get("response") == 1 else Unsendable(reasons.NOT_DELETABLE)

    async def _say(self, part: OutgoingPart, place: PublicPlace) -> SendOutcome:
        try:
            if place.group == groups.WALL:
                said = await self._client.call("wall.createComment", **groups.comment(part, place, self._group_id))
                return Sent({"public_id": str(said["comment_id"])})
            values = _values(part, self.limits.label) | groups.in_chat(place)
            (said,) = await self._client.call("messages.send", **values)
            if error := said.get("error"):
                return classify_recipient(error)
            return Sent({"public_id": str(said["conversation_message_id"])})
        except Exception as error:  # noqa: BLE001 - whatever the library raises, the caller gets an outcome
            return classify(error)

    async def _uploaded(self, file: OutgoingFile, peer: str) -> str:
        try:
            async with asyncio.timeout(UPLOAD_TIMEOUT):
                return await self._uploads.upload(file, self._files.path(file.key), peer)
        except TimeoutError:
            raise UploadError(passing=True) from None

    async def close(self) -> None:
        await self._errands.close()
        self._client.close()


def _outcome(item: dict[str, Any], part: OutgoingPart) -> SendOutcome:
    if error := item.get("error"):
        return classify_recipient(error, part)
    return Sent({"message_id": str(item["message_id"]), "cmid": str(item["conversation_message_id"])})


def _values(part: OutgoingPart, label: int) -> dict[str, str | int]:
    to: dict[str, str | int] = {"peer_ids": part.address.user_id, "random_id": part.random_id}
    return to | _content(part, label)


def _edit_values(part: OutgoingPart, label: int) -> dict[str, str | int]:
    """Return all values again: VK drops those that an edit does not name, buttons included."""
    what: dict[str, str | int] = {"peer_id": part.address.user_id, "cmid": part.edits or ""}
    return what | _content(part, label)


def _content(part: OutgoingPart, label: int) -> dict[str, str | int]:
    values = text_values(part.text)
    if part.buttons:
        values["keyboard"] = json.dumps({"inline": True, "buttons": _rows(part.buttons, label)}, ensure_ascii=False)
    return values


def _rows(buttons: Sequence[Button], label: int) -> list[list[dict[str, Any]]]:
    """Put one button in a row while there are enough rows, else as few per row as possible."""
    width = -(-len(buttons) // _ROWS)
    shown = [
        {
            "action": {
                "type": "callback",
                "label": fitting(button.label, label),
                "payload": json.dumps({"id": button.id}),
            },
            "color": "secondary",
        }
        for button in buttons
    ]
    return [shown[start : start + width] for start in range(0, len(shown), width)]
