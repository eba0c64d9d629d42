"""Secrets and signatures of the Standard Webhooks scheme (https://www.standardwebhooks.com, version 1)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    """Return a new random secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def sign(secret: str, key: str, at: datetime, body: bytes) -> str:
    """Return one signature: `v1,` and the base64 of the HMAC-SHA256 over key, Unix time and body."""
    signed = f"{key}.{int(at.timestamp())}.".encode() + body
    digest = hmac.new(base64.b64decode(secret.removeprefix(PREFIX)), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def headers(keys: Sequence[str], key: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers of a request; one signature for each secret in `keys`, the receiver accepts any."""
    return {
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(sign(secret, key, at, body) for secret in keys),
    }
