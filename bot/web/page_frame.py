"""The common parts of the help site's pages: templates, static files, words, and choice of language."""

from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.views.other_language import remark
from bot.web.entry_html import as_html
from handoff.formatting.rich_html import as_markup
from infra.web.assets import HTMX, Assets, shared_files
from infra.web.icons import icon
from infra.web.locale import preferred_language
from infra.wording import Catalogue
from knowledge.languages import INFLECTIONS, LANGUAGES

QUESTION_LENGTH = 500
WORDS = Catalogue(Path(__file__).parent / "locale", INFLECTIONS)


class HelpFrame:
    """Renders the help site's templates."""

    def __init__(self, default_language: str) -> None:
        self._default_language = default_language
        own = (files("bot.web") / "static").iterdir()
        self.assets = Assets("/help/static", chain(own, shared_files()))
        self._environment = Environment(
            loader=PackageLoader("bot.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {
            "asset": self.assets.url,
            "icon": icon,
            "htmx": HTMX,
            "languages": {code: language.name for code, language in LANGUAGES.items()},
            "question_length": QUESTION_LENGTH,
        }
        self._environment.filters |= {"answer": as_html, "rich": as_markup, "remark": remark}

    def language(self, request: Request, asked: str) -> str:
        """Return the language given in the address, else the browser's, else the community's."""
        if asked in LANGUAGES:
            return asked
        return preferred_language(request.headers.get("accept-language", ""), self._default_language, LANGUAGES)

    def answer(
        self,
        template: str,
        language: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **values: Any,  # noqa: ANN401 - templates take any value
    ) -> HTMLResponse:
        """Render a page or a part of one with `values` for its template."""

        def t(sentence: str, **words: object) -> str:
            return WORDS.text(language, sentence, **words)

        def tn(one: str, many: str, count: int) -> str:
            return WORDS.plural(language, one, many, count)

        html = self._environment.get_template(template).render(t=t, tn=tn, lang=language, **values)
        always = {"Cache-Control": "no-cache", "Content-Language": language, "Vary": "Accept-Language"}
        return HTMLResponse(html, status, always | (headers or {}))
