"""Writing first from the contact's pane: the form, the sentence why not, and a refused text that is kept."""

import pytest

from handoff.models import Contact, MessageKind, Ticket
from tests.office import Office, field


@pytest.mark.parametrize("script", [False, True])
async def test_a_new_question_opens_with_the_message(office: Office, script: bool) -> None:
    olga, number = await office.agent("Olga"), await office.asks("Where is my page?")
    path = f"/desk/tickets/{number}"
    async with office.signed_in(olga) as browser:
        page = (await browser.get(f"{path}?show=mine")).text
        form = {"text": "It is <back>.", "after": field(page, "after")}
        answer = await browser.sends(f"{path}/contact/write?show=mine", script=script, **form)
        location = answer.headers["hx-redirect" if script else "location"]
        assert location == f"/desk/tickets/{number + 1}?show=mine"
        again = await browser.sends(f"{path}/contact/write?show=mine", script=script, **form)
        assert again.headers["hx-redirect" if script else "location"] == location
        page = (await browser.get(location)).text
        assert "Olga wrote to the contact first" in page
        assert "You hold it" in page
        assert "○ queued" in page
        assert page.count("It is &lt;back&gt;.") >= 2  # the thread and the row
    assert await office.texts(MessageKind.OUTGOING) == ["It is <back>."]


@pytest.mark.parametrize("script", [False, True])
async def test_a_refusal_is_one_sentence_and_keeps_the_text(office: Office, script: bool) -> None:
    olga, number = await office.agent("Olga"), await office.asks("Where is my page?")
    path = f"/desk/tickets/{number}/contact/write"
    async with office.signed_in(olga) as browser:
        answer = await browser.sends(path, script=script, text="Dear {name}, \n<b>", after=str(number))
        assert answer.status_code == 422
        assert "Fill in {name} or remove it" in answer.text
        assert "Dear {name}, \n&lt;b&gt;</textarea>" in answer.text
        answer = await browser.sends(path, script=script, text="x" * 4001, after=str(number))
        assert (answer.status_code, "4000 characters at most" in answer.text) == (422, True)
        answer = await browser.sends(path, script=script, text=" ", after=str(number))
        assert (answer.status_code, "Write the words first." in answer.text) == (422, True)
        await browser.sends(path, script=script, text="One", after=str(number))
        answer = await browser.sends(path, script=script, text="Two", after=str(number))
        assert answer.status_code == 409
        assert "This form was already sent with another text." in answer.text
    assert await office.texts(MessageKind.OUTGOING) == ["One"]


async def test_the_pane_says_why_it_is_not_possible(office: Office) -> None:
    olga, number = await office.agent("Olga"), await office.asks("Where is my page?")
    path = f"/desk/tickets/{number}"

    async def put(**values: object) -> None:
        def work(session: object) -> None:
            ticket = session.get_one(Ticket, number)  # type: ignore[attr-defined]
            contact = session.get_one(Contact, ticket.contact_id)  # type: ignore[attr-defined]
            for name, value in values.items():
                setattr(contact, name, value)

        await office.database.write(work)

    async with office.signed_in(olga) as browser:
        assert 'id="first-text"' in (await browser.get(path)).text
        await put(unreachable="blocked the community")
        page = (await browser.get(path)).text
        assert 'id="first-text"' not in page
        assert "Write first: The contact cannot be written to at present: blocked the community" in page
        answer = await browser.sends(f"{path}/contact/write", text="Hello", after=str(number))
        assert answer.status_code == 409
        await put(unreachable=None, muted_at=office.clock())
        assert "Write first: The contact is marked as spam" in (await browser.get(path)).text
    assert await office.texts(MessageKind.OUTGOING) == []


def test_the_channels_say_whether_they_allow_it() -> None:
    from bot.channels.console.channel import ConsoleChannel  # noqa: PLC0415 - each imports its platform's library
    from bot.channels.telegram.channel import TelegramChannel  # noqa: PLC0415
    from bot.channels.vk.channel import VkChannel  # noqa: PLC0415
    from bot.channels.web.channel import WebChannel  # noqa: PLC0415

    for channel in (TelegramChannel, VkChannel, WebChannel):
        assert channel.limits.writes_first
    assert not ConsoleChannel.limits.writes_first
