"""Readable text of events that could not be handled."""


def words_in(payload: object) -> str:
    """Return the texts in an unreadable payload, for agents."""
    if isinstance(payload, dict):
        if isinstance(payload.get("text"), str) and payload["text"]:
            return str(payload["text"])[:4000]
        return next((words for value in payload.values() if (words := words_in(value))), "")
    if isinstance(payload, list):
        return next((words for value in payload if (words := words_in(value))), "")
    return ""
