"""Reasons why a change of access is refused, in sentences that can be translated."""

from infra.errors import PlainError


class AccessError(PlainError):
    """A change of access that is refused; nothing was changed.

    `sentence` is marked for translation, and `values` fill its places.
    """

    def __init__(self, sentence: str, **values: str) -> None:
        super().__init__(sentence.format(**values))
        self.sentence = sentence
        self.values = values
