import asyncio
import re
import uuid

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from handoff.models import DeliveryState, Message, MessageKind, Ticket
from tests.office import Office, field


async def test_of_two_who_claim_at_once_one_is_told_who_was_first(office: Office) -> None:
    people = [await office.agent(name) for name in ("Olga", "Boris")]
    number = await office.asks("Where is my page?")
    async with office.signed_in(people[0]) as olga, office.signed_in(people[1]) as boris:
        answers = await asyncio.gather(*(each.sends(f"/desk/tickets/{number}/claim") for each in (olga, boris)))
        assert sorted(answer.status_code for answer in answers) == [303, 409]
        loser = next(answer for answer in answers if answer.status_code == 409)
        winner = people[[answer.status_code for answer in answers].index(303)].name
        assert f"{winner} holds this question. You can leave a note for them." in loser.text
    assert await office.texts(MessageKind.EVENT) == ["opened", "claimed"]


async def test_a_reply_sent_twice_is_one_message(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:
        key = field((await browser.get(f"/desk/tickets/{number}")).text, "key")
        send = [
            browser.sends(f"/desk/tickets/{number}/reply", kind="reply", text="Here it is.", key=key) for _ in range(4)
        ]
        answers = [*await asyncio.gather(*send), await browser.sends(
            f"/desk/tickets/{number}/reply", script=True, kind="reply", text="Here it is.", key=key
        )]  # fmt: skip
        assert [answer.status_code for answer in answers] == [303] * 4 + [200]
        page = (await browser.get(f"/desk/tickets/{number}")).text
        assert field(page, "key") != key
        assert "○ queued" in page
        await office.delivery(number, DeliveryState.SENT)
        page = (await browser.get(f"/desk/tickets/{number}")).text
        assert "<span>waits for the contact</span>" in page
    assert await office.texts(MessageKind.OUTGOING) == ["Here it is."]


@pytest.mark.parametrize("script", [False, True])
@pytest.mark.parametrize("kind", ["reply", "note"])
async def test_a_form_sent_again_with_other_words_is_told_and_then_sent(
    office: Office, kind: str, script: bool
) -> None:
    """Simulate the browser's back button: the form still has the key of the sent message."""
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    path = f"/desk/tickets/{number}/{kind}"
    async with office.signed_in(olga) as browser:
        key = field((await browser.get(f"/desk/tickets/{number}")).text, "key")
        await browser.sends(path, kind=kind, text="Here it is.", key=key)
        refused = await browser.sends(path, script=script, kind=kind, text="Or there.", key=key)
        assert refused.status_code == 409
        assert "This form was already sent with another text." in refused.text
        assert "Or there.</textarea>" in refused.text
        assert await office.texts(MessageKind(kind.replace("reply", "outgoing"))) == ["Here it is."]
        again = await browser.sends(path, kind=kind, text="Or there.", key=field(refused.text, "key"))
        assert again.status_code == 303
    assert await office.texts(MessageKind(kind.replace("reply", "outgoing"))) == ["Here it is.", "Or there."]


async def test_what_was_typed_survives_every_refusal(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    held, closed = await office.asks("held"), await office.asks("closed")
    await office.database.write(lambda session: office.desk.ownership.claim(session, held, boris.id))
    await office.database.write(lambda session: office.desk.resolve(session, closed, boris.id))
    text = "Dear Anna,\nit works <again> & again"
    shown = "Dear Anna,\nit works &lt;again&gt; &amp; again</textarea>"
    async with office.signed_in(olga) as browser:
        for number, said in ((held, "Boris holds this question"), (closed, "This question is closed")):
            for script in (False, True):
                key = str(uuid.uuid4())
                refused = await browser.sends(
                    f"/desk/tickets/{number}/reply", script=script, kind="reply", text=text, key=key
                )
                assert refused.status_code == 409
                assert shown in refused.text
                assert field(refused.text, "key") == key
                assert said in refused.text
        long = await browser.sends(f"/desk/tickets/{held}/note", kind="note", text="x" * 20_001)
        assert (long.status_code, "x" * 20_001 in long.text) == (422, True)
        empty = await browser.sends(f"/desk/tickets/{held}/note", kind="note", text=" \r\n ")
        assert (empty.status_code, "Write the words first." in empty.text) == (422, True)


async def test_a_note_may_be_left_on_a_colleagues_question(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    number = await office.asks("Where is my page?")
    await office.database.write(lambda session: office.desk.ownership.claim(session, number, boris.id))
    async with office.signed_in(olga) as browser:
        assert (await browser.sends(f"/desk/tickets/{number}/note", kind="note", text="look at №1")).status_code == 303
        page = (await browser.get(f"/desk/tickets/{number}")).text
    assert "Note by Olga" in page
    assert await office.texts(MessageKind.NOTE) == ["look at №1"]
    assert await office.texts(MessageKind.OUTGOING) == []


async def test_the_way_of_a_question_through_the_desk(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    number = await office.asks("Where is my page?")
    at = f"/desk/tickets/{number}"
    async with office.signed_in(olga) as browser, office.signed_in(boris) as his:
        assert "Unclaimed" in (await browser.get(at)).text
        await browser.sends(f"{at}/claim")
        assert "You hold it" in (await browser.get(at)).text
        assert "Held by Olga" in (await his.get(at)).text
        await browser.sends(f"{at}/release")
        assert "Unclaimed" in (await browser.get(at)).text
        await browser.sends(f"{at}/transfer", to=str(boris.id))
        assert "You hold it" in (await his.get(at)).text
        assert (await browser.sends(f"{at}/resolve")).status_code == 409
        await his.sends(f"{at}/resolve")
        closed = (await his.get(at)).text
        assert "Boris closed the question as solved" in closed
        assert "Open again" in closed
        await browser.sends(f"{at}/reopen")
        assert "Olga opened the question again" in (await browser.get(at)).text
        assert (await browser.sends(f"{at}/transfer", to="999")).status_code == 404
        assert (await browser.sends(f"{at}/transfer", to="x")).status_code == 404
        assert (await browser.sends("/desk/tickets/999/claim")).status_code == 404
        assert "There is no question #999." in (await browser.get("/desk/tickets/999")).text


@pytest.mark.parametrize(
    ("state", "reason", "mark", "actions"),
    [
        (DeliveryState.QUEUED, None, "○ queued", []),
        (DeliveryState.CLAIMED, None, "○ queued", []),
        (DeliveryState.SENDING, None, "↑ sending", []),
        (DeliveryState.SENT, None, '✓ sent <time datetime="2026-11-22T12:00:00+00:00" data-clock>12:00 UTC</time>', []),
        (DeliveryState.RETRYING, "no connection to the platform",
         "↻ retrying in 15 s (no connection to the platform)", []),
        (DeliveryState.REFUSED, "blocked the community", "⊘ refused: blocked the community", ["retry"]),
        (DeliveryState.MAYBE, "the platform did not answer",
         "? maybe delivered (the platform did not answer)", ["retry", "arrived"]),
        (DeliveryState.FAILED, "a {strange} <reason>", "✕ failed: a {strange} &lt;reason&gt;", ["retry"]),
        (DeliveryState.CANCELLED, None, "– cancelled", []),
    ],
)  # fmt: skip
async def test_each_delivery_has_a_mark_and_a_word(
    office: Office, state: DeliveryState, reason: str | None, mark: str, actions: list[str]
) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    await office.database.write(lambda session: office.desk.reply(session, number, olga.id, "Here."))
    delivery = await office.delivery(number, state, reason)
    async with office.signed_in(olga) as browser:
        page = (await browser.get(f"/desk/tickets/{number}")).text
    assert mark in page
    offered = [verb for verb in ("retry", "arrived") if f"/deliveries/{delivery}/{verb}" in page]
    assert offered == actions


async def test_an_agent_settles_what_may_have_arrived(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    at = f"/desk/tickets/{number}"
    async with office.signed_in(olga) as browser:
        await browser.sends(f"{at}/reply", kind="reply", text="Here.")
        delivery = await office.delivery(number, DeliveryState.MAYBE)
        await browser.sends(f"{at}/deliveries/{delivery}/arrived")
        settled = (await browser.get(at)).text
        assert "✓ sent" in settled
        assert "an agent marked it as arrived" in settled
        again = await browser.sends(f"{at}/deliveries/{delivery}/arrived")
        assert (again.status_code, "The state of the message has changed" in again.text) == (409, True)
        await office.delivery(number, DeliveryState.MAYBE)
        await browser.sends(f"{at}/deliveries/{delivery}/retry")
        resent = (await browser.get(at)).text
        assert "○ queued" in resent
        assert "sent again, the contact may have read it twice" in resent


async def test_a_fitting_answer_is_put_into_the_reply(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("how to reset my password")
    async with office.signed_in(olga) as browser:
        page = (await browser.get(f"/desk/tickets/{number}")).text
        assert "Answers that may fit" in page
        entry = field(page, "entry")
        key = field(page, "key")
        filled = await browser.sends(
            f"/desk/tickets/{number}/insert", kind="reply", text="Hello,\r\n", key=key, entry=entry
        )
    assert filled.status_code == 200
    assert "Hello,\n\nOpen the form here (https://example.org/restore) or https://example.org/help." in filled.text
    assert field(filled.text, "key") == key
    assert await office.texts(MessageKind.OUTGOING) == []


async def test_a_live_refresh_never_brings_a_reply_box(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:
        refreshed = (await browser.get(f"/desk/tickets/{number}/thread")).text
        assert 'id="reply"' not in refreshed
        assert 'id="says"' not in refreshed
        assert 'id="ticket-head" hx-swap-oob="innerHTML"' in refreshed
        claimed = (await browser.sends(f"/desk/tickets/{number}/claim", script=True)).text
        assert 'id="reply"' not in claimed
        assert "You hold it" in claimed


@pytest.mark.parametrize("path", ["/desk/tickets/x", "/desk/tickets/0", f"/desk/tickets/{2**63}", "/desk/queue?at=x"])
async def test_an_address_that_means_nothing_is_a_page_that_says_so(office: Office, path: str) -> None:
    olga = await office.agent("Olga")
    async with office.signed_in(olga) as browser:
        page = await browser.get(path)
    assert page.status_code == 404
    assert "There is no such page." in page.text


async def test_who_else_asks_the_same_and_what_a_message_said_before(office: Office) -> None:
    olga = await office.agent("Olga")
    first = await office.asks("Where is my order 12?", name="Anna")
    second = await office.asks("where is my ordre 12", name="Boris")
    other = await office.asks("where is my order 13", name="Vera")
    await office.database.write(
        lambda session: session.execute(
            update(Message)
            .where(Message.text == "Where is my order 12?")
            .values(before="Where is it?", edited_at=office.clock())
        )
    )
    async with office.signed_in(olga) as browser:
        page = (await browser.get(f"/desk/tickets/{first}?similar=1")).text
        assert "Others ask the same" in page
        same = page.partition("Others ask the same")[2].partition("</ol>")[0]
        assert f"#{second} · Boris" in same
        assert f"#{other}" not in same
        assert "Text before the edit" in page
        assert "Where is it?" in page
        await browser.sends(f"/desk/tickets/{first}/resolve")
        assert 'id="similar"' not in (await browser.get(f"/desk/tickets/{first}")).text


async def test_the_thread_says_where_a_question_was_asked_in_public(office: Office) -> None:
    olga, number = await office.agent("Olga"), await office.asks("Where is my page?")

    def note(session: Session) -> None:
        ticket = session.get_one(Ticket, number)
        place = "public <Neighbours> · https://t.me/c/1/5"
        about = {"contact_id": ticket.contact_id, "ticket_id": number, "kind": MessageKind.EVENT}
        session.add(Message(**about, author="", text=place, at=office.clock()))

    await office.database.write(note)
    async with office.signed_in(olga) as browser:
        page = (await browser.get(f"/desk/tickets/{number}")).text
    assert "Asked in public: &lt;Neighbours&gt; · https://t.me/c/1/5" in page


async def test_an_answer_is_sent_and_the_question_marked_solved_in_one_press(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:
        page = (await browser.get(f"/desk/tickets/{number}")).text
        assert 'name="then" value="resolve"' in page
        text, at, key = "It is back.", f"/desk/tickets/{number}/reply", field(page, "key")
        empty = await browser.sends(at, text=" ", key=key, kind="reply", then="resolve")
        assert empty.status_code == 422
        await browser.sends(at, text=text, key=key, kind="reply", then="resolve")
        page = (await browser.get(f"/desk/tickets/{number}")).text
        assert text in page
        assert "Olga closed the question as solved" in page
        assert 'name="then"' not in page, "a closed question cannot be closed again"
    assert text in await office.texts(MessageKind.OUTGOING)


async def test_lines_of_one_author_stand_under_one_name(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")

    async def notes(text: str) -> None:
        await office.database.write(lambda session: office.desk.note(session, number, olga.id, text))

    await notes("first")
    await notes("second")
    office.clock.passes(minutes=5)
    await notes("third")
    async with office.signed_in(olga) as browser:
        page = (await browser.get(f"/desk/tickets/{number}")).text
    shown = re.findall(r'<p class="line-author"( hidden)?>\s*<svg.*?</svg>Note by Olga', page, re.DOTALL)
    assert shown == ["", " hidden", ""]


async def test_an_unknown_address_of_the_desk_is_a_page(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.signed_in(olga) as browser:
        for path in ("/desk/nonsense", "/desk/tickets/1/nonsense", "/desk/static/nonsense.js"):
            answer = await browser.get(path)
            assert answer.status_code == 404
        assert "There is no such page." in (await browser.get("/desk/nonsense")).text
        assert "There is no such page." in (await browser.get("/desk/tickets/1/nonsense")).text
