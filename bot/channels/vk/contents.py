"""Contents of a VK message besides its text: pure functions over the dictionary that VK sent.

The kinds of attachments: https://dev.vk.com/ru/reference/objects/attachments-message. Events do not contain names of
people and communities, so an author is identified by the address of their page.
"""

import json
import re
from collections.abc import Callable
from typing import Any, Literal

from bot.channels.raw_values import (
    DEEPEST,
    Reading,
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
from handoff.messages.contents import Card, CardKind, ContactCard, Content, Passage, Place, Poll, Role
from handoff.messages.values import Attachment

Json = dict[str, Any]

_FILES = {"photo": "photo", "doc": "document", "audio_message": "voice", "audio": "audio", "graffiti": "photo"}
_STICKERS = frozenset({"sticker", "ugc_sticker"})
_SITE = "https://vk.com/"


class VkReader:
    """Parses one message. `contact` and `community` are the two sides of the chat."""

    def __init__(self, contact: int, community: int) -> None:
        self.reading = Reading()
        self._contact = contact
        self._community = community

    def contents(self, message: Json) -> tuple[Content, ...]:
        """Return everything but the message's own words; its files and stickers are in `reading.attachments`."""
        _, found = self._held(message, self.reading, DEEPEST)
        quoted = []
        if isinstance(replied := message.get("reply_message"), dict):
            # Its attachments are in the thread already.
            quoted.append(self._passage(Role.QUOTE, replied, Reading(), DEEPEST, with_files=False))
        return (*quoted, *found)

    def _held(self, message: Json, reading: Reading, depth: int) -> tuple[tuple[int, ...], list[Content]]:
        """Return the positions of the message's own files, and its other contents."""
        files: tuple[int, ...] = ()
        found = hidden_links(words(message.get("text")), _links(message.get("format_data")))
        for item in items(message.get("attachments")):
            positions, contents = self._attachment(item, reading, depth)
            files += positions
            found += contents
        if geo := message.get("geo"):
            found.append(careful("geo", geo, _geo))
        forwarded = items(message.get("fwd_messages"))
        if forwarded and depth == 0:
            found.append(unknown("fwd_messages", forwarded))
        elif forwarded:
            found += [self._passage(Role.FORWARD, one, reading, depth - 1) for one in forwarded]
        return files, found

    def _passage(self, role: Role, message: Json, reading: Reading, depth: int, *, with_files: bool = True) -> Passage:
        """Return a message quoted from another place or time."""
        files, contents = self._held(message, reading, depth)
        replied = message.get("reply_message")
        if isinstance(replied, dict) and depth > 0:
            contents.insert(0, self._passage(Role.QUOTE, replied, reading, depth - 1, with_files=with_files))
        text, at = words(message.get("text")), moment(message.get("date"))
        return Passage(
            role, text, at=at, files=files if with_files else (), contents=tuple(contents), **self._author(message)
        )

    def _post(self, role: Role, post: Json, reading: Reading, depth: int) -> Passage:
        """Return a shared post or comment, with the posts that it reposts."""
        files, contents = self._held({key: post.get(key) for key in ("text", "attachments", "geo")}, reading, depth)
        history = items(post.get("copy_history"))
        if history and depth > 0:
            contents += [self._post(Role.POST, one, reading, depth - 1) for one in history]
        owner, identity = post.get("owner_id") or post.get("to_id"), number(post.get("id"))
        url = f"{_SITE}wall{number(owner)}_{identity}" if number(owner) and identity else ""
        if role is Role.COMMENT:
            url = f"{_SITE}wall{number(owner)}_{number(post.get('post_id'))}?reply={identity}" if number(owner) else ""
        author = self._author({"from_id": post.get("from_id") or owner})
        text, at = words(post.get("text"), 1 << 16), moment(post.get("date"))
        return Passage(role, text, url=url, at=at, files=files, contents=tuple(contents), **author)

    def _author(self, body: Json) -> Json:
        """Return the author, as fields of a `Passage`."""
        person = number(body.get("from_id"))
        by: Literal["contact", "community", "other"] = "other"
        if person and person in {self._contact, -self._community}:
            by = "contact" if person == self._contact else "community"
        page = f"id{person}" if person > 0 else f"club{-person}"
        return {"author": page, "author_url": _SITE + page, "by": by} if person else {"by": by}

    def _attachment(self, item: Json, reading: Reading, depth: int) -> tuple[tuple[int, ...], list[Content]]:
        kind = str(item.get("type"))
        body = item.get(kind)
        if not isinstance(body, dict):
            return (), [unknown(kind, {name: value for name, value in item.items() if name != "type"})]
        if kind in _STICKERS:
            return reading.attach(Attachment("sticker", "", str(body.get("sticker_id") or body.get("id") or ""))), []
        if kind in _FILES and not (kind == "audio" and not _address_of(body)):
            said = words(body.get("transcript"))
            spoken: list[Content] = [card(CardKind.TRANSCRIPT, text=said)] if said else []
            return reading.attach(_file(kind, body)), spoken
        if kind in {"wall", "wall_reply"}:
            if depth == 0:
                return (), [unknown(kind, body)]
            role = Role.COMMENT if kind == "wall_reply" else Role.POST
            return (), [self._post(role, body, reading, depth - 1)]
        files: tuple[int, ...] = ()
        if kind == "story" and isinstance(photo := body.get("photo"), dict) and _address_of(photo):
            files = reading.attach(_file("photo", photo))
        reader = _READERS.get(kind)
        return files, [careful(kind, body, reader) if reader else unknown(kind, body)]


def _file(kind: str, body: Json) -> Attachment:
    identity = [str(body[name]) for name in ("owner_id", "id", "access_key") if body.get(name)]
    reference = kind + "_".join(identity) if len(identity) > 1 else ""
    name = line(body.get("artist"), body.get("title"), between=" – ") if kind == "audio" else words(body.get("title"))
    return Attachment(_FILES[kind], name, reference, source=_address_of(body), size=number(body.get("size")))


def _address_of(body: Json) -> str:
    """Return the file's URL: the largest size of a photo, the audio of a voice message."""
    sizes = [size for size in (*items(body.get("sizes")), body.get("orig_photo")) if isinstance(size, dict)]
    if sizes:
        largest = max(sizes, key=lambda size: number(size.get("width")) * number(size.get("height")))
        return str(largest.get("url") or "")
    return str(body.get("link_mp3") or body.get("link_ogg") or body.get("url") or "")


def _links(formats: Any) -> list[Json]:  # noqa: ANN401 - an object, or JSON text in older events
    try:
        body = json.loads(formats) if isinstance(formats, str) else formats
    except (ValueError, RecursionError):
        return []
    found = items(body.get("items")) if isinstance(body, dict) else []
    return [one for one in found if one.get("type") == "url"]


def _named(body: Json, prefix: str) -> str:
    """Return the address of an object, built from its owner and its id."""
    owner, identity = (re.fullmatch(r"-?\d{1,18}", str(body.get(name))) for name in ("owner_id", "id"))
    return f"{_SITE}{prefix}{owner[0]}_{identity[0]}" if owner and identity else ""


# --- one kind each ----------------------------------------------------------------------------------------------------


def _geo(body: Any) -> Place | None:  # noqa: ANN401 - whatever VK has sent, here and below
    at, spot = body["coordinates"], body.get("place") or {}
    north, east = at.split() if isinstance(at, str) else (at["latitude"], at["longitude"])
    street = line(spot.get("address"), spot.get("city"), spot.get("country"), between=", ")
    return place(north, east, line(spot.get("title")), street)


def _video(body: Any) -> Card:  # noqa: ANN401
    return with_duration(
        body.get("duration"),
        card(
            CardKind.VIDEO,
            title=body.get("title"),
            text=body.get("description"),
            url=_named(body, "video") or body.get("player"),
        ),
    )


def _audio(body: Any) -> Card:  # noqa: ANN401
    title = line(body.get("artist"), body.get("title"), between=" – ")
    return with_duration(body.get("duration"), card(CardKind.AUDIO, title=title, url=_named(body, "audio")))


def _podcast(body: Any) -> Card:  # noqa: ANN401
    about = body.get("podcast_info") or {}
    return with_duration(
        body.get("duration"),
        card(
            CardKind.PODCAST,
            title=body.get("title"),
            text=about.get("description"),
            author=body.get("artist"),
            url=_named(body, "podcast"),
        ),
    )


def _playlist(body: Any) -> Card:  # noqa: ANN401
    return card(
        CardKind.PLAYLIST, title=body.get("title"), text=body.get("description"), url=_named(body, "music/playlist/")
    )


def _video_playlist(body: Any) -> Card:  # noqa: ANN401
    owner, identity = number(body.get("owner_id")), number(body.get("id"))
    return card(CardKind.PLAYLIST, title=body.get("title"), url=f"{_SITE}video/playlist/{owner}_{identity}")


def _link(body: Any) -> Card:  # noqa: ANN401
    price = (body.get("product") or {}).get("price") or {}
    return card(
        CardKind.LINK,
        title=line(body.get("title")) or line(body.get("caption")),
        text=body.get("description") or body.get("text"),
        url=body["url"],
        price=line(price.get("text")),
    )


def _article(body: Any) -> Card:  # noqa: ANN401
    return card(
        CardKind.ARTICLE,
        title=body["title"],
        text=body.get("subtitle") or body.get("text"),
        author=body.get("owner_name"),
        url=body.get("url") or body.get("view_url"),
    )


def _product(body: Any) -> Card:  # noqa: ANN401
    price = line((body.get("price") or {}).get("text"))
    return card(
        CardKind.PRODUCT,
        title=body["title"],
        text=body.get("description"),
        url=_named(body, "product"),
        price=price,
    )


def _products(body: Any) -> Card:  # noqa: ANN401
    owner, identity = number(body.get("owner_id")), number(body.get("id"))
    return card(CardKind.ALBUM, title=body["title"], url=f"{_SITE}market{owner}?section=album_{identity}")


def _album(body: Any) -> Card:  # noqa: ANN401
    return card(CardKind.ALBUM, title=body["title"], text=body.get("description"), url=_named(body, "album"))


def _poll(body: Any) -> Poll:  # noqa: ANN401
    options = tuple(with_votes(option["text"], option.get("votes")) for option in body["answers"])
    return Poll(words(body["question"]), options, closed=bool(body.get("closed")))


def _gift(body: Any) -> Card:  # noqa: ANN401
    return card(CardKind.GIFT, title=str(number(body["id"])))


def _story(body: Any) -> Card:  # noqa: ANN401
    owner = number(body.get("owner_id"))
    author = (f"id{owner}" if owner > 0 else f"club{-owner}") if owner else ""
    link = body.get("link") or {}
    return card(CardKind.STORY, author=author, text=link.get("url"), url=_named(body, "story"))


def _narrative(body: Any) -> Card:  # noqa: ANN401
    return card(CardKind.STORY, title=body.get("title"), url=_named(body, "narrative"))


def _money(body: Any) -> Card:  # noqa: ANN401
    amount = body.get("amount")
    price = line(amount.get("text")) if isinstance(amount, dict) else str(amount or "")
    if isinstance(amount, dict) and not price:
        currency = amount.get("currency")
        price = (
            f"{float(amount['amount']) / 100:.2f} {line(currency.get('name')) if isinstance(currency, dict) else ''}"
        )
    return card(CardKind.MONEY, text=body.get("comment"), price=price.strip())


def _call(body: Any) -> Card:  # noqa: ANN401
    state = words(body.get("state")).replace("_", " ")
    return with_duration(body.get("duration"), card(CardKind.CALL, text=state, url=body.get("join_link")))


def _app(body: Any) -> Card:  # noqa: ANN401
    inner = body.get("app")
    app = inner if isinstance(inner, dict) else body
    identity = number(app.get("id")) or number(body.get("app_id"))
    return card(
        CardKind.APP,
        title=line(body.get("title")) or app.get("title"),
        text=app.get("description"),
        url=f"{_SITE}app{identity}" if identity else "",
    )


def _event(body: Any) -> Card:  # noqa: ANN401
    text = line(body.get("text"), body.get("address"), between=", ")
    return card(CardKind.EVENT, title=body.get("title"), text=text, url=f"{_SITE}event{number(body['id'])}")


def _contact(body: Any) -> ContactCard | None:  # noqa: ANN401
    name = line(body.get("name")) or line(body.get("first_name"), body.get("last_name"))
    phone = line(body.get("phone")) or line(body.get("phone_number"))
    return vcard(name, phone, words(body.get("vcard"))) if name or phone else None


_READERS: dict[str, Callable[[Any], Content | None]] = {
    "album": _album,
    "article": _article,
    "audio": _audio,
    "audio_playlist": _playlist,
    "call": _call,
    "contact": _contact,
    "donut_link": _link,
    "event": _event,
    "gift": _gift,
    "group_call_in_progress": _call,
    "link": _link,
    "market": _product,
    "market_album": _products,
    "market_market_album": _products,
    "mini_app": _app,
    "money_request": _money,
    "money_transfer": _money,
    "narrative": _narrative,
    "note": _article,
    "page": _article,
    "podcast": _podcast,
    "podcasts": _podcast,
    "poll": _poll,
    "story": _story,
    "video": _video,
    "video_message": _video,
    "video_playlist": _video_playlist,
}
