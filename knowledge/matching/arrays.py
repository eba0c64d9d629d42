"""Compressed rows: many short lists of integers in two flat arrays, gathered without Python loops."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.signedinteger[Any]]
Floats = NDArray[np.floating[Any]]

_FEW = 40
"""Number of stretches up to which joining slices is faster than computing the index of each value."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Row `i` is `values[starts[i]:starts[i + 1]]`."""

    starts: Ints
    values: Ints

    @classmethod
    def of(cls, lengths: Sequence[int], values: Sequence[int] | Ints) -> "Rows":
        starts = np.zeros(len(lengths) + 1, np.int32)
        np.cumsum(np.array(lengths, np.int32), out=starts[1:])
        return cls(starts, np.array(values, np.int32))

    @property
    def count(self) -> int:
        return len(self.starts) - 1

    @property
    def size(self) -> int:
        return self.starts.nbytes + self.values.nbytes

    def row(self, index: int) -> Ints:
        return self.values[self.starts[index] : self.starts[index + 1]]

    def lengths(self, rows: Ints) -> Ints:
        lengths: Ints = self.starts.take(rows + 1) - self.starts.take(rows)
        return lengths

    def table(self, rows: Ints, filler: int) -> Ints:
        """Return several rows as columns between two lines of `filler`, which also pads shorter columns."""
        starts = self.starts.take(rows)
        lengths = self.starts.take(rows + 1) - starts
        lines = np.arange(-1, np.maximum.reduce(lengths, initial=0) + 1)[:, None]
        values: Ints = self.values.take(lines + starts, mode="clip")
        np.copyto(values, np.int32(filler), where=lines >= lengths)
        values[0] = filler
        return values

    def gather(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return the concatenated values of several rows, and the length of each row."""
        starts, ends = self.starts.take(rows), self.starts.take(rows + 1)
        return self.stretches(starts, ends), ends - starts

    def stretches(self, begin: Ints, end: Ints) -> Ints:
        """Return the concatenated values between each index of `begin` and that of `end`."""
        if len(begin) <= _FEW:
            pieces = [self.values[a:b] for a, b in zip(begin.tolist(), end.tolist(), strict=True)]
            return np.concatenate(pieces) if pieces else self.values[:0]
        lengths = end - begin
        places = (end - lengths.cumsum()).repeat(lengths)
        places += np.arange(len(places))
        values: Ints = self.values.take(places)
        return values

    def invert(self, width: int) -> "Rows":
        """Return rows in which row `v` lists the rows that contain `v`, ascending, once per occurrence."""
        owners = np.repeat(np.arange(self.count, dtype=np.int32), np.diff(self.starts))
        order = np.argsort(self.values, kind="stable")
        starts = np.zeros(width + 1, np.int32)
        np.cumsum(np.bincount(self.values, minlength=width), out=starts[1:])
        return Rows(starts, owners[order])


def unit(rows: Floats) -> Floats:
    """Divide each row by its length; a row of zeros stays unchanged."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    scaled: Floats = rows / np.maximum(lengths, 1e-6)[:, None]
    return scaled
