"""Saved views: lists of the queue under names, an agent's own or everybody's."""

import re

from handoff.lists import saved_views
from handoff.models import Role
from tests.office import Browser, Office


def chips(html: str) -> dict[str, tuple[str, str]]:
    chip = re.compile(
        r'class="chip chip-saved" href="([^"]*)".*?<span dir="auto">([^<]*)</span> <b>([^<]*)</b>', re.DOTALL
    )
    found = chip.findall(html)
    return {name: (href.replace("&amp;", "&"), count) for href, name, count in found}


async def save(browser: Browser, name: str, query: str, shared: str = "") -> str:
    answer = await browser.sends("/desk/views", name=name, query=query, shared=shared)
    return str(answer.headers.get("location", answer.status_code))


async def test_a_list_is_saved_shown_renamed_and_deleted(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    await office.asks("Where is my page?", language="en")
    await office.asks("Где моя страница?", language="ru")
    async with office.signed_in(olga) as hers, office.signed_in(boris) as his:
        page = (await hers.get("/desk?show=unassigned&language=ru")).text
        assert "Save this list as a view" in page
        assert "For everybody" not in page
        assert "Save this list as a view" not in (await hers.get("/desk")).text
        where = await save(hers, "Free in Russian", "?show=unassigned&language=ru&page=3&nonsense=1")
        assert where == "/desk?show=unassigned&language=ru&page=3"
        page = (await hers.get("/desk")).text
        assert chips(page) == {"Free in Russian": ("/desk?show=unassigned&language=ru", "1")}
        assert chips((await his.get("/desk")).text) == {}
        page = (await hers.get("/desk?show=unassigned&language=ru")).text
        assert re.search(r'class="chip chip-saved"[^>]*aria-current', page)
        assert "Save this list as a view" not in page
        number = re.search(r"/desk/views/(\d+)/rename", page)[1]  # type: ignore[index]
        await his.sends(f"/desk/views/{number}/rename", name="His", query="")
        assert "Free in Russian" in chips((await hers.get("/desk")).text)
        await hers.sends(f"/desk/views/{number}/rename", name="Russian", query="?language=ru")
        assert "Russian" in chips((await hers.get("/desk")).text)
        await hers.sends(f"/desk/views/{number}/delete", query="?language=ru")
        assert chips((await hers.get("/desk")).text) == {}


async def test_leads_save_for_everybody(office: Office) -> None:
    olga, vera = await office.agent("Olga"), await office.agent("Vera", Role.LEAD)
    async with office.signed_in(olga) as hers, office.signed_in(vera) as leads:
        assert "For everybody" in (await leads.get("/desk?show=late")).text
        await save(leads, "Late", "?show=late", shared="yes")
        await save(hers, "Mine late", "?show=mine&show=late", shared="yes")  # no lead: her own
        assert list(chips((await hers.get("/desk")).text)) == ["Late", "Mine late"]
        assert list(chips((await leads.get("/desk")).text)) == ["Late"]
        assert "Delete this view" not in (await hers.get("/desk?show=late")).text
        assert "Delete this view" in (await leads.get("/desk?show=late")).text


async def test_a_view_of_ones_own_questions_counts_for_each_agent(office: Office) -> None:
    olga, vera = await office.agent("Olga"), await office.agent("Vera", Role.LEAD)
    number = await office.asks("Where is my page?")
    await office.database.write(lambda session: office.desk.ownership.claim(session, number, olga.id))
    async with office.signed_in(olga) as hers, office.signed_in(vera) as leads:
        await save(leads, "Ours", "?show=mine", shared="yes")
        assert chips((await hers.get("/desk")).text)["Ours"][1] == "1"
        assert chips((await leads.get("/desk")).text)["Ours"][1] == "0"


async def test_a_name_is_needed_and_there_is_a_limit(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.signed_in(olga) as browser:
        answer = await browser.sends("/desk/views", name="  ", query="?show=late")
        assert answer.status_code == 409
        assert "Write the words first." in answer.text
        for number in range(saved_views.MOST):
            await save(browser, f"view {number}", "?show=late")
        answer = await browser.sends("/desk/views", name="one more", query="?show=late")
        assert "There are 20 saved views already" in answer.text
        assert len(chips((await browser.get("/desk")).text)) == saved_views.MOST
