"""HTML rendering: one template environment, autoescaped, in the reader's language."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from importlib.resources import files
from itertools import chain
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from handoff.dashboard.wording import ATTACHMENTS, LANGUAGE_NAMES, ROLES, SNOOZES, STATUSES, UNDELIVERED, Words
from handoff.formatting.rich_html import as_markup
from handoff.labels.labelling import LONGEST as TAG_LENGTH
from handoff.lists.saved_views import NAME_LENGTH
from handoff.messages.rich_text import from_agent
from handoff.outreach.first_messages import LONGEST as FIRST_LENGTH
from handoff.people.agents import AgentView
from handoff.search.highlight import mark_html
from handoff.tickets.mentions.reading import find_mentions, names_of
from handoff.tickets.queue import COUNTED
from infra.web.assets import ANSWER, HTMX, Assets, shared_files
from infra.web.icons import icon, small_icon
from infra.web.links import linkify


def clock(at: datetime) -> str:
    """Format a moment for browsers without scripts; with scripts it is shown in the reader's own time."""
    return f"{at:%H:%M} UTC"


def day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def initials(name: str) -> str:
    """Return the first letters of the first and the last word; of a name without letters its first sign."""
    letters = [word[0] for word in name.split() if word[0].isalpha()]
    return "".join([*letters[:1], *letters[1:][-1:]]).upper() or name[:1]


def mark_mentions(
    text: str, mentioned: Collection[int] | None, people: Collection[AgentView], reader_id: int
) -> Markup:
    """Return a note with links, and with the names of these agents marked, that of the reader in its own way."""
    html, done = Markup(""), 0
    names = names_of((one.id, one.name) for one in people) if mentioned else {}
    for named, start, end in find_mentions(text, names):
        if marked := set(named).intersection(mentioned or ()):
            kind = "mention mention-me" if reader_id in marked else "mention"
            html += linkify(text[done:start]) + Markup('<span class="{}">{}</span>').format(kind, text[start:end])
            done = end
    return html + linkify(text[done:])


class Pages:
    """The desk's templates and files."""

    def __init__(self, badges: Mapping[str, str], titles: Mapping[str, str]) -> None:
        """`badges` has two or three letters for each kind of channel, `titles` its name."""
        self.assets = Assets("/desk/static", chain((files("handoff.dashboard") / "static").iterdir(), shared_files()))
        environment = Environment(
            loader=PackageLoader("handoff.dashboard"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= {
            "linked": linkify,
            "formatted": lambda text: as_markup(from_agent(text)),
            "clock": clock,
            "day": day,
            "initials": initials,
            "dialled": lambda phone: re.sub(r"[^0-9+]", "", phone),
            "marked": mark_html,
            "mentioning": mark_mentions,
            "glyph": lambda account: badges.get(account.partition(":")[0], "?"),
        }
        environment.globals |= {
            "channel_titles": titles,
            "icon": icon,
            "small_icon": small_icon,
            "asset": self.assets.url,
            "htmx": HTMX,
            "attachment_names": ATTACHMENTS,
            "status_names": STATUSES,
            "undelivered_names": UNDELIVERED,
            "role_names": ROLES,
            "snooze_names": SNOOZES,
            "tag_length": TAG_LENGTH,
            "first_length": FIRST_LENGTH,
            "language_names": LANGUAGE_NAMES,
            "counted": COUNTED,
            "view_name_length": NAME_LENGTH,
        }
        self._environment = environment

    def piece(self, template: str, words: Words, **values: Any) -> Markup:  # noqa: ANN401 - templates take any value
        """Render a part of a page, to be included in others as it is."""
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
        """Render a page, or with `part` a fragment for a script; private, so that no cache keeps it."""
        html = self._environment.get_template(template).render(w=words, t=words.t, tn=words.tn, **values)
        return HTMLResponse(html, status, {"Cache-Control": "no-store"} | ({ANSWER: template} if part else {}))
