"""Third-party client libraries use the simulators, which proves that these are not shaped by our adapters."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, ApplicationBuilder, CallbackQueryHandler, ContextTypes, MessageHandler, filters

from bot.simulator.phone import ChatMessage
from bot.simulator.telegram.simulator import TelegramSimulator
from bot.simulator.vk.simulator import VkSimulator
from tests.simulator.conftest import ANNA

Phone = TelegramSimulator | VkSimulator


async def seen(phone: Phone, good: Callable[[list[ChatMessage]], bool]) -> list[ChatMessage]:
    """Anna's chat, as soon as it is good."""
    async with asyncio.timeout(60):
        revision = -1
        while not good(phone.chat(ANNA)):
            revision = await phone.wait_change(revision, 10)
    return phone.chat(ANNA)


async def test_python_telegram_bot_polls_answers_and_sees_the_tap(telegram: TelegramSimulator) -> None:
    async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Да", callback_data="yes")]])
        await update.message.reply_text(f"эхо: {update.message.text}", reply_markup=keyboard)

    async def tapped(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer("принято")
        await update.callback_query.edit_message_text(f"нажато: {update.callback_query.data}")

    builder = ApplicationBuilder().token(telegram.token).base_url(f"{telegram.url}/bot")
    application: Application = builder.build()  # type: ignore[type-arg]
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.add_handler(CallbackQueryHandler(tapped))
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(timeout=5)

        await telegram.writes(ANNA, "привет")
        reply = (await seen(telegram, lambda chat: len(chat) == 2))[1]
        assert (reply.mine, reply.text) == (False, "эхо: привет")
        await telegram.presses(ANNA, reply.id, reply.button("Да").data)
        edited = (await seen(telegram, lambda chat: chat[1].edited))[1]

        await application.updater.stop()
        await application.stop()
    assert (edited.text, edited.buttons) == ("нажато: yes", ())
    assert telegram.notice(ANNA) == "принято"
    assert telegram.waiting_updates == 0


async def test_vkbottle_polls_answers_and_sees_the_tap(
    vk: VkSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Here, for its models take a second and a half, which every process that runs some of the tests would wait for.
    from vkbottle import API, Callback, GroupEventType, GroupTypes, Keyboard  # noqa: PLC0415
    from vkbottle.bot import Bot, Message  # noqa: PLC0415

    vk.enable_longpoll()
    monkeypatch.chdir(tmp_path)  # vkbottle writes its cursor into the working directory
    monkeypatch.setattr(API, "API_URL", f"{vk.url}/method/")
    monkeypatch.setattr(API, "API_VERSION", "5.199")
    bot = Bot(vk.token)
    keyboard = Keyboard(inline=True).add(Callback("Да", payload={"id": "yes"})).get_json()

    @bot.on.message()
    async def echo(message: Message) -> None:
        await message.answer(f"эхо: {message.text}", keyboard=keyboard)

    @bot.on.raw_event(GroupEventType.MESSAGE_EVENT, dataclass=GroupTypes.MessageEvent)
    async def tapped(event: GroupTypes.MessageEvent) -> None:
        tap = event.object
        data = '{"type":"show_snackbar","text":"принято"}'
        await bot.api.messages.send_message_event_answer(
            event_id=tap.event_id, user_id=tap.user_id, peer_id=tap.peer_id, event_data=data
        )
        payload = tap.payload or {}
        await bot.api.messages.edit(
            peer_id=tap.peer_id, cmid=tap.conversation_message_id, message=f"нажато: {payload['id']}"
        )

    polling = asyncio.create_task(bot.run_polling())
    try:
        async with asyncio.timeout(60):
            while "groups.getLongPollServer" not in {method for method, _ in vk.calls}:
                await asyncio.sleep(0.01)
        await vk.writes(ANNA, "привет")
        reply = (await seen(vk, lambda chat: len(chat) == 2))[1]
        assert (reply.mine, reply.text) == (False, "эхо: привет")
        await vk.presses(ANNA, reply.id, reply.button("Да").data)
        edited = (await seen(vk, lambda chat: chat[1].edited))[1]
    finally:
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        await bot.api.http_client.close()
    assert (edited.text, edited.buttons) == ("нажато: yes", ())
    assert vk.notice(ANNA) == "принято"
    assert vk.earned_6 == 0
