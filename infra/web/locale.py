"""Choice of the page language by the browser's preferences."""

from collections.abc import Collection


def preferred_language(accept_language: str, default: str, languages: Collection[str]) -> str:
    """Select the best of `languages` by an `Accept-Language` header (RFC 9110 §12.5.4), otherwise `default`."""
    wanted: list[tuple[float, str]] = []
    for item in accept_language[:500].split(","):
        tag, _, weight = item.partition(";")
        language = tag.strip().lower().split("-")[0]
        if language in languages and (quality := _quality(weight)) > 0:
            wanted.append((quality, language))
    return max(wanted, key=lambda choice: choice[0])[1] if wanted else default


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(float(value), 1.0)
    except ValueError:
        return 0.0
