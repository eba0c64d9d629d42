"""Links from web addresses in people's texts; every character is treated as untrusted."""

import re

from markupsafe import Markup, escape

_ADDRESS = re.compile(r"https?://[^\s<>\"'`«»“”\x00-\x1f\u202a-\u202e\u2066-\u2069]+", re.IGNORECASE)
_TRAILING = ".,:;!?…"
_LINK = Markup('<a href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>')


def linkify(text: str) -> Markup:
    """Escape `text` and turn http(s) addresses into links; nothing else becomes markup."""
    html, done = Markup(""), 0
    for found in _ADDRESS.finditer(text):
        address = _trimmed(found.group())
        html += escape(text[done : found.start()]) + _LINK.format(address, address)
        done = found.start() + len(address)
    return html + escape(text[done:])


def _trimmed(address: str) -> str:
    """Strip the punctuation of the surrounding sentence; a bracket stays only if its partner is inside."""
    while address:
        last = address[-1]
        unpaired = last in ")]}" and address.count(last) > address.count("([{"[")]}".index(last)])
        if last not in _TRAILING and not unpaired:
            return address
        address = address[:-1]
    return address
