"""Contents of a Telegram message besides its text: pure functions over the dictionary that Telegram sent.

The kinds and their fields: https://core.telegram.org/bots/api#message.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from bot.channels.raw_values import (
    Reading,
    address,
    card,
    careful,
    hidden_links,
    items,
    line,
    moment,
    number,
    place,
    unknown,
    vcard,
    with_duration,
    with_votes,
    words,
)
from handoff.messages.contents import (
    Card,
    CardKind,
    Checklist,
    ContactCard,
    Content,
    Dice,
    Passage,
    Place,
    Poll,
    Role,
    Task,
)
from handoff.messages.values import Attachment

Json = dict[str, Any]

_FILES = {
    "live_photo": "photo",
    "photo": "photo",
    "animation": "video",
    "document": "document",
    "voice": "voice",
    "video": "video",
    "video_note": "video",
    "audio": "audio",
    "sticker": "sticker",
}
_QUOTED_AT_MOST = 1000
_ENVELOPE = frozenset(
    {"message_id", "from", "chat", "date", "edit_date", "text", "caption", "entities", "caption_entities"}
    | {"reply_markup", "reply_to_message", "quote", "external_reply", "forward_origin", "via_bot", "sender_chat"}
    | {"link_preview_options", "effect_id", "media_group_id", "show_caption_above_media", "has_media_spoiler"}
    | {"is_from_offline", "message_thread_id", "is_topic_message", "business_connection_id", "sender_business_bot"}
    | {"has_protected_content", "author_signature", "is_automatic_forward", "sender_boost_count", "sender_tag"}
    | {"is_paid_post", "paid_star_count", "suggested_post_info", "direct_messages_topic", "guest_query_id"}
    | {"guest_bot_caller_user", "guest_bot_caller_chat", "reply_to_checklist_task_id", "reply_to_poll_option_id"}
    | {"forward_date", "forward_from", "forward_from_chat", "forward_from_message_id", "forward_sender_name"}
    | {"forward_signature", "reply_to_story", "rich_message", "receiver_user", "ephemeral_message_id"}
)


@dataclass(frozen=True, slots=True)
class Holdings:
    """A parsed message: the contact's own words, its files and stickers, and everything else."""

    text: str
    attachments: tuple[Attachment, ...]
    contents: tuple[Content, ...]


def holdings(message: Json) -> Holdings:
    """Parse a private message. The words of a forwarded message are not the contact's own."""
    reading = Reading()
    quoted = _quotes(message, reading)
    text = words(message.get("text") or message.get("caption") or _rich(message.get("rich_message")), 1 << 20)
    files, contents = _held(message, text, reading)
    if "forward_origin" in message:
        origin = _origin(message["forward_origin"], number(message.get("from", {}).get("id")))
        forwarded = Passage(Role.FORWARD, text, files=files, contents=tuple(contents), **origin)
        return Holdings("", tuple(reading.attachments), (*quoted, forwarded))
    return Holdings(text, tuple(reading.attachments), (*quoted, *contents))


def _held(message: Json, text: str, reading: Reading) -> tuple[tuple[int, ...], list[Content]]:
    """Return the positions of its files, and its other contents."""
    files: tuple[int, ...] = ()
    for key, kind in _FILES.items():
        if key in message and isinstance(message[key], dict | list):
            files += reading.attach(_file(kind, message[key]))
            break  # an animation comes as a document too, a live photo as a photo
    contents = hidden_links(text, _links(message))
    known = [key for key in _READERS if key in message]
    if "venue" in known and "location" in known:
        known.remove("location")
    contents += [careful(key, message[key], _READERS[key]) for key in known]
    if isinstance(message.get("paid_media"), dict):
        for medium in items(message["paid_media"].get("paid_media")):
            if (kind := str(medium.get("type"))) in _FILES and kind in medium:
                files += reading.attach(_file(_FILES[kind], medium[kind]))
    odd = sorted(message.keys() - _ENVELOPE - _READERS.keys() - _FILES.keys())
    contents += [unknown(key, message[key]) for key in odd if not text or isinstance(message[key], dict | list)]
    return files, contents


def _links(message: Json) -> list[Json]:
    entities = items(message.get("entities")) or items(message.get("caption_entities"))
    return [entity for entity in entities if entity.get("type") == "text_link"]


def _file(kind: str, body: Any) -> Attachment:  # noqa: ANN401 - a photo is a list of sizes, the rest are objects
    if isinstance(body, dict) and isinstance(body.get("photo"), list):
        body = body["photo"]  # of a live photo, the picture
    sizes = items(body) if isinstance(body, list) else items([body])
    file = max(sizes, key=lambda size: number(size.get("width")), default={})
    name = words(file.get("file_name")) or line(file.get("performer"), file.get("title"), between=" – ")
    reference = words(file.get("file_id"))
    size = number(file.get("file_size"))
    return Attachment(kind, name or words(file.get("emoji"), 32), reference, source=reference, size=size)


# --- what others wrote ------------------------------------------------------------------------------------------------


def _quotes(message: Json, reading: Reading) -> list[Content]:
    """Return the message that this one replies to: of this chat, of another, or a story."""
    chosen = message.get("quote")
    picked = words(chosen.get("text"), _QUOTED_AT_MOST) if isinstance(chosen, dict) else ""
    person = number(message.get("from", {}).get("id"))
    if isinstance(replied := message.get("reply_to_message"), dict):
        text = picked or words(replied.get("text") or replied.get("caption"), _QUOTED_AT_MOST)
        # Its files are in the thread already.
        _, contents = _held(replied, text, Reading())
        author = replied.get("from")
        return [
            Passage(
                Role.QUOTE,
                text,
                contents=() if picked else tuple(contents),
                at=moment(replied.get("date")),
                **_who(author if isinstance(author, dict) else {}, person),
            )
        ]
    if isinstance(external := message.get("external_reply"), dict):
        body = {key: value for key, value in external.items() if key not in {"origin", "chat", "message_id"}}
        files, contents = _held(body, "", reading)
        origin = _origin(external.get("origin"), person)
        if not origin["url"]:
            origin["url"] = _message_url(external.get("chat"), external.get("message_id"))
        return [Passage(Role.QUOTE, picked, files=files, contents=tuple(contents), **origin)]
    if "reply_to_story" in message:
        return [Passage(Role.QUOTE, contents=(careful("story", message["reply_to_story"], _story),))]
    return [Passage(Role.QUOTE, picked)] if picked else []


def _origin(origin: Any, person: int) -> Json:  # noqa: ANN401 - whatever Telegram has sent
    """Return the author, the place and the time of a forwarded message, as fields of a `Passage`."""
    if not isinstance(origin, dict):
        return {"author": "", "url": ""}
    at = moment(origin.get("date"))
    match origin.get("type"):
        case "user" if isinstance(user := origin.get("sender_user"), dict):
            return {"at": at, "url": "", **_who(user, person)}
        case "hidden_user":
            return {"at": at, "url": "", "author": line(origin.get("sender_user_name"))}
        case _:
            found = origin.get("chat") or origin.get("sender_chat")
            chat = found if isinstance(found, dict) else {}
            author = line(_title(chat), origin.get("author_signature"), between=", ")
            url = _message_url(chat, origin.get("message_id"))
            return {"at": at, "url": url, "author": author, "author_url": _profile(chat)}


def _who(user: Json, person: int) -> Json:
    by: Literal["contact", "community", "other"] = (
        "contact" if person and user.get("id") == person else "community" if user.get("is_bot") else "other"
    )
    return {"author": _title(user), "author_url": _profile(user) if by == "other" else "", "by": by}


def _title(body: Json) -> str:
    """Return the name of a person, a group or a channel."""
    return (
        line(body.get("title"))
        or line(body.get("first_name"), body.get("last_name"))
        or line(body.get("username"))
        or str(number(body.get("id")) or "")
    )


def _profile(body: Json) -> str:
    return address(f"https://t.me/{name}") if (name := line(body.get("username"))) else ""


def _message_url(chat: Any, message_id: Any) -> str:  # noqa: ANN401 - whatever Telegram has sent
    """Return the address of a message of a public channel or group."""
    profile = _profile(chat) if isinstance(chat, dict) else ""
    return f"{profile}/{message_id}" if profile and number(message_id) else ""


def _rich(body: Any) -> str:  # noqa: ANN401 - a text of blocks, each with texts of its own
    """Return the words of a message that consists of blocks, one line per block."""
    if isinstance(body, str):
        return body
    if isinstance(body, list):
        return "".join(map(_rich, body))
    if not isinstance(body, dict):
        return ""
    blocks = [_rich(one) for key in ("blocks", "items", "cells") for one in _list(body.get(key))]
    texts = [_rich(body[key]) for key in ("summary", "text", "caption") if key in body]
    return "\n".join(text for text in texts + blocks if text)


def _list(value: Any) -> list[Any]:  # noqa: ANN401 - as above
    return value if isinstance(value, list) else []


# --- one kind each ----------------------------------------------------------------------------------------------------


def _location(body: Any) -> Place | None:  # noqa: ANN401 - whatever Telegram has sent, here and below
    return place(body["latitude"], body["longitude"], live="live_period" in body)


def _venue(body: Any) -> Place | None:  # noqa: ANN401
    at = body["location"]
    return place(at["latitude"], at["longitude"], line(body.get("title")), line(body.get("address")))


def _contact(body: Any) -> ContactCard:  # noqa: ANN401
    name = line(body.get("first_name"), body.get("last_name"))
    return vcard(name, line(body["phone_number"]), words(body.get("vcard")))


def _poll(body: Any) -> Poll:  # noqa: ANN401
    options = tuple(with_votes(option["text"], option.get("voter_count")) for option in body["options"])
    note = words(body.get("explanation")) or words(body.get("description"))
    return Poll(words(body["question"]), options, note, bool(body.get("is_closed")))


def _checklist(body: Any) -> Checklist:  # noqa: ANN401
    tasks = tuple(
        Task(line(task["text"]), any(map(task.get, ("completed_by_user", "completed_by_chat", "completion_date"))))
        for task in body["tasks"]
    )
    return Checklist(line(body["title"]), tasks)


def _tasks(body: Any) -> Checklist:  # noqa: ANN401
    """Return the changes of a checklist: tasks that were added or ticked."""
    ticked = set(body.get("marked_as_done_task_ids") or ()) | set(body.get("marked_as_not_done_task_ids") or ())
    whole = body.get("checklist_message", {}).get("checklist", {})
    changed = body.get("tasks") or [task for task in items(whole.get("tasks")) if task.get("id") in ticked]
    done = set(body.get("marked_as_done_task_ids") or ())
    return Checklist(line(whole.get("title")), tuple(Task(line(one["text"]), one.get("id") in done) for one in changed))


def _dice(body: Any) -> Dice:  # noqa: ANN401
    return Dice(words(body["emoji"], 16), number(body["value"]))


def _game(body: Any) -> Card:  # noqa: ANN401
    return card(CardKind.GAME, title=body["title"], text=line(body.get("description"), body.get("text"), between="\n"))


def _story(body: Any) -> Card:  # noqa: ANN401
    profile, identity = _profile(body["chat"]), number(body["id"])
    return card(CardKind.STORY, author=_title(body["chat"]), url=f"{profile}/s/{identity}" if profile else "")


def _stars(body: Any) -> str:  # noqa: ANN401
    return f"{count} ⭐" if (count := number(body)) else ""


def _amount(body: Any) -> str:  # noqa: ANN401
    """Return an amount with its currency. Telegram counts in the smallest unit: 1/100 for all but a few currencies."""
    currency, total = line(body.get("currency")), number(body.get("total_amount"))
    if currency == "XTR":
        return _stars(total)
    places = {"CLP": 0, "ISK": 0, "JPY": 0, "KRW": 0, "PYG": 0, "UGX": 0, "VND": 0}.get(currency, 2)
    return f"{total / 10**places:.{places}f} {currency}".strip()


def _invoice(body: Any) -> Card:  # noqa: ANN401
    return card(CardKind.INVOICE, title=body["title"], text=body.get("description"), price=_amount(body))


def _payment(body: Any) -> Card:  # noqa: ANN401
    order = body.get("order_info") or {}
    return card(CardKind.PAYMENT, title=line(order.get("name"), order.get("email")), price=_amount(body))


def _refund(body: Any) -> Card:  # noqa: ANN401
    return card(CardKind.REFUND, price=_amount(body))


def _gift(body: Any) -> Card:  # noqa: ANN401
    gift = body["gift"]
    title = line(gift.get("base_name"), f"#{gift['number']}" if number(gift.get("number")) else "")
    sign = gift["sticker"].get("emoji") if isinstance(gift.get("sticker"), dict) else ""
    return card(
        CardKind.GIFT, title=title or words(sign, 16), text=body.get("text"), price=_stars(gift.get("star_count"))
    )


def _giveaway(body: Any) -> Card:  # noqa: ANN401
    chats = items(body.get("chats")) or items([body.get("chat")])
    return card(
        CardKind.GIVEAWAY,
        title=", ".join(map(_title, chats)),
        text=body.get("prize_description"),
        price=_stars(body.get("prize_star_count")),
    )


def _paid_media(body: Any) -> Card:  # noqa: ANN401
    return card(CardKind.PAID_MEDIA, price=_stars(body["star_count"]))


def _shared_user(body: Any) -> ContactCard:  # noqa: ANN401
    """Return the person that the contact has picked with a button that asks for people."""
    people = items(body.get("users")) or [{"id": one} for one in body.get("user_ids") or [body["user_id"]]]
    names = ", ".join(_title(one) for one in people)
    return ContactCard(names, url=_profile(people[0]) if len(people) == 1 else "")


def _shared_chat(body: Any) -> Card:  # noqa: ANN401
    title = _title(body) or str(body["chat_id"])
    return card(CardKind.GROUP, title=title, url=_profile(body))


def _app_data(body: Any) -> Card:  # noqa: ANN401
    return card(CardKind.SENT_DATA, title=body.get("button_text"), text=body["data"])


def _call(body: Any) -> Card:  # noqa: ANN401
    return with_duration(body.get("duration"), card(CardKind.CALL))


_READERS: dict[str, Callable[[Any], Content | None]] = {
    "venue": _venue,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "checklist": _checklist,
    "checklist_tasks_done": _tasks,
    "checklist_tasks_added": _tasks,
    "dice": _dice,
    "game": _game,
    "story": _story,
    "invoice": _invoice,
    "successful_payment": _payment,
    "refunded_payment": _refund,
    "gift": _gift,
    "unique_gift": _gift,
    "gift_upgrade_sent": _gift,
    "giveaway": _giveaway,
    "giveaway_created": _giveaway,
    "giveaway_winners": _giveaway,
    "giveaway_completed": _giveaway,
    "paid_media": _paid_media,
    "users_shared": _shared_user,
    "user_shared": _shared_user,
    "chat_shared": _shared_chat,
    "web_app_data": _app_data,
    "video_chat_scheduled": _call,
    "video_chat_started": _call,
    "video_chat_ended": _call,
    "video_chat_participants_invited": _call,
}
