"""Webhooks: the list, the page of each with its log, and what admins do with them. A secret is shown once."""

import logging
from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from handoff.audit.log import Actor
from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.settings.settings_frame import DONE, actor, is_confirmed, settings_page
from handoff.dashboard.settings.webhook_words import EVENT_NAMES, STATE_NAMES, result_of
from handoff.webhooks.models import CHOICES, WebhookEvent
from handoff.webhooks.registry import (
    LONGEST_URL,
    UnknownWebhookError,
    WebhookDraft,
    WebhookRefusedError,
    Webhooks,
)
from infra.storage.columns import LARGEST_ID
from infra.wording import mark

log = logging.getLogger(__name__)

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
SECTION = "webhooks"
PATH = "/desk/settings/webhooks"
_SAID = {
    "edit": mark("The events are saved."),
    "pause": mark("The webhook is paused: nothing is sent to it."),
    "resume": mark("The webhook is switched on."),
    "test": mark("A test event is on its way: the log below shows how it went."),
    "resend": mark("The event is sent again: the log below shows how it went."),
}
_CHANGES: dict[str, Callable[[Webhooks, Session, int, Actor], object]] = {
    "pause": lambda webhooks, session, number, by: webhooks.pause(session, number, by),
    "resume": lambda webhooks, session, number, by: webhooks.resume(session, number, by),
    "test": lambda webhooks, session, number, _by: webhooks.test(session, number),
}


def webhook_routes(frame: Frame) -> APIRouter:
    """Register the list and the page of a webhook."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    database, webhooks = frame.parts.database, frame.parts.webhooks

    async def list_page(request: Request, problem: str = "", draft: WebhookDraft | None = None) -> Response:
        words = frame.words(request)
        return await settings_page(
            frame,
            request,
            SECTION,
            status=422 if problem else 200,
            webhooks=await database.read(webhooks.all),
            draft=draft or WebhookDraft("", CHOICES),
            events=EVENT_NAMES,
            states=STATE_NAMES,
            longest=LONGEST_URL,
            problem=problem,
            said=words.t("The webhook is deleted.") if request.query_params.get(DONE) == "delete" else "",
        )

    async def webhook_page(
        request: Request, number: int, status: int = 200, problem: str = "", secret: str = ""
    ) -> Response:
        words, done = frame.words(request), request.query_params.get(DONE, "")
        try:
            hook, events = await database.read(
                lambda session: (webhooks.get(session, number), webhooks.log(session, number))
            )
        except UnknownWebhookError:
            return frame.nonsense(request)
        return await settings_page(
            frame,
            request,
            SECTION,
            template="settings/webhook.html",
            status=status,
            hook=hook,
            log=[(event, result_of(event, words)) for event in events],
            events=EVENT_NAMES,
            states=STATE_NAMES,
            now=frame.parts.clock(),
            problem=problem,
            secret=secret,
            said=words.t(_SAID[done]) if done in _SAID and not problem and not secret else "",
        )

    @router.get(PATH)
    async def list_all(request: Request) -> Response:
        return await list_page(request)

    @router.post(PATH)
    async def add(request: Request, url: Annotated[str, Form()] = "", texts: Annotated[str, Form()] = "") -> Response:
        by, words, draft = actor(frame, request), frame.words(request), WebhookDraft(url, await _events(request))
        draft = WebhookDraft(url, draft.events, bool(texts))
        try:
            checked = WebhookDraft(await webhooks.check_address(url), draft.events, draft.with_texts)
            hook, secret = await database.write(lambda session: webhooks.add(session, checked, by))
        except WebhookRefusedError as error:
            return await list_page(request, words.t(error.sentence, **error.values), draft)
        return await webhook_page(request, hook.id, secret=secret)

    @router.get(f"{PATH}/{{webhook_id}}")
    async def show(request: Request, webhook_id: Id) -> Response:
        return await webhook_page(request, webhook_id)

    async def change(request: Request, webhook_id: int, name: str, work: Callable[[Session], object]) -> Response:
        """Do it and lead back to the page, or show there why not."""
        words = frame.words(request)
        try:
            await database.write(work)
        except WebhookRefusedError as error:
            return await webhook_page(request, webhook_id, 422, words.t(error.sentence, **error.values))
        except UnknownWebhookError:
            return frame.nonsense(request)
        log.info("webhook %d: %s by agent %d", webhook_id, name, frame.agent(request).id)
        return RedirectResponse(f"{PATH}/{webhook_id}?{DONE}={name}{_PLACES.get(name, '')}", 303)

    @router.post(f"{PATH}/{{webhook_id}}/edit")
    async def edit(request: Request, webhook_id: Id, texts: Annotated[str, Form()] = "") -> Response:
        by, events = actor(frame, request), await _events(request)
        return await change(
            request,
            webhook_id,
            "edit",
            lambda session: webhooks.edit(session, webhook_id, events, by, with_texts=bool(texts)),
        )

    @router.post(f"{PATH}/{{webhook_id}}/rotate")
    async def rotate(request: Request, webhook_id: Id) -> Response:
        by = actor(frame, request)
        try:
            secret = await database.write(lambda session: webhooks.rotate(session, webhook_id, by))
        except UnknownWebhookError:
            return frame.nonsense(request)
        return await webhook_page(request, webhook_id, secret=secret)

    @router.post(f"{PATH}/{{webhook_id}}/delete")
    async def delete(request: Request, webhook_id: Id, confirm: Annotated[str, Form()] = "") -> Response:
        by = actor(frame, request)

        def work(session: Session) -> bool:
            if not is_confirmed(confirm, webhooks.get(session, webhook_id).host):
                return False
            webhooks.remove(session, webhook_id, by)
            return True

        try:
            if not await database.write(work):
                problem = frame.words(request).t("The name does not match, so nothing was changed.")
                return await webhook_page(request, webhook_id, 422, problem)
        except UnknownWebhookError:
            return frame.nonsense(request)
        return RedirectResponse(f"{PATH}?{DONE}=delete", 303)

    @router.post(f"{PATH}/{{webhook_id}}/events/{{event_id}}/resend")
    async def resend(request: Request, webhook_id: Id, event_id: Id) -> Response:
        return await change(
            request, webhook_id, "resend", lambda session: webhooks.resend(session, webhook_id, event_id)
        )

    @router.post(f"{PATH}/{{webhook_id}}/{{name}}")
    async def switch(request: Request, webhook_id: Id, name: str) -> Response:
        by, act = actor(frame, request), _CHANGES.get(name)
        if act is None:
            return frame.nonsense(request)
        return await change(request, webhook_id, name, lambda session: act(webhooks, session, webhook_id, by))

    return router


_PLACES = {"test": "#log", "resend": "#log"}
"""Where on the page the outcome is seen."""


async def _events(request: Request) -> Sequence[WebhookEvent]:
    given = (await request.form()).getlist("event")
    return [event for event in CHOICES if event.value in given]
