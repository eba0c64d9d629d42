"""Questions around a VK community: in group chats, below posts of the wall, on boards."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from bot.simulator.faults import Fault
from handoff.models import TicketStatus
from tests.conftest import Backend
from tests.journeys.crowd import LINK, TOLD, acquainted, failures, is_known, kept, overheard, questions, start_of
from tests.journeys.stage import PATIENCE, Stage, staged

POST, TOPIC = 7, 30


@pytest.fixture
async def stage(backend: Backend) -> AsyncIterator[Stage]:
    async with staged(backend, "vk") as stage:
        yield stage


def in_chat(stage: Stage, peer: int) -> list[str]:
    """What the community has said in a chat."""
    return [message.text for message in stage.vk.public.bubbles(peer) if not message.mine]


def on_wall(stage: Stage, post: int = POST) -> list[str]:
    """What the community has said below a post."""
    comments = stage.vk.public.comments.get(post, {}).values()
    return [comment["text"] for comment in comments if comment["from_id"] == -stage.vk.group_id]


async def heard(stage: Stage, lines: Callable[[], list[str]], count: int = 1) -> list[str]:
    async with asyncio.timeout(PATIENCE):
        while len(lines()) < count:
            await stage.vk.wait_change(stage.vk.revision, 0.2)
    return lines()


def name(stage: Stage) -> str:
    return f"[club{stage.vk.group_id}|@frontdesk_demo]"


async def test_in_a_chat_whoever_takes_messages_is_answered_in_private(stage: Stage) -> None:
    anna, peer = await acquainted(stage, "Анна"), stage.vk.public.chat()
    number = stage.vk.public.says(peer, anna.person, f"{name(stage)} забыла пароль")
    assert "парол" in (await anna.hears()).text.lower()
    assert await heard(stage, lambda: in_chat(stage, peer)) == [TOLD]
    (said,) = [params for method, params in stage.vk.calls if method == "messages.send" and "forward" in params]
    assert f'"conversation_message_ids": [{number}]' in said["forward"]
    (line,) = [line for line in await stage.thread_of(anna) if line.text.startswith("public ")]
    assert "https://vk.com/gim" in line.text


async def test_in_a_chat_a_stranger_gets_a_link_that_asks_it_in_private(stage: Stage) -> None:
    boris, peer = await stage.contact("Борис"), stage.vk.public.chat()
    stage.vk.public.says(peer, boris.person, "/ask забыл пароль")
    (line,) = await heard(stage, lambda: in_chat(stage, peer))
    assert line.startswith(f"{LINK}https://vk.me/club{stage.vk.group_id}?ref=q-")
    assert boris.replies == []
    await boris.starts(start_of(line))
    assert "парол" in (await boris.hears()).text.lower()
    vera = await stage.contact("Вера")
    await vera.starts(start_of(line))
    assert (await vera.hears()).text.startswith("Здравствуйте")


async def test_an_answer_to_the_community_asks_it_too(stage: Stage) -> None:
    anna, peer = await acquainted(stage, "Анна"), stage.vk.public.chat()
    stage.vk.public.says(peer, anna.person, f"{name(stage)} забыла пароль")
    await anna.hears()
    await heard(stage, lambda: in_chat(stage, peer))
    ours = next(message.id for message in stage.vk.public.bubbles(peer) if not message.mine)
    stage.vk.public.says(peer, anna.person, "а как скачать музыку?", reply_to=ours)
    assert "музык" in (await anna.hears()).text.lower()


async def test_nothing_else_that_is_said_around_a_community_is_kept_or_answered(stage: Stage) -> None:
    anna, boris, public = await acquainted(stage, "Анна"), await stage.contact("Борис"), stage.vk.public
    peer = public.chat()
    secret = public.says(peer, boris.person, "тайна соседей: забыл пароль?")
    public.says(peer, boris.person, f"{name(stage)} спасибо!")
    public.says(peer, -555, f"{name(stage)} тайна другого сообщества")
    public.says(peer, boris.person, name(stage), fwd_messages=[{"from_id": 5, "text": "тайна переслана"}])
    first = public.comments_on(POST, boris.person, "тайна в комментарии, без вопроса")
    public.comments_on(POST, boris.person, "тайна другому?", reply_to=first)
    public.comments_on(POST, -555, "тайна другого сообщества?")
    public.posts_on_board(TOPIC, -555, "тайна другого сообщества?")
    public.says(peer, anna.person, f"{name(stage)} забыла пароль", reply_to=secret)
    await anna.hears()
    await heard(stage, lambda: in_chat(stage, peer))
    await overheard(stage, anna)
    assert not [text for text in await kept(stage) if "тайна" in text]
    assert (in_chat(stage, peer), on_wall(stage)) == ([TOLD], [])
    assert await questions(stage) == 1
    assert not await is_known(stage, boris)


async def test_below_a_post_whoever_allows_messages_is_answered_in_private(stage: Stage) -> None:
    galina = await stage.contact("Галина")
    galina.unblocks()  # she has allowed messages and never written one
    comment = stage.vk.public.comments_on(POST, galina.person, "забыла пароль?")
    assert "парол" in (await galina.hears()).text.lower()
    assert await heard(stage, lambda: on_wall(stage)) == [TOLD]
    ours = next(one for one in stage.vk.public.comments[POST].values() if one["from_id"] < 0)
    assert ours["reply_to_comment"] == comment
    (line,) = [line for line in await stage.thread_of(galina) if line.text.startswith("public ")]
    assert line.text == f"public https://vk.com/wall-{stage.vk.group_id}_{POST}?reply={comment}"


async def test_below_a_post_whoever_does_not_allow_messages_gets_a_link(stage: Stage) -> None:
    anna = await acquainted(stage, "Анна")
    anna.blocks()
    stage.vk.public.comments_on(POST, anna.person, "забыла пароль?")
    (line,) = await heard(stage, lambda: on_wall(stage))
    assert line.startswith(LINK)
    before = len(anna.replies)
    await anna.starts(start_of(line))
    assert "парол" in (await anna.hears()).text.lower()
    assert len(anna.replies) == before + 1


async def test_a_comment_whose_answer_was_lost_is_not_said_twice(stage: Stage) -> None:
    boris = await stage.contact("Борис")
    stage.vk.faults.next("wall.createComment", Fault("half_json"))
    stage.vk.public.comments_on(POST, boris.person, "забыл пароль?")
    await heard(stage, lambda: on_wall(stage))
    await stage.settled()
    assert [method for method, _ in stage.vk.calls].count("wall.createComment") == 2
    assert len(on_wall(stage)) == 1


async def test_one_comment_told_by_two_events_is_answered_once(stage: Stage) -> None:
    boris = await stage.contact("Борис")
    number = stage.vk.public.comments_on(POST, boris.person, "забыл пароль?")
    await heard(stage, lambda: on_wall(stage))
    body = stage.vk.public.comments[POST][number]
    await stage.vk.sends_raw({"type": "wall_reply_new", "object": body})
    await overheard(stage, boris)
    assert len(on_wall(stage)) == 1
    assert await questions(stage) == 1


async def test_a_token_without_the_right_to_the_wall_still_writes_in_private(stage: Stage) -> None:
    anna = await acquainted(stage, "Анна")
    del stage.vk.permissions["wall"]
    stage.vk.public.comments_on(POST, anna.person, "забыла пароль?")
    assert "парол" in (await anna.hears()).text.lower()
    await stage.settled()
    assert await failures(stage) == ["the token lacks a right it needs"]
    await anna.writes("как скачать музыку?")
    assert "музык" in (await anna.hears()).text.lower()


async def test_a_board_is_answered_by_people_only(stage: Stage) -> None:
    anna, boris = await acquainted(stage, "Анна"), await stage.contact("Борис")
    stage.vk.public.posts_on_board(TOPIC, anna.person, "забыла пароль?")
    post = stage.vk.public.posts_on_board(TOPIC, boris.person, "забыл пароль?")
    async with asyncio.timeout(PATIENCE):
        while len(await stage.tickets()) < 2:
            await asyncio.sleep(0.02)
    tickets = await stage.tickets()
    assert [(one.status, one.reason) for one in tickets] == [(TicketStatus.OPEN, "public")] * 2
    assert {one.question for one in tickets} == {"забыла пароль?", "забыл пароль?"}
    await stage.settled()
    assert (len(anna.replies), boris.replies) == (1, [])
    lines = await stage.thread_of(boris)
    assert f"public https://vk.com/topic-{stage.vk.group_id}_{TOPIC}?post={post}" in [line.text for line in lines]
    assert {line.ticket_id for line in lines} == {next(one.id for one in tickets if "забыл п" in one.question)}
