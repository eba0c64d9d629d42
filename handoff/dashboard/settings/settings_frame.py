"""Frame of the settings pages: the rail, the list of sections, and one page in a column."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from handoff.audit.log import Actor
from handoff.audit.models import Origin
from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.people.errors import AccessError
from infra.wording import mark


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the settings."""

    name: str
    title: str
    icon: str

    @property
    def url(self) -> str:
        return f"/desk/settings/{self.name}"


SECTIONS = (
    Section("agents", mark("Agents"), "users"),
    Section("tokens", mark("API tokens"), "key"),
    Section("webhooks", mark("Webhooks"), "arrow-top-right-on-square"),
    Section("channels", mark("Channels"), "signal"),
    Section("categories", mark("Categories"), "folder"),
    Section("hours", mark("Office hours"), "clock"),
    Section("wording", mark("Wording"), "chat-bubble-left-right"),
    Section("retention", mark("Retention"), "trash"),
    Section("audit", mark("Audit log"), "clipboard-document-list"),
)
DONE = "done"
"""Query parameter that names the change which led back to a page."""


def actor(frame: Frame, request: Request) -> Actor:
    """Return the agent of the request as the audit log names them."""
    return Actor(frame.agent(request).id, Origin.DESK)


def translate_refusal(frame: Frame, request: Request, error: AccessError) -> str:
    """Return the reason of a refusal in the reader's language."""
    return frame.words(request).t(error.sentence, **error.values)


def is_confirmed(typed: str, name: str) -> bool:
    """Return whether the typed word is the name of what a dangerous change concerns."""
    return " ".join(typed.split()).casefold() == " ".join(name.split()).casefold()


def link_to(frame: Frame, request: Request, secret: str) -> str:
    """Return the complete address at which an agent sets their password."""
    base = frame.parts.public_url or str(request.base_url)
    return f"{base.rstrip('/')}/desk/invitation/{secret}"


def start_routes(frame: Frame) -> APIRouter:
    """Register the address of the settings, which leads to the first section."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))

    @router.get("/desk/settings")
    async def first_section(request: Request) -> Response:  # noqa: ARG001 - the route class needs it
        return RedirectResponse(SECTIONS[0].url, 303)

    return router


async def settings_page(
    frame: Frame,
    request: Request,
    section_name: str,
    *,
    template: str = "",
    status: int = 200,
    **values: Any,  # noqa: ANN401 - templates take any value
) -> Response:
    """Render the section `section_name` with its template, `settings/NAME.html` unless another one is given."""
    section = next(section for section in SECTIONS if section.name == section_name)
    return frame.answer(
        request,
        template or f"settings/{section_name}.html",
        status=status,
        section=section,
        sections=SECTIONS,
        stop="settings",
        queue=await frame.queue(request),
        **values,
    )
