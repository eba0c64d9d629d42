"""Answering faster at the desk: reasons of suggestions, similar questions, one answer to several, the last look."""

import re
from html import unescape

import pytest
from sqlalchemy.orm import Session

from handoff.dashboard.content.suggestions import highlight
from handoff.models import Contact, MessageKind, Ticket
from tests.office import Office


def box(html: str) -> str:
    found = re.search(r'<textarea id="text"[^>]*>([^<]*)</textarea>', html)
    assert found is not None
    return unescape(found[1])


async def solve(office: Office, number: int, answer: str) -> None:
    agents = await office.database.read(office.staff.people)
    boris = next(iter(agents), None) or await office.agent("Boris")

    def work(session: Session) -> None:
        office.desk.reply(session, number, boris.id, answer)
        office.desk.resolve(session, number, boris.id)

    await office.database.write(work)


# --- suggestions ------------------------------------------------------------------------------------------------------


def test_the_words_that_carried_a_match_are_marked() -> None:
    assert highlight("How do I download music?", ("download", "music")) == (
        ("How do I ", False), ("download", True), (" ", False), ("music", True), ("?", False),
    )  # fmt: skip
    assert highlight("musical music", ("music",)) == (("musical ", False), ("music", True))
    assert highlight("anything", ()) == ()


async def test_a_suggestion_shows_its_answer_and_why_it_matches(office: Office) -> None:
    number = await office.asks("how to download music")
    async with office.signed_in(await office.agent("Olga")) as browser:
        page = (await browser.get(f"/desk/tickets/{number}")).text
        assert "near-answer" in page
        assert re.search(r"Because of:.*<mark>download</mark>", page)
        nothing = await office.asks("xyzzy plugh")
        assert "near-answer" not in (await browser.get(f"/desk/tickets/{nothing}")).text


async def test_a_colleagues_answer_to_a_similar_question_is_inserted_with_this_contacts_name(office: Office) -> None:
    for question in ("I cannot sign in", "The code does not arrive", "Delete my page"):
        await solve(office, await office.asks(question), f"The answer to: {question}")
    old = await office.asks("how to download music", name="Vera")
    await solve(office, old, "Hello Vera, use the arrow beside the song.")
    number = await office.asks("How do I download music?", name="Anna")
    async with office.signed_in(await office.agent("Olga")) as browser:
        listed = (await browser.client.get(f"/desk/tickets/{number}/similar", headers={"HX-Request": "true"})).text
        assert "How colleagues answered" in listed
        assert "Hello {name}, use the arrow beside the song." in listed
        assert "Vera" not in listed
        (message,) = re.findall(r'name="answer" value="(\d+)"', listed)
        inserted = await browser.sends(f"/desk/tickets/{number}/insert", text="", kind="reply", answer=message)
        assert box(inserted.text) == "Hello Anna, use the arrow beside the song."
        for wrong in ("999999", "x", "-1"):
            kept = await browser.sends(f"/desk/tickets/{number}/insert", text="Mine", kind="reply", answer=wrong)
            assert box(kept.text) == "Mine"
        assert (await browser.get("/desk/tickets/999/similar")).status_code == 404


# --- one answer to several --------------------------------------------------------------------------------------------


async def test_without_scripts_one_form_answers_all_that_are_checked(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    anna = await office.asks("How do I download music?", name="Anna")
    vera, held, left = [
        await office.asks("how do I download music", name=name, account="telegram:main") for name in ("Vera", "H", "L")
    ]
    await office.database.write(lambda session: office.desk.ownership.claim(session, held, boris.id))
    async with office.signed_in(olga) as browser:
        page = (await browser.get(f"/desk/tickets/{anna}")).text
        (link,) = re.findall(r'href="([^"]*similar=1[^"]*)"', page)
        page = (await browser.get(unescape(link).partition("#")[0])).text
        offered = {
            int(number): "disabled" in rest for number, rest in re.findall(r'name="also" value="(\d+)"([^>]*)', page)
        }
        assert offered == {vera: False, held: True, left: False}
        form = {"text": f"Hello Anna, #{anna} is done.", "kind": "reply", "also": [str(vera), str(held)]}
        answer = await browser.client.post(
            f"/desk/tickets/{anna}/answer-all",
            data={"csrf": browser.csrf, "key": "7e1f3c52-2f0c-4a39-9d3f-9a6b8f0e1c11", **form},
        )
        assert answer.status_code == 200
        said = (
            f"Sent to 2 contacts, to each in their own question: #{anna}, #{vera}. Not sent: #{held} is held by Boris."
        )
        assert said in answer.text
        assert box(answer.text) == ""
        again = await browser.client.post(
            f"/desk/tickets/{anna}/answer-all",
            data={"csrf": browser.csrf, "key": "7e1f3c52-2f0c-4a39-9d3f-9a6b8f0e1c11", **form},
        )
        assert said in again.text
    assert await office.texts(MessageKind.OUTGOING) == [
        f"Hello Anna, #{anna} is done.", f"Hello Vera, #{vera} is done.",
    ]  # fmt: skip


async def test_answering_all_needs_a_reply_that_the_own_question_takes(office: Office) -> None:
    olga = await office.agent("Olga")
    anna, vera = [await office.asks("How do I download music?", name=name) for name in ("Anna", "Vera")]
    async with office.signed_in(olga) as browser:
        where = f"/desk/tickets/{anna}/answer-all"
        for form, sentence in (
            ({"text": "", "kind": "reply"}, "Write the words first."),
            ({"text": "words", "kind": "note"}, "Choose first: a reply to the contact"),
            ({"text": "Hi {name}", "kind": "reply"}, "Fill in {name} or remove it"),
            ({"text": "Hello, ! It is in the menu.", "kind": "reply"}, "The greeting has no name."),
        ):
            refused = await browser.client.post(where, data={"csrf": browser.csrf, "also": str(vera), **form})
            assert refused.status_code == 422
            assert sentence in refused.text
    assert await office.texts(MessageKind.OUTGOING) == []


async def test_two_questions_of_one_contact_are_merged(office: Office) -> None:
    olga = await office.agent("Olga")
    first = await office.asks("Where is my page?", name="Anna")

    def ask(session: Session) -> int:
        contact = session.get_one(Contact, session.get_one(Ticket, first).contact_id)
        return office.desk.open(session, contact, "And where is my music?", reason="asked").id

    second = await office.database.write(ask)
    async with office.signed_in(olga) as browser:
        page = (await browser.get(f"/desk/tickets/{first}")).text
        assert f'id="merge-{second}"' in page
        assert f'id="merge-{first}"' not in page
        assert (await browser.sends(f"/desk/tickets/{first}/merge", other=str(second))).status_code == 303
        page = (await browser.get(f"/desk/tickets/{first}")).text
        assert f"Olga merged question #{second} into this one" in page
        assert f'id="merge-{second}"' not in page
        assert (await browser.sends(f"/desk/tickets/{first}/merge", other="x")).status_code == 404


# --- the last look ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("PLEASE OPEN THE MENU AND LOOK", "It is written in capitals, which reads as shouting."),
        ("Hello, ! Please open the menu.", "The greeting has no name."),
        ("Откройте, пожалуйста, меню", "The contact writes in English, the reply is in Русский."),
    ],
)
async def test_what_may_be_overlooked_is_pointed_out_once(office: Office, text: str, sentence: str) -> None:
    number = await office.asks("Where is my page?")
    async with office.signed_in(await office.agent("Olga")) as browser:
        where = f"/desk/tickets/{number}/reply"
        looked = await browser.sends(where, text=f"{text}\r\nnow", kind="reply")
        assert looked.status_code == 422
        assert sentence in looked.text
        assert "Press again to send it as it is." in looked.text
        assert box(looked.text).splitlines() == [text, "now"]
        (seen,) = re.findall(r'name="seen" value="([^"]*)"', looked.text)
        other = await browser.sends(where, text=f"{text} OK", kind="reply", seen=seen)
        assert other.status_code == 422  # another text is looked at again
        assert await office.texts(MessageKind.OUTGOING) == []
        assert (await browser.sends(where, text=f"{text}\r\nnow", kind="reply", seen=seen)).status_code == 303
    assert await office.texts(MessageKind.OUTGOING) == [f"{text}\nnow"]


async def test_a_script_gets_the_last_look_in_the_box(office: Office) -> None:
    number = await office.asks("Where is my page?")
    async with office.signed_in(await office.agent("Olga")) as browser:
        looked = await browser.sends(
            f"/desk/tickets/{number}/reply", script=True, text="PLEASE OPEN THE MENU", kind="reply"
        )
        assert looked.status_code == 422
        assert 'id="last-look"' in looked.text
        note = await browser.sends(f"/desk/tickets/{number}/note", text="PLEASE OPEN THE MENU", kind="note")
        assert note.status_code == 303
