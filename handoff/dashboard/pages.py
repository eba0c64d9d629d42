"""From values to HTML: one template environment, autoescaped, that knows the reader's language."""

import json
from collections.abc import Iterable
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import chain
from typing import Any

from fastapi.responses import HTMLResponse
from heroicons.jinja import heroicon_micro, heroicon_mini
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from handoff.dashboard.assets import Assets
from handoff.dashboard.linking import linked
from handoff.dashboard.wording import ATTACHMENTS, LANGUAGE_NAMES, ROLES, STATUSES, UNDELIVERED, Words

ANSWER = "Frontdesk-Answer"
"""Header of what the page's script may show: a proxy's page about an error does not bear it."""
HTMX = json.dumps(
    {
        # Nothing is evaluated and no style is added, as the content policy asks; answers with a page message are shown.
        "allowEval": False,
        "includeIndicatorStyles": False,
        "selfRequestsOnly": True,
        "historyCacheSize": 0,
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "...", "swap": True},  # only of answers that say that they are ours, see failures.js
        ],
    }
)


def htmx_files() -> Iterable[Traversable]:
    """The script htmx, from django-htmx, of which no code is run."""
    return (files("django_htmx") / "static" / "django_htmx" / "htmx-2.min.js",)


def channel_glyph(account: str) -> str:
    """Two or three letters for the channel of an account such as `vk:main`."""
    kind = account.partition(":")[0]
    return {"telegram": "TG"}.get(kind, kind[:3].upper())


def clock(at: datetime) -> str:
    """A moment for browsers without scripts; with scripts it is shown in the reader's own time."""
    return f"{at:%H:%M} UTC"


def day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


class Pages:
    """The desk's templates and files."""

    def __init__(self) -> None:
        self.assets = Assets("/desk/static", chain((files("handoff.dashboard") / "static").iterdir(), htmx_files()))
        environment = Environment(
            loader=PackageLoader("handoff.dashboard"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= {"linked": linked, "clock": clock, "day": day, "glyph": channel_glyph}
        environment.globals |= {
            "icon": heroicon_mini,
            "small_icon": heroicon_micro,
            "asset": self.assets.url,
            "htmx": HTMX,
            "attachment_names": ATTACHMENTS,
            "status_names": STATUSES,
            "undelivered_names": UNDELIVERED,
            "role_names": ROLES,
            "language_names": LANGUAGE_NAMES,
        }
        self._environment = environment

    def piece(self, template: str, words: Words, **values: Any) -> Markup:  # noqa: ANN401 - templates take any value
        """A part of a page, to be put into others as it is."""
        html = self._environment.get_template(template).render(w=words, t=words.t, tn=words.tn, **values)
        return Markup(html)  # noqa: S704 - the template has escaped what is not ours

    def answer(
        self,
        template: str,
        words: Words,
        *,
        status: int = 200,
        part: bool = False,
        **values: Any,  # noqa: ANN401 - templates take any value
    ) -> HTMLResponse:
        """A page, or with `part` what a script puts into one; private, so that no cache keeps it."""
        html = self._environment.get_template(template).render(w=words, t=words.t, tn=words.tn, **values)
        return HTMLResponse(html, status, {"Cache-Control": "no-store"} | ({ANSWER: template} if part else {}))
