"""Where and when an agent is pinged, the accounts that receive pings, and what open pages of the desk read."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.orm import Session

from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.tickets.pings.accounts import AgentAccounts
from handoff.tickets.pings.service import SENTENCES, latest_pings
from handoff.tickets.pings.settings import PingChoice, choice_of, save_choice
from handoff.tickets.promises.calendar import is_zone, read_calendar
from infra.wording import mark

PATH = "/desk/profile/pings"
DONE = {"saved": mark("Your choice is saved."), "unlinked": mark("The account is unlinked.")}
_SWITCHES = ("opened", "assigned", "overdue", "sound", "browser", "messenger")
_NO_LINK = MappingProxyType[str, str]({})


def ping_routes(frame: Frame) -> APIRouter:
    """Register the page, its forms and the list for open pages."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    parts = frame.parts
    database, accounts = parts.database, AgentAccounts(parts.clock)

    async def page(
        request: Request, problem: str = "", typed: Mapping[str, str] | None = None, link: Mapping[str, str] = _NO_LINK
    ) -> Response:
        """Render the page; `typed` is a form that was refused, `link` a new link to an account's platform."""
        agent_id, words = frame.agent(request).id, frame.words(request)
        choice = await database.read(lambda session: choice_of(session, agent_id))
        calendar = await database.read(read_calendar)
        said = DONE.get(request.query_params.get("done", ""), "") if not problem and not link else ""
        shown = typed if typed is not None else _form_of(choice)
        return frame.answer(
            request,
            "account/pings.html",
            status=422 if problem else 200,
            stop="profile",
            queue=await frame.queue(request),
            problem=problem,
            said=words.t(said) if said else "",
            choice=shown,
            zone=shown.get("zone", "") or calendar.zone,
            accounts=await database.read(lambda session: accounts.list_accounts(session, agent_id)),
            doors=[(account, parts.channel_titles.get(account.partition(":")[0], account)) for account in parts.doors],
            titles=parts.channel_titles,
            link=link,
        )

    @router.get(PATH)
    async def pings_page(request: Request) -> Response:
        return await page(request)

    @router.post(PATH)
    async def save(request: Request) -> Response:
        form, agent_id, words = await request.form(), frame.agent(request).id, frame.words(request)
        typed = {name: _text(form, name) for name in (*_SWITCHES, "quiet-from", "quiet-until", "zone")}
        begin, end = _minute(typed["quiet-from"]), _minute(typed["quiet-until"])
        if (begin is None) != (end is None) or (begin is not None and not is_zone(typed["zone"])):
            sentence = words.t("Quiet hours need a beginning, an end and a time zone, for example Europe/Moscow.")
            return await page(request, sentence, typed)
        choice = PingChoice(
            **{name: bool(typed[name]) for name in _SWITCHES},
            quiet_from=begin,
            quiet_until=end,
            zone=typed["zone"] if begin is not None else "",
        )
        await database.write(lambda session: save_choice(session, agent_id, choice))
        return RedirectResponse(f"{PATH}?done=saved", 303)

    @router.post("/desk/profile/accounts")
    async def link_account(request: Request, account: Annotated[str, Form()] = "") -> Response:
        agent_id, words = frame.agent(request).id, frame.words(request)
        if account not in parts.doors:
            return frame.nonsense(request)
        door = await parts.doors[account]()
        if door is None:
            return await page(request, words.t("The platform does not answer. Please try again in a minute."))
        word = await database.write(lambda session: accounts.create_word(session, agent_id))
        title = parts.channel_titles.get(account.partition(":")[0], account)
        return await page(request, link={"address": f"{door}{word}", "title": title})

    @router.post("/desk/profile/accounts/unlink")
    async def unlink_account(request: Request, contact: Annotated[str, Form()] = "") -> Response:
        agent_id = frame.agent(request).id
        number = int(contact) if contact.isascii() and contact.isdecimal() and len(contact) < 19 else 0
        await database.write(lambda session: accounts.unlink(session, agent_id, number))
        return RedirectResponse(f"{PATH}?done=unlinked", 303)

    @router.get("/desk/pings")
    async def new_pings(request: Request, after: Annotated[str, Query()] = "") -> Response:
        """Return the agent's pings after a number; without one, the latest number only."""
        agent_id, words = frame.agent(request).id, frame.words(request)
        since = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else None

        def work(session: Session) -> dict[str, Any]:
            last, found = latest_pings(session, agent_id, since, parts.clock())
            choice = choice_of(session, agent_id)
            pings = [
                {
                    "id": ping.id,
                    "text": words.t(SENTENCES[ping.kind], number=ping.ticket_id),
                    "url": f"/desk/tickets/{ping.ticket_id}",
                }
                for ping in found
            ]
            return {"last": last, "sound": choice.sound, "browser": choice.browser, "pings": pings}

        return JSONResponse(await database.read(work), headers={"Cache-Control": "no-store"})

    return router


def _form_of(choice: PingChoice) -> dict[str, str]:
    switches = {name: "on" if getattr(choice, name) else "" for name in _SWITCHES}
    hours = {"quiet-from": _clock(choice.quiet_from), "quiet-until": _clock(choice.quiet_until)}
    return switches | hours | {"zone": choice.zone}


def _clock(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"


def _minute(text: str) -> int | None:
    """Return the minute of the day of a time field's value; None for an empty or odd one."""
    hours, _, minutes = text[:5].partition(":")
    if not all(part.isascii() and part.isdecimal() and len(part) == 2 for part in (hours, minutes)):
        return None
    minute = 60 * int(hours) + int(minutes)
    return minute if int(minutes) < 60 and minute < 24 * 60 else None


def _text(form: Any, name: str) -> str:  # noqa: ANN401 - a form's values are texts or files
    value = form.get(name, "")
    return value.strip()[:100] if isinstance(value, str) else ""
