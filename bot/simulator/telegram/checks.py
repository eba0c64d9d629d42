"""Telegram's validation of a message: text length, entities, inline keyboards. Errors are worded as Telegram's."""

import re
from typing import Any
from urllib.parse import urlsplit

from bot.simulator.phone import Json, utf16_length

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_BUTTONS = 100
MAX_CALLBACK_DATA = 64
MAX_INLINE_RESULTS = 50
_START_PARAMETER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PLAIN_ENTITIES = frozenset(
    [
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "date_time",
    ]
)
_REACTIONS = frozenset(
    "👍👎❤🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋"
    "🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾🤷😡"
)
"""Emoji of the Bot API's ReactionTypeEmoji, without the few of several code points."""
_WITH_DETAIL = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id"}


class ApiError(Exception):
    """An answer with ok=false. `code` is also the HTTP status."""

    def __init__(self, code: int, description: str, retry_after: int = 0) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after


def bad_request(why: str) -> ApiError:
    return ApiError(400, f"Bad Request: {why}")


def check_text(text: str, limit: int = MAX_TEXT) -> str:
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise bad_request("strings must be encoded in UTF-8")
    if limit == MAX_TEXT and not text.strip():
        raise bad_request("message text is empty")
    if utf16_length(text) > limit:
        raise bad_request("message is too long" if limit == MAX_TEXT else "message caption is too long")
    return text


def check_entities(text: str, given: Any) -> list[Json]:  # noqa: ANN401 - whatever the client has sent
    """Return the entities if each has a known type and lies within the text, on character boundaries."""
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(entity, dict) for entity in given):
        raise bad_request("can't parse entities: expected an Array of MessageEntity")
    edges = _character_edges(text)
    for entity in given:
        kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
        if kind not in _PLAIN_ENTITIES and kind not in _WITH_DETAIL:
            raise bad_request("can't parse MessageEntity: unsupported entity type")
        if kind in _WITH_DETAIL and not entity.get(_WITH_DETAIL[kind]):
            raise bad_request(f"can't parse MessageEntity: Can't find field \"{_WITH_DETAIL[kind]}\"")
        if type(offset) is not int or type(length) is not int or offset < 0 or length <= 0:
            raise bad_request("can't parse MessageEntity: invalid offset or length")
        if offset + length > max(edges):
            raise bad_request(f"entity beginning at UTF-16 offset {offset} ends after the end of the text")
        for edge, verb in ((offset, "begins"), (offset + length, "ends")):
            if edge not in edges:
                raise bad_request(f"entity {verb} in a middle of a UTF-16 symbol at UTF-16 offset {edge}")
    return given


def check_markup(given: Any) -> Json | None:  # noqa: ANN401 - whatever the client has sent
    """Return the inline keyboard to show, None for no keyboard. Reply keyboards are accepted and not shown."""
    if given is None:
        return None
    if not isinstance(given, dict):
        raise bad_request("can't parse reply keyboard markup JSON object")
    if "inline_keyboard" not in given:
        if given.keys() & {"keyboard", "remove_keyboard", "force_reply"}:
            return None
        raise bad_request("object expected as reply markup")
    rows = given["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be of type Array of Arrays')
    buttons = [button for row in rows for button in row]
    if len(buttons) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    for button in buttons:
        _check_button(button)
    return {"inline_keyboard": [row for row in rows if row]} if buttons else None


def check_reaction(given: Any) -> str:  # noqa: ANN401 - whatever the client has sent
    """Return the emoji of a reaction; empty for none. Bots may set one of the allowed emoji, and nothing else."""
    if not given:
        return ""
    if not isinstance(given, list) or not all(isinstance(reaction, dict) for reaction in given):
        raise bad_request("can't parse reaction: expected an Array of ReactionType")
    if len(given) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if given[0].get("type") != "emoji" or given[0].get("emoji") not in _REACTIONS:
        raise bad_request("REACTION_INVALID")
    return str(given[0]["emoji"])


def check_inline(results: Any, button: Any) -> Json:  # noqa: ANN401 - whatever the client has sent
    """Return an answer to an inline query as the person sees it: the button on top and the articles."""
    if not isinstance(results, list) or len(results) > MAX_INLINE_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    ids = [str(result.get("id", "")) for result in results]
    if len(set(ids)) < len(ids) or not all(1 <= len(identity.encode()) <= 64 for identity in ids):
        raise bad_request("RESULT_ID_INVALID")
    for result in results:
        content = result.get("input_message_content")
        if result.get("type") != "article" or not result.get("title") or not isinstance(content, dict):
            raise bad_request("can't parse inline query result")
        check_entities(check_text(str(content.get("message_text", ""))), content.get("entities"))
    if button is not None and not (
        button.get("text") and _START_PARAMETER.fullmatch(button.get("start_parameter", ""))
    ):
        raise bad_request("START_PARAM_INVALID")
    return {"results": results, "button": button}


def _check_button(button: Any) -> None:  # noqa: ANN401 - whatever the client has sent
    if not isinstance(button, dict) or not button.get("text"):
        raise bad_request("can't parse inline keyboard button: Text buttons are allowed only with a text")
    if "callback_data" in button:
        if not 1 <= len(str(button["callback_data"]).encode()) <= MAX_CALLBACK_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
    elif "url" in button:
        link = urlsplit(str(button["url"]))
        if link.scheme not in {"http", "https", "tg"} or not link.netloc:
            raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    else:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")


def _character_edges(text: str) -> set[int]:
    edges = {0}
    place = 0
    for character in text:
        place += 2 if ord(character) > 0xFFFF else 1
        edges.add(place)
    return edges
