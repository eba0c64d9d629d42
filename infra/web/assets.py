"""Static files, our own and those of packages: read once, addressed by their content.

An address changes with the file, so browsers may cache each file indefinitely and never show an old one after an
upgrade.
"""

import hashlib
import json
import mimetypes
from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import Request, Response

HTMX = json.dumps(
    {
        # No evaluation and no injected styles, as the content policy requires; responses that carry a page message are
        # shown.
        "allowEval": False,
        "includeIndicatorStyles": False,
        "selfRequestsOnly": True,
        "historyCacheSize": 0,
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "...", "swap": True},  # only responses marked as ours, see failures.js
        ],
    }
)


def shared_files() -> Iterable[Traversable]:
    """Assets of every set of pages: our design tokens, and htmx from django-htmx, whose Python code never runs."""
    return (
        files("infra.web") / "static" / "tokens.css",
        files("django_htmx") / "static" / "django_htmx" / "htmx-2.min.js",
    )


ANSWER = "Frontdesk-Answer"
"""Header of what the page's script may show: a proxy's page about an error does not bear it."""
_FOR_EVER = "public, max-age=31536000, immutable"


class Assets:
    """Files of one set of pages, served below `prefix`; only names read at the start exist."""

    def __init__(self, prefix: str, served: Iterable[Traversable]) -> None:
        self._prefix = prefix
        self._files = {file.name: file.read_bytes() for file in served if file.is_file()}
        self._marks = {name: hashlib.sha256(data).hexdigest()[:12] for name, data in self._files.items()}

    def url(self, name: str) -> str:
        """Return the address of a file. Raises KeyError for a name that does not exist."""
        return f"{self._prefix}/{name}?v={self._marks[name]}"

    def answer(self, request: Request, name: str) -> Response:
        """Return the file, or 404, or 304 to a browser that has it."""
        data = self._files.get(name)
        if data is None:
            return Response(status_code=404)
        headers = {"ETag": f'"{self._marks[name]}"', "Cache-Control": _FOR_EVER}
        if request.query_params.get("v") != self._marks[name]:
            headers["Cache-Control"] = "no-cache"
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response(data, media_type=kind, headers=headers)
