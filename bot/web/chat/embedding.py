"""The script that embeds the chat in other sites, and the headers of an embedded page."""

import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files

from fastapi import Request, Response

_SITES = "const SITES = [];"
ISOLATED = {"Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Resource-Policy": "cross-origin"}
"""Headers that let a page be embedded in pages with a Cross-Origin-Embedder-Policy."""


class EmbedScript:
    """`/help/embed.js` with the origins of the sites that may embed the chat; on others it shows nothing."""

    def __init__(self, sites: Sequence[str]) -> None:
        source = (files("bot.web") / "static" / "embed.js").read_text("utf-8")
        assert _SITES in source  # noqa: S101 - the script and this module belong together
        listed = json.dumps([site.lower() for site in sites])
        self._script = source.replace(_SITES, f"const SITES = {listed};").encode()
        self._mark = f'"{hashlib.sha256(self._script).hexdigest()[:12]}"'

    def answer(self, request: Request) -> Response:
        """Return the script, or 304 to a browser that has it cached."""
        headers = {
            "ETag": self._mark,
            "Cache-Control": "public, max-age=3600",
            # The only file that other sites may load, also as a module or with `crossorigin`.
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Access-Control-Allow-Origin": "*",
        }
        if request.headers.get("if-none-match") == self._mark:
            return Response(status_code=304, headers=headers)
        return Response(self._script, media_type="text/javascript", headers=headers)
