"""Telegram's inline mode: answers while a person types in any chat, with the way to an agent on top."""

import asyncio

from bot.cli.commands import check
from handoff.models import InboxEvent, Message
from tests.conftest import Backend
from tests.journeys.stage import staged


async def test_live_results_while_somebody_types(backend: Backend) -> None:
    async with staged(backend, "telegram") as stage:
        anna, john = await stage.contact("Анна"), await stage.contact("John", language="en")
        shown = await stage.telegram.types_inline(anna.person, "не помню пароль")
        best = shown["results"][0]
        content = best["input_message_content"]
        assert best["title"] == "Забыли пароль — как войти?"
        assert content["message_text"].startswith("Забыли пароль — как войти?\n\nНажмите «Забыли пароль?»")
        assert {entity["type"] for entity in content["entities"]} == {"bold", "text_link"}
        assert shown["button"] == {"text": "Задать вопрос", "start_parameter": "ask"}

        english = await stage.telegram.types_inline(john.person, "lost my password")
        assert english["results"][0]["title"] == "I forgot my password"
        assert english["button"]["text"] == "Ask a person"
        titles = [result["title"] for result in (await stage.telegram.types_inline(anna.person, ""))["results"]]
        assert "Как скачать музыку?" in titles

        # Who types quickly gets the answer to what was typed last; receiving goes on meanwhile.
        hasty = [asyncio.ensure_future(stage.telegram.types_inline(anna.person, "муз"[:n] or "м")) for n in (1, 2, 3)]
        await anna.writes("не помню пароль")
        assert (await anna.hears()).text.startswith("Забыли пароль")
        assert (await hasty[-1])["button"]["text"] == "Задать вопрос"
        for task in hasty:
            task.cancel()
        (call,) = [params for method, params in stage.telegram.calls if method == "answerInlineQuery"][:1]
        assert (str(call["cache_time"]), bool(call["is_personal"])) == ("10", True)
        # It leaves no trace: no question has been asked yet.
        kept = await stage.app.db.read(lambda s: (s.query(InboxEvent).count(), s.query(Message).count()))
        assert kept == (1, 2)
        assert await stage.tickets() == []


async def test_check_tells_how_to_switch_it_on(backend: Backend) -> None:
    async with staged(backend, "telegram") as stage:
        advice = "– telegram:main: inline mode is off: send /setinline to @BotFather to switch it on"
        for on in (True, False):
            stage.telegram.switches_inline(on=on)
            said: list[str] = []
            await check(stage.app, {}, said.append)
            assert "✓ telegram:main: working" in said
            assert (advice in said) is not on
