"""Upload of files to VK: request an upload address, upload, save, and name the saved object in the message."""

from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, FormData

from bot.channels.vk.client import VkClient
from handoff.messages.values import OutgoingFile

_LIMITS = ClientTimeout(total=25, connect=5)


class UploadError(Exception):
    """The upload server refused the file; a retry may succeed only if `passing` is set."""

    def __init__(self, *, passing: bool) -> None:
        super().__init__("the upload failed")
        self.passing = passing


class Uploads:
    """Uploads for one community. Every step may be repeated: only the message that names the file is visible."""

    def __init__(self, client: VkClient, proxy: str | None) -> None:
        self._client = client
        self._proxy = proxy

    async def upload(self, file: OutgoingFile, path: Path, peer: str) -> str:
        """Upload a file; returns its attachment string. Raises UploadError, and what VK calls raise."""
        if file.kind == "photo":
            server = await self._client.call("photos.getMessagesUploadServer", peer_id=peer)
            answer = await self._post(server["upload_url"], "photo", file, path)
            given = {name: answer[name] for name in ("photo", "server", "hash")}
            (saved,) = await self._client.call("photos.saveMessagesPhoto", **given)
            return _name("photo", saved)
        server = await self._client.call("docs.getMessagesUploadServer", type="doc", peer_id=peer)
        answer = await self._post(server["upload_url"], "file", file, path)
        saved = await self._client.call("docs.save", file=answer["file"], title=file.name)
        return _name("doc", saved["doc"])

    async def _post(self, url: str, field: str, file: OutgoingFile, path: Path) -> dict[str, Any]:
        try:
            with path.open("rb") as content:
                form = FormData(quote_fields=False)
                form.add_field(field, content, filename=file.name)
                async with (
                    ClientSession(timeout=_LIMITS, trust_env=False, proxy=self._proxy) as session,
                    session.post(url, data=form) as answer,
                ):
                    body = await answer.json(content_type=None)
        except (ClientError, TimeoutError, ValueError) as error:
            raise UploadError(passing=True) from error
        if not isinstance(body, dict) or "error" in body or not body.get(field):
            raise UploadError(passing=False)
        return body


def _name(kind: str, saved: dict[str, Any]) -> str:
    key = f"_{saved['access_key']}" if saved.get("access_key") else ""
    return f"{kind}{saved['owner_id']}_{saved['id']}{key}"
