"""Contents of VK messages besides text and files, as parts of a message for `VkSimulator.writes`."""

from bot.simulator.phone import Json

WRITTEN_AT = 1_767_225_600


def with_attachment(kind: str, body: Json) -> Json:
    """Return the fields of a message with one attachment."""
    return {"attachments": [{"type": kind, kind: body}]}


def link(text: str, words: str, url: str) -> Json:
    """Return the formatting of a text in which `words` link to `url`."""
    offset = len(text[: text.index(words)].encode("utf-16-le")) // 2
    item = {"type": "url", "offset": offset, "length": len(words.encode("utf-16-le")) // 2, "url": url}
    return {"format_data": {"version": "1", "items": [item]}}


def foreign(author: int, text: str, **extra: Json | list[Json]) -> Json:
    """Return a message of another chat, as in `fwd_messages` and `reply_message`."""
    body: Json = {"conversation_message_id": 3, "date": WRITTEN_AT, "from_id": author, "id": 0, "peer_id": author}
    return body | {"text": text, "attachments": [], "fwd_messages": []} | extra


def with_forwards(*messages: Json) -> Json:
    return {"fwd_messages": list(messages)}


def _post(owner: int, number: int, text: str, **extra: list[Json]) -> Json:
    body: Json = {"inner_type": "wall_wallpost", "id": number, "owner_id": owner, "from_id": owner, "date": WRITTEN_AT}
    return body | {"text": text, "post_type": "post", "attachments": []} | extra


_PRICE: Json = {"amount": "150000", "currency": {"id": 643, "name": "RUB", "title": "руб."}, "text": "1 500 ₽"}
_VIDEO: Json = {
    "response_type": "full", "id": 456239017, "owner_id": -22822305,
    "title": "Как войти в кабинет", "description": "По шагам",
    "duration": 125, "access_key": "secret-key", "type": "video", "date": WRITTEN_AT, "image": [], "views": 5,
}  # fmt: skip
_LINK: Json = {
    "url": "https://example.org/rules",
    "title": "Правила",
    "description": "О чём можно писать",
    "caption": "example.org",
}

THINGS: dict[str, Json] = {
    "place": {"geo": {"type": "point", "coordinates": {"latitude": 55.751244, "longitude": 37.618423}}},
    "venue": {
        "geo": {
            "type": "point",
            "coordinates": {"latitude": 55.751244, "longitude": 37.618423},
            "place": {"title": "Кафе «Синица»", "address": "ул. Ленина, 1", "city": "Москва", "country": "Россия"},
        }
    },
    "poll": with_attachment(
        "poll",
        {
            "id": 9, "owner_id": 5, "question": "Когда встречаемся?", "votes": 4, "closed": False, "multiple": False,
            "answers": [
                {"id": 1, "text": "В пятницу", "votes": 3, "rate": 75.0},
                {"id": 2, "text": "В субботу", "votes": 1, "rate": 25.0},
            ],
            "end_date": 0, "is_board": False, "can_edit": False, "can_vote": True,
            "can_report": True, "can_share": True,
            "created": WRITTEN_AT, "disable_unvote": False, "anonymous": True,
        },
    ),
    "story": with_attachment("story", {"id": 456239019, "owner_id": 5, "access_key": "secret-key", "date": WRITTEN_AT}),
    "gift": with_attachment("gift", {"id": 1432, "thumb_256": "https://vk.com/images/gift/1432/256.jpg"}),
    "video": with_attachment("video", _VIDEO),
    "link": with_attachment("link", _LINK),
    "article": with_attachment(
        "article",
        {
            "id": 3, "owner_id": -64, "owner_name": "Сообщество", "title": "Как устроен архив", "subtitle": "Коротко",
            "url": "https://vk.com/@club64-archive", "access_key": "secret-key",
        },
    ),
    "product": with_attachment(
        "market",
        {
            "id": 77, "owner_id": -64, "title": "Кружка", "description": "С гербом", "price": _PRICE, "availability": 0,
            "category": {"inner_type": "market_market_category_nested", "id": 1, "name": "Посуда"},
        },
    ),
    "products": with_attachment(
        "market_album", {"id": 4, "owner_id": -64, "title": "Посуда", "count": 3, "updated_time": 1}
    ),
    "album": with_attachment(
        "album", {"id": "282", "owner_id": 5, "title": "Поход", "description": "Лето", "size": 9, "created": 1}
    ),
    "money": with_attachment(
        "money_transfer",
        {
            "id": 1, "from_id": 5, "to_id": -64, "status": 1, "date": WRITTEN_AT, "comment": "за билеты",
            "amount": {"amount": "120000", "currency": {"id": 643, "name": "RUB"}, "text": "1 200 ₽"},
        },
    ),
    "call": with_attachment(
        "call",
        {"initiator_id": 5, "receiver_id": -64, "state": "reached", "time": WRITTEN_AT, "duration": 75, "video": False},
    ),
    "podcast": with_attachment(
        "podcast", {"id": 8, "owner_id": -64, "artist": "Радио двора", "title": "Выпуск 3", "duration": 600, "url": ""}
    ),
    "playlist": with_attachment(
        "audio_playlist", {"id": 6, "owner_id": -64, "title": "Дорога", "description": "", "count": 12}
    ),
    "audio": with_attachment(
        "audio", {"id": 2, "owner_id": 5, "artist": "Кино", "title": "Пачка сигарет", "duration": 267, "url": ""}
    ),
    "app": with_attachment("mini_app", {"id": 7362, "title": "Опросник", "description": "Ответы за минуту"}),
    "post": with_attachment(
        "wall",
        _post(
            -64, 500, "Переносим встречу",
            copy_history=[_post(-65, 12, "Зал закрыт на ремонт", attachments=[{"type": "link", "link": _LINK}])],
        ),
    ),
    "comment": with_attachment(
        "wall_reply",
        {"id": 31, "from_id": 9, "date": WRITTEN_AT, "text": "И где билеты?", "post_id": 500, "owner_id": -64},
    ),
    "contact": with_attachment("contact", {"name": "Пётр Иванов", "phone": "+79123456789"}),
}  # fmt: skip
"""One of each kind."""
