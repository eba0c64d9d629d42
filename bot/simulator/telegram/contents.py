"""Contents of Telegram messages besides text and files, as parts of a Message for `TelegramSimulator.writes`."""

from bot.simulator.phone import Json

WRITTEN_AT = 1_767_225_600
_STICKER: Json = {
    "file_id": "CAACAgIAAxkBAAIB",
    "file_unique_id": "AgADBQAD",
    "type": "regular",
    "width": 512,
    "height": 512,
    "is_animated": False,
    "is_video": False,
    "emoji": "🎂",
}
_CHANNEL: Json = {"id": -1001234567890, "title": "Новости сообщества", "username": "frontdesk_news", "type": "channel"}
_POINT: Json = {"latitude": 55.751244, "longitude": 37.618423}


def link(text: str, words: str, url: str) -> Json:
    """Return the entities of a text in which `words` link to `url`."""
    offset = len(text[: text.index(words)].encode("utf-16-le")) // 2
    return {
        "entities": [{"type": "text_link", "offset": offset, "length": len(words.encode("utf-16-le")) // 2, "url": url}]
    }


def forwarded_from(name: str, number: int = 909_090, username: str = "") -> Json:
    """Return the fields that mark a message as forwarded from another person."""
    user: Json = {"id": number, "is_bot": False, "first_name": name}
    sender = user | ({"username": username} if username else {})
    return {"forward_origin": {"type": "user", "sender_user": sender, "date": WRITTEN_AT}}


def forwarded_from_hidden(name: str) -> Json:
    """Return the fields of a message forwarded from a person who hides their account."""
    return {"forward_origin": {"type": "hidden_user", "sender_user_name": name, "date": WRITTEN_AT}}


def forwarded_from_channel(message_id: int = 77) -> Json:
    origin: Json = {"type": "channel", "chat": _CHANNEL, "message_id": message_id, "date": WRITTEN_AT}
    return {"forward_origin": origin | {"author_signature": "Редактор"}}


def reply_elsewhere(quoted: str) -> Json:
    """Return the fields of a reply to a message of another chat, with the quoted words."""
    origin: Json = {"type": "channel", "chat": _CHANNEL, "message_id": 78, "date": WRITTEN_AT}
    external: Json = {"origin": origin, "chat": _CHANNEL, "message_id": 78}
    return {"external_reply": external, "quote": {"text": quoted, "position": 0, "is_manual": True}}


THINGS: dict[str, Json] = {
    "place": {"location": _POINT},
    "venue": {"venue": {"location": _POINT, "title": "Кафе «Синица»", "address": "ул. Ленина, 1"}, "location": _POINT},
    "contact": {
        "contact": {
            "phone_number": "+79123456789",
            "first_name": "Пётр",
            "last_name": "Иванов",
            "user_id": 4242,
            "vcard": "BEGIN:VCARD\nVERSION:3.0\nFN:Пётр Иванов\n"
            "TEL;TYPE=CELL:+7 912 345-67-89\nTEL;TYPE=HOME:+74951234567\n"
            "item1.EMAIL;TYPE=INTERNET:petr@example.org\nORG:Ромашка;Склад\nEND:VCARD",
        }
    },
    "poll": {
        "poll": {
            "id": "5307", "question": "Когда встречаемся?", "options": [
                {"text": "В пятницу", "voter_count": 3, "persistent_id": "0"},
                {"text": "В субботу", "voter_count": 1, "persistent_id": "1"},
            ],
            "total_voter_count": 4, "is_closed": False, "is_anonymous": True, "type": "regular",
            "allows_multiple_answers": False, "allows_revoting": True, "members_only": False,
        }
    },
    "checklist": {
        "checklist": {
            "title": "Переезд", "tasks": [
                {"id": 1, "text": "Собрать коробки", "completion_date": WRITTEN_AT}, {"id": 2, "text": "Отдать ключи"},
            ],
        }
    },
    "dice": {"dice": {"emoji": "🎯", "value": 5}},
    "game": {"game": {"title": "Башня", "description": "Стройте выше", "photo": []}},
    "story": {"story": {"chat": _CHANNEL, "id": 12}},
    "gift": {
        "gift": {"gift": {"id": "5170145012310081615", "sticker": _STICKER, "star_count": 15}, "text": "С праздником"}
    },
    "invoice": {
        "invoice": {
            "title": "Взнос за май", "description": "Членский взнос", "start_parameter": "may", "currency": "RUB",
            "total_amount": 50000,
        }
    },
    "payment": {
        "successful_payment": {
            "currency": "XTR", "total_amount": 25, "invoice_payload": "secret-payload",
            "telegram_payment_charge_id": "secret-charge", "provider_payment_charge_id": "secret-provider",
        }
    },
    "paid_media": {"paid_media": {"star_count": 40, "paid_media": [{"type": "preview", "width": 9, "height": 9}]}},
    "giveaway": {
        "giveaway": {
            "chats": [_CHANNEL], "winners_selection_date": WRITTEN_AT, "winner_count": 3,
            "prize_description": "Книги с подписью",
        }
    },
    "users": {"users_shared": {"request_id": 1, "users": [{"user_id": 31, "first_name": "Зоя", "username": "zoya"}]}},
    "chat": {"chat_shared": {"request_id": 2, "chat_id": -100777, "title": "Соседи по дому"}},
    "app": {"web_app_data": {"data": '{"order": 17}', "button_text": "Открыть заказ"}},
    "call": {"video_chat_ended": {"duration": 75}},
}  # fmt: skip
"""One of each kind."""
