"""Public places of a VK community: group chats, comments below posts of its wall, and its boards."""

from bot.simulator.loopback import Call
from bot.simulator.phone import ChatMessage, Json
from bot.simulator.vk.checks import VkError, bad_parameter, check_text
from bot.simulator.vk.world import VkWorld, bubble

CHATS_FROM = 2_000_000_000


class VkPublic:
    """Chats by peer, comments by post. The community receives an event for every message."""

    def __init__(self, world: VkWorld, permissions: dict[str, int]) -> None:
        self.closed: set[int] = set()
        """Chats that the community was removed from, and posts that it may not comment on."""
        self.comments: dict[int, dict[int, Json]] = {}
        self._world = world
        self._permissions = permissions
        self._chats: dict[int, dict[int, Json]] = {}
        self._guids: dict[str, Json] = {}
        self._last = 100

    # --- what people do

    def chat(self) -> int:
        """Create a group chat with the community in it; returns its peer."""
        peer = CHATS_FROM + len(self._chats) + 1
        self._chats[peer] = {}
        return peer

    def says(self, peer: int, author: int, text: str, reply_to: int | None = None, **extra: object) -> int:
        """Write into a chat as a person, or as a community by its negative number; returns the message's number."""
        quoted = {} if reply_to is None else {"reply_message": _quotable(self._chats[peer][reply_to])}
        message = self._write(peer, author, {"text": text} | quoted | extra)
        self._world.produce("message_new", {"message": message, "client_info": {}})
        return int(message["conversation_message_id"])

    def comments_on(self, post: int, author: int, text: str, reply_to: int | None = None) -> int:
        """Comment on a post of the wall; returns the comment's number."""
        comment = self._comment(post, author, text, reply_to)
        self._world.produce("wall_reply_new", comment)
        return int(comment["id"])

    def posts_on_board(self, topic: int, author: int, text: str) -> int:
        """Write into a topic of the boards; returns the post's number."""
        owner = -self._world.group_id
        body = self._next() | {"from_id": author, "text": text, "topic_id": topic, "topic_owner_id": owner}
        self._world.produce("board_post_new", body)
        return int(body["id"])

    def bubbles(self, peer: int) -> list[ChatMessage]:
        return [bubble(message) for message in self._chats[peer].values()]

    # --- what the community does

    def __contains__(self, peer: int) -> bool:
        return peer in self._chats

    def deliver(self, peer: int, body: Json, forward: object) -> Json:
        """Store a message of the community in a chat, as a reply if `forward` says so. Raises VkError."""
        if peer in self.closed:
            raise VkError(917)
        if isinstance(forward, dict) and forward.get("is_reply"):
            (number,) = forward["conversation_message_ids"]
            if forward["peer_id"] != peer or number not in self._chats[peer]:
                raise bad_parameter("forward has no such message")
            body = body | {"reply_message": _quotable(self._chats[peer][number])}
        message = self._write(peer, -self._world.group_id, body)
        self._world.produce("message_reply", message)
        return message

    def create_comment(self, call: Call) -> Json:
        owner = -self._world.group_id
        if "wall" not in self._permissions:
            raise VkError(15)
        if call.integer("owner_id") != owner or call.integer("from_group") != -owner:
            raise bad_parameter("owner_id is invalid")
        post, answered = call.integer("post_id"), call.integer("reply_to_comment", 0)
        if post in self.closed:
            raise VkError(7)
        if answered and answered not in self.comments.get(post, {}):
            raise bad_parameter("reply_to_comment is invalid")
        guid = call.text("guid")
        if guid and guid in self._guids:
            return self._guids[guid]
        comment = self._comment(post, owner, check_text(call.text("message")), answered or None)
        answer = {"comment_id": comment["id"], "parents_stack": comment["parents_stack"]}
        if guid:
            self._guids[guid] = answer
        self._world.produce("wall_reply_new", comment)
        return answer

    def _comment(self, post: int, author: int, text: str, reply_to: int | None) -> Json:
        owner = -self._world.group_id
        body = self._next() | {"from_id": author, "text": text, "post_id": post, "owner_id": owner}
        body |= {"post_owner_id": owner, "parents_stack": [reply_to] if reply_to else []}
        if reply_to:
            body |= {"reply_to_comment": reply_to, "reply_to_user": self.comments[post][reply_to]["from_id"]}
        self.comments.setdefault(post, {})[body["id"]] = body
        self._world.news.announce()
        return body

    def _write(self, peer: int, author: int, body: Json) -> Json:
        talk = self._chats[peer]
        message = self._world.message(peer, author, len(talk) + 1, body)
        talk[message["conversation_message_id"]] = message
        self._world.news.announce()
        return message

    def _next(self) -> Json:
        self._last += 1
        return {"id": self._last, "date": int(self._world.clock().timestamp())}


def _quotable(message: Json) -> Json:
    shown = ("id", "conversation_message_id", "date", "from_id", "peer_id", "text", "attachments", "fwd_messages")
    return {key: message[key] for key in shown}
