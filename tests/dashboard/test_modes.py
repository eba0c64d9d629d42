"""A note never becomes a reply: the mode of the box is stated with every form and comes back with every refusal."""

import re
import uuid

import pytest

from handoff.models import MessageKind
from tests.office import Office, field

UNSTATED = "Choose first: a reply to the contact, or a note for colleagues."


def chosen(html: str) -> list[str]:
    """Modes that are checked in the box."""
    return re.findall(r'name="kind" value="(\w+)" required checked', html)


@pytest.mark.parametrize("script", [True, False], ids=["scripts", "forms"])
@pytest.mark.parametrize(
    ("verb", "kind"), [("reply", ""), ("note", ""), ("reply", "note"), ("note", "reply"), ("reply", "x")]
)
async def test_a_form_that_does_not_state_its_mode_is_refused(
    office: Office, verb: str, kind: str, script: bool
) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    key = str(uuid.uuid4())
    async with office.signed_in(olga) as browser:
        form = {"text": "He was rude <again>", "key": key} | ({"kind": kind} if kind else {})
        refused = await browser.sends(f"/desk/tickets/{number}/{verb}", script=script, **form)
        assert refused.status_code == 422
        assert UNSTATED in refused.text
        assert "He was rude &lt;again&gt;</textarea>" in refused.text
        assert field(refused.text, "key") == key
        assert chosen(refused.text) == ([kind] if kind in {"reply", "note"} else [])
    assert await office.texts(MessageKind.OUTGOING) == await office.texts(MessageKind.NOTE) == []


@pytest.mark.parametrize("script", [True, False], ids=["scripts", "forms"])
@pytest.mark.parametrize("kind", ["reply", "note"])
async def test_the_mode_stays_after_saving_and_after_each_refusal(office: Office, kind: str, script: bool) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:

        async def sends(text: str, **form: str) -> str:
            path = f"/desk/tickets/{number}/{kind}"
            answer = await browser.sends(path, script=script, text=text, kind=kind, **form)
            return (await browser.get(answer.headers["location"])).text if answer.is_redirect else answer.text

        assert chosen(await sends("A word.")) == [kind]  # saved
        assert chosen(await sends(" ")) == [kind]  # 422
        stale = await sends("A word.", csrf="that of a session long gone")  # 403
        assert chosen(stale) == [kind]
        assert "A word.</textarea>" in stale
        if kind == "reply":
            await office.database.write(
                lambda session: office.desk.handovers.transfer(session, number, olga.id, boris.id)
            )
        held = await sends("Another word.")  # 409 for a reply
        assert chosen(held) == [kind]
        filled = await browser.sends(f"/desk/tickets/{number}/insert", script=script, text="x", kind=kind, entry="1")
        assert chosen(filled.text) == [kind]


async def test_a_stale_correction_stays_a_correction(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    message = await office.database.write(lambda session: office.desk.reply(session, number, olga.id, "Hear it is."))
    async with office.signed_in(olga) as browser:
        stale = await browser.sends(f"/desk/tickets/{number}/messages/{message}", text="Here it is.", csrf="of before")
        assert stale.status_code == 403
        assert 'id="reply"' not in stale.text
        assert f'action="/desk/tickets/{number}/messages/{message}"' in stale.text
        assert ">Here it is.</textarea>" in stale.text
