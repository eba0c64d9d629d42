"""Edit candidates: the words one edit away from a word, as checksums by which the tables index words.

A word has several hundred candidates, so they are not spelled out. Checksums are linear (Peterson and Brown 1961): the
effect of replacing a letter depends only on the two letters and the number of bytes after them.
"""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate, groupby
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

LONGEST = 25
"""Maximum number of letters of a word; longer ones are ignored."""

_BYTES = 4 * LONGEST


class Guesses:
    """The words that become this one by deleting, inserting or changing a letter, or swapping it with the next: `keys`.

    A word may occur among them more than once, and the word itself does.
    """

    def __init__(self, word: str, lang: str, letters: str) -> None:
        """`letters` are those to insert or substitute; the word has at most `LONGEST` letters."""
        length = len(word)
        tails = [word[cut:].encode() for cut in range(length + 1)]
        begun = list(
            accumulate(word, lambda before, letter: crc32(letter.encode(), before), initial=crc32(f"{lang}:".encode()))
        )
        self._word = word
        shorter = [(cut, word[cut + 1 :]) for cut in range(length)]
        swapped = [(cut, word[cut + 1] + word[cut] + word[cut + 2 :]) for cut in range(length - 1)]
        self._plain = shorter + swapped
        """The number of letters that stay, and the rest after them."""
        self._gaps = [(cut, cut) for cut in range(length + 1)] + [(cut, cut + 1) for cut in range(length)]
        """Positions of an inserted letter: the letters before it, and the letters of the word before the rest."""
        self._alphabet = "".join(_by_size(letters))
        parts = [np.array([crc32(rest.encode(), begun[cut]) for cut, rest in self._plain], np.uint32)]
        sizes = [len(tails[after]) for _, after in self._gaps]
        for same in _by_size(letters):
            first = same[0].encode()
            with_first = np.array([crc32(first + tails[after], begun[cut]) for cut, after in self._gaps], np.uint32)
            parts.append((_changes(same).take(sizes, axis=1) ^ with_first).ravel())
        self.keys: NDArray[np.uint64] = np.concatenate(parts).astype(np.uint64)

    def word(self, number: int) -> str:
        """Return the word whose checksum is `keys[number]`."""
        if number < len(self._plain):
            cut, rest = self._plain[number]
            return self._word[:cut] + rest
        letter, gap = divmod(number - len(self._plain), len(self._gaps))
        cut, after = self._gaps[gap]
        return self._word[:cut] + self._alphabet[letter] + self._word[after:]


@cache
def _by_size(letters: str) -> Sequence[str]:
    """Group the letters by number of bytes: only those of a group can replace each other in a checksum."""
    ordered = sorted(letters, key=lambda letter: len(letter.encode()))
    return ["".join(same) for _, same in groupby(ordered, key=lambda letter: len(letter.encode()))]


@cache
def _changes(letters: str) -> NDArray[np.uint32]:
    """Return how a checksum changes with each letter in place of the first, one column per number of bytes after it."""
    behind = [bytes(count) for count in range(_BYTES + 1)]
    first = [crc32(letters[0].encode() + rest) for rest in behind]
    rows = [
        [crc32(letter.encode() + rest) ^ own for rest, own in zip(behind, first, strict=True)] for letter in letters
    ]
    return np.array(rows, np.uint32)
