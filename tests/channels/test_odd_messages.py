"""Messages with undocumented fields: their text still reaches the agent."""

import pytest

from bot.channels.telegram import updates as telegram_updates
from bot.channels.vk import updates as vk_updates
from handoff.messages.contents import Poll
from handoff.messages.values import IncomingEvent

ODD: tuple[object, ...] = (None, "", 0, -1, 1.5, [], {}, [None], [[]], [5], True, "\ud800", 10**30)


def from_vk(**fields: object) -> IncomingEvent | None:
    message: dict[str, object] = {
        "id": 1,
        "date": 1700000000,
        "peer_id": 5,
        "from_id": 5,
        "text": "help",
        "conversation_message_id": 2,
    }
    payload = {"type": "message_new", "group_id": 7, "object": {"message": message | fields, "client_info": {}}}
    return vk_updates.decode("vk:main", payload)


def from_telegram(**fields: object) -> IncomingEvent | None:
    message: dict[str, object] = {
        "message_id": 9,
        "from": {"id": 5, "is_bot": False, "first_name": "A"},
        "chat": {"id": 5, "type": "private"},
        "date": 1700000000,
    }
    return telegram_updates.decode("telegram:main", {"update_id": 1, "message": message | fields})


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize(
    "name", ["fwd_messages", "attachments", "reply_message", "geo", "format_data", "payload", "ref"]
)
def test_vk_words_are_read_whatever_stands_beside_them(name: str, odd: object) -> None:
    event = from_vk(**{name: odd})
    assert event is not None
    assert event.text == "help"


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_a_vk_text_that_is_none_leaves_the_attachments(odd: object) -> None:
    event = from_vk(text=odd, attachments=[{"type": "sticker", "sticker": {"sticker_id": 1}}])
    assert event is not None
    assert [one.kind for one in event.attachments] == ["sticker"]


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("kind", ["photo", "video"])
def test_telegram_words_are_read_whatever_paid_media_hold(kind: str, odd: object) -> None:
    media = {"star_count": 1, "paid_media": [{"type": kind, kind: odd}]}
    event = from_telegram(text="help", paid_media=media)
    assert event is not None
    assert event.text == "help"


def test_a_poll_is_shown_with_its_votes() -> None:
    telegram = from_telegram(poll={"question": "Q?", "options": [{"text": "a", "voter_count": 3}, {"text": "b"}]})
    poll = {"id": 1, "question": "Q?", "answers": [{"text": "a", "votes": 3}, {"text": "b", "votes": 0}]}
    vk = from_vk(attachments=[{"type": "poll", "poll": poll}])
    assert telegram is not None
    assert vk is not None
    assert telegram.contents == vk.contents == (Poll("Q?", ("a (3)", "b")),)
