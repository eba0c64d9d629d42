"""The Telegram channel: stores raw updates before acknowledging them, and sends parts exactly as given.

aiogram carries the requests. Its own polling is not used: it acknowledges before anything is stored, and one update
that its models do not know blocks it permanently.
"""

import asyncio
import hmac
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

from bot.channels import ChannelLimits, HookReply, Inlet, RawEvent, Search, reasons
from bot.channels.background_tasks import BackgroundTasks
from bot.channels.downloads import Downloads, Fetch
from bot.channels.fallbacks import fitting
from bot.channels.proxies import check_proxy
from bot.channels.receive_backoff import NOT_STORED, NotStoredError, Pauses, ReceiveBackoff, keep
from bot.channels.telegram.client import REQUEST_TIMEOUT, open_bot
from bot.channels.telegram.errors import classify
from bot.channels.telegram.groups import QUESTION, Bot, decode_question, in_public, is_from_a_group, line, question
from bot.channels.telegram.inline import ENTITIES, InlineMode
from bot.channels.telegram.models import (
    DeleteMessage,
    EditMessageText,
    GetFile,
    GetMe,
    GetUpdates,
    GetWebhookInfo,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    SendDocument,
    SendMessage,
    SendPhoto,
    SetMessageReaction,
    StoredFile,
)
from bot.channels.telegram.updates import ALLOWED_UPDATES, INLINE_QUERY, decode, press_of, raw_event
from bot.channels.webhook_bodies import HookRefusedError, read_body
from handoff.messages.values import AuthBroken, IncomingEvent, OutgoingPart, RetryAfter, SendOutcome, Sent, Unsendable
from infra.clock import Clock, utc_now
from infra.errors import PlainError
from infra.files import FileStore, Incoming

log = logging.getLogger(__name__)

POLL_SECONDS = 25
_ADVICE_TIMEOUT = 10
UPLOAD_TIMEOUT = 40
"""Seconds for sending a file; shorter than the lease of a delivery."""
RECEIVED = {"type": "emoji", "emoji": "👀"}
"""The reaction that marks a message as received; Telegram allows bots a fixed list."""
OFFICIAL_HOST = "api.telegram.org"
REJECTED = "the Telegram token is rejected: copy the current one from @BotFather into the settings and restart"
TAKEN = "another program receives with the same Telegram token: stop it, or give this one a bot of its own"
UNREACHABLE = "Telegram cannot be reached; trying again"
INLINE_OFF = "inline mode is off: send /setinline to @BotFather to switch it on"
HOOK_FAILS = "Telegram cannot deliver to our webhook: check that the public address answers from outside over HTTPS"


@dataclass(frozen=True, slots=True)
class TelegramAccount:
    """One bot: its credentials and how it receives updates."""

    account: str
    """`telegram:name`."""
    token: str = field(repr=False)
    api_url: str | None = None
    """A Bot API server other than Telegram's own."""
    proxy: str | None = field(default=None, repr=False)
    mode: Literal["polling", "webhook"] = "polling"
    webhook_secret: str | None = field(default=None, repr=False)
    public_url: str | None = None


class TelegramChannel:
    """One Telegram bot, for private chats and questions in groups.

    Raises PlainError when the account's settings cannot work.
    """

    limits = ChannelLimits(
        per_second=25,
        per_contact=1,
        buttons=20,
        label=64,
        idempotent=False,
        concurrency=8,
        marks=True,
        writes_first=True,
    )

    def __init__(
        self,
        account: TelegramAccount,
        files: FileStore,
        *,
        search: Search | None = None,
        clock: Clock = utc_now,
        pauses: Pauses | None = None,
    ) -> None:
        self.account = account.account
        self._files = files
        if account.mode == "webhook" and not (account.webhook_secret and account.public_url):
            raise PlainError("Telegram's webhook mode needs a webhook secret and the public address: set both.")
        self._secret = account.webhook_secret if account.mode == "webhook" else None
        name = account.account.partition(":")[2]
        self._hook = f"{(account.public_url or '').rstrip('/')}/hooks/telegram/{name}"
        proxy = check_proxy(account.proxy, "The Telegram proxy")
        self._bot = open_bot(account.token, account.api_url, proxy)
        self._inline = InlineMode(self._bot, search) if search else None
        self._wanted = [*ALLOWED_UPDATES, INLINE_QUERY] if search else ALLOWED_UPDATES
        self._downloads = Downloads((OFFICIAL_HOST,), account.api_url, proxy)
        self._clock = clock
        self._pauses = pauses or Pauses()
        self._errands = BackgroundTasks()
        self._self: Bot | None = None

    async def advice(self) -> str | None:
        """Return a recommendation for the bot's owner; None if there is none, or Telegram does not answer."""
        try:
            me = await self._bot(GetMe(), request_timeout=_ADVICE_TIMEOUT)
        except Exception as error:  # noqa: BLE001 - receiving reports problems of the account
            log.info("%s: no advice: %s", self.account, type(error).__name__)
            return None
        return INLINE_OFF if self._inline is not None and not me.get("supports_inline_queries") else None

    async def door(self) -> str | None:
        """Return the beginning of deep links to the bot; None if Telegram does not name it."""
        try:
            if self._self is None:
                await self._introduce()
        except Exception as error:  # noqa: BLE001 - receiving reports problems of the account
            log.info("%s: no deep link: %s", self.account, type(error).__name__)
        return f"https://t.me/{self._self.username}?start=" if self._self and self._self.username else None

    # --- receiving

    async def run(self, inlet: Inlet) -> None:
        """Start receiving; after any failure wait and start again."""
        trouble = ReceiveBackoff(self.account, inlet, self._pauses)
        receive = self._watch_hook if self._secret else self._poll
        while True:
            try:
                await receive(inlet, trouble)
            except NotStoredError as error:
                log.warning("%s: not stored: %s", self.account, error)
                await trouble.passing(NOT_STORED)
            except Exception as error:  # noqa: BLE001 - receiving outlives whatever the library raises
                await self._bear(error, trouble)

    async def _bear(self, error: Exception, trouble: ReceiveBackoff) -> None:
        match classify(error):
            case AuthBroken(reason):
                await trouble.lasting(TAKEN if reason == reasons.CONFLICT else REJECTED)
            case RetryAfter(seconds):
                await trouble.asked_to_wait(seconds)
            case _:
                log.info("%s: receiving failed: %s", self.account, type(error).__name__)
                await trouble.passing(UNREACHABLE)

    async def _poll(self, inlet: Inlet, trouble: ReceiveBackoff) -> None:
        me = await self._introduce()
        if self._inline is not None and not me.get("supports_inline_queries"):
            log.info("%s: %s", self.account, INLINE_OFF)
        await self._bot.delete_webhook(drop_pending_updates=False)
        # Telegram itself remembers what was acknowledged, so an offset is sent only to acknowledge. A stored offset
        # would lose updates: after a quiet week the ids restart, perhaps below it, and would be skipped.
        offset: int | None = None
        # The first request does not wait, so that success is reported at once.
        patience = 0
        while True:
            request = GetUpdates(offset=offset, timeout=patience, allowed_updates=self._wanted)
            updates = await self._bot(request, request_timeout=patience + 10)
            offset = await self._keep(updates, inlet) if updates else None
            await trouble.over()
            patience = POLL_SECONDS

    async def _introduce(self) -> dict[str, Any]:
        """Ask for the bot's own name, by which groups address it."""
        me: dict[str, Any] = await self._bot(GetMe())
        self._self = Bot(int(me["id"]), str(me.get("username") or ""))
        return me

    def _lasting(self, event: RawEvent) -> RawEvent | None:
        """Return the part of an update to store: not what is answered live, and from groups only questions to us."""
        if self._answered_live(event.payload):
            return None
        if not is_from_a_group(event.payload):
            return event
        return question(event, self._self) if self._self and self._self.username else None

    async def _keep(self, updates: Sequence[Any], inlet: Inlet) -> int:
        """Store a batch; returns the offset that acknowledges it. Raises NotStoredError."""
        events = []
        for update in updates:
            try:
                events.append(raw_event(update, self._clock()))
            except (KeyError, TypeError):
                log.warning("%s: an update without an id is passed over", self.account)
        if not events:
            raise NotStoredError("no update of the batch has an id")
        offset = max(int(event.key) for event in events) + 1
        if lasting := [kept for event in events if (kept := self._lasting(event)) is not None]:
            await keep(inlet, lasting, cursor=str(offset))
        for event in events:
            self._acknowledge_press(event.payload)
        return offset

    def _answered_live(self, update: dict[str, Any]) -> bool:
        """Start answering an inline query, which is not stored; returns whether the update is one."""
        query = update.get(INLINE_QUERY)
        if self._inline is None or not isinstance(query, dict):
            return False
        self._inline.take(query)
        return True

    async def _watch_hook(self, _inlet: Inlet, trouble: ReceiveBackoff) -> None:
        await self._introduce()
        await self._bot.set_webhook(
            self._hook,
            secret_token=self._secret,
            allowed_updates=self._wanted,
            # With more, two messages of one person could overtake each other.
            max_connections=1,
        )
        while True:
            info = await self._bot(GetWebhookInfo())
            if info.get("url") != self._hook:
                return
            await trouble.over(
                HOOK_FAILS if info.get("last_error_message") and info.get("pending_update_count") else None
            )
            await asyncio.sleep(self._pauses.watch)

    async def accept(self, headers: Mapping[str, str], body: bytes, inlet: Inlet) -> HookReply:
        shown = headers.get("x-telegram-bot-api-secret-token", "")
        if not self._secret or not hmac.compare_digest(shown.encode(errors="replace"), self._secret.encode()):
            return HookReply(401)
        try:
            event = raw_event(read_body(body), self._clock())
        except HookRefusedError as refused:
            return refused.reply
        except (KeyError, TypeError):
            return HookReply(400)
        if self._self is None and is_from_a_group(event.payload):
            try:
                await self._introduce()
            except Exception as error:  # noqa: BLE001 - Telegram sends it again later
                log.info("%s: a group cannot be heard yet: %s", self.account, type(error).__name__)
                return HookReply(503)
        if (kept := self._lasting(event)) is not None:
            await inlet.store([kept])
        self._acknowledge_press(event.payload)
        return HookReply(200)

    def _acknowledge_press(self, update: dict[str, Any]) -> None:
        if query_id := press_of(update):
            self._errands.run(self._stop_spinner(query_id))

    async def _stop_spinner(self, query_id: str) -> None:
        try:
            await self._bot.answer_callback_query(query_id, request_timeout=10)
        except Exception as error:  # noqa: BLE001 - the spinner only turns a little longer
            log.debug("%s: a press was not acknowledged: %s", self.account, type(error).__name__)

    def decode(self, payload: dict[str, Any]) -> IncomingEvent | None:
        return decode_question(self.account, payload) if QUESTION in payload else decode(self.account, payload)

    async def fetch(self, source: str, into: Incoming) -> Fetch:
        try:
            found: Any = await self._bot(GetFile(file_id=source), request_timeout=REQUEST_TIMEOUT)
            # The address contains the token: it is never logged or stored.
            url = self._bot.session.api.file_url(self._bot.token, quote(str(found["file_path"])))
        except Exception as error:  # noqa: BLE001 - whatever the library raises, the caller gets an outcome
            if "file is too big" in str(getattr(error, "message", "")).lower():
                return Fetch.TOO_BIG
            return Fetch.NEVER if isinstance(classify(error), Unsendable) else Fetch.LATER
        return await self._downloads.fetch(url, into)

    # --- sending

    async def probe(self) -> bool:
        try:
            await self._bot(GetMe(), request_timeout=_ADVICE_TIMEOUT)
        except Exception as error:  # noqa: BLE001 - whatever the library raises, the platform does not work yet
            log.debug("%s: no answer to a probe: %s", self.account, type(error).__name__)
            return False
        return True

    async def _change(self, request: SetMessageReaction | DeleteMessage, part: OutgoingPart) -> SendOutcome:
        try:
            await self._bot(request, request_timeout=REQUEST_TIMEOUT)
        except Exception as error:  # noqa: BLE001 - whatever the library raises, the caller gets an outcome
            return classify(error, part)
        return Sent()

    async def send(self, part: OutgoingPart) -> SendOutcome:
        try:
            to = int(part.address.user_id)
            if part.marks is not None:
                seen = SetMessageReaction(chat_id=to, message_id=int(part.marks), reaction=[RECEIVED])
                return await self._change(seen, part)
            if part.deletes is not None:
                return await self._change(DeleteMessage(chat_id=to, message_id=int(part.deletes)), part)
            request = self._request(part)
        except ValueError:
            # Not a number for a user, or a value that aiogram's models refuse.
            return Unsendable(reasons.NOT_TAKEN)
        try:
            patience = UPLOAD_TIMEOUT if part.file else REQUEST_TIMEOUT
            message: Any = await self._bot(request, request_timeout=patience)
            message_id = str(message["message_id"])
        except Exception as error:  # noqa: BLE001 - whatever the library raises, the caller gets an outcome
            outcome = classify(error, part)
            if isinstance(outcome, Unsendable):
                # Only up to the first quotation mark: the quoted part is what we sent.
                said = str(getattr(error, "message", "")).replace("'", '"').partition('"')[0]
                log.warning("%s: a message was not taken: %s: %s", self.account, type(error).__name__, said[:80])
            return in_public(outcome, part, part.place) if part.place else outcome
        # Message ids of other chats are meaningless in the private one.
        return Sent({"public_id": message_id} if part.place else {"message_id": message_id})

    def _request(self, part: OutgoingPart) -> SendMessage | EditMessageText | SendPhoto | SendDocument:
        if part.file is not None:
            to, file = int(part.address.user_id), StoredFile(self._files.path(part.file.key), part.file.name)
            return (
                SendPhoto(chat_id=to, photo=file)
                if part.file.kind == "photo"
                else SendDocument(chat_id=to, document=file)
            )
        rows = [
            [InlineKeyboardButton(text=fitting(button.label, self.limits.label), callback_data=button.id)]
            for button in part.buttons
        ]
        entities = [
            MessageEntity(
                type=ENTITIES[entity.kind], offset=entity.offset, length=entity.length, url=entity.url or None
            )
            for entity in part.text.entities
        ]
        values: dict[str, Any] = {
            "chat_id": int(part.address.user_id),
            "text": part.text.text,
            "entities": entities or None,
            # Explicitly none: with a parse mode, contacts' text would become markup.
            "parse_mode": None,
            "link_preview_options": LinkPreviewOptions(is_disabled=True),
            "reply_markup": InlineKeyboardMarkup(inline_keyboard=rows) if rows else None,
        }
        if part.edits is not None:
            return EditMessageText(message_id=int(part.edits), **values)
        if part.place is not None:
            return line(part, part.place, values)
        return SendMessage(**values)

    async def close(self) -> None:
        await self._errands.close()
        if self._inline is not None:
            await self._inline.close()
        await self._bot.session.close()
