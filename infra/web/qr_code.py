"""QR codes as SVG (ISO/IEC 18004): bytes, error correction level M, versions 1 to 15, which is up to 412 bytes.

Every mask is valid for readers, so the first one is always used instead of the one that looks best.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, groupby, zip_longest

from markupsafe import Markup

QUIET = 4
"""Width of the light border, in modules."""
# Of each version: error correction bytes of a block, the data bytes of each block, and the centres of the alignment
# patterns (ISO/IEC 18004, tables 9 and E.1).
_VERSIONS: tuple[tuple[int, tuple[int, ...], tuple[int, ...]], ...] = (
    (10, (16,), ()),
    (16, (28,), (6, 18)),
    (26, (44,), (6, 22)),
    (18, (32,) * 2, (6, 26)),
    (24, (43,) * 2, (6, 30)),
    (16, (27,) * 4, (6, 34)),
    (18, (31,) * 4, (6, 22, 38)),
    (22, (38,) * 2 + (39,) * 2, (6, 24, 42)),
    (22, (36,) * 3 + (37,) * 2, (6, 26, 46)),
    (26, (43,) * 4 + (44,), (6, 28, 50)),
    (30, (50,) + (51,) * 4, (6, 30, 54)),
    (22, (36,) * 6 + (37,) * 2, (6, 32, 58)),
    (22, (37,) * 8 + (38,), (6, 34, 62)),
    (24, (40,) * 4 + (41,) * 5, (6, 26, 46, 66)),
    (24, (41,) * 5 + (42,) * 5, (6, 26, 48, 70)),
)
_EXP = [1]
for _ in range(254):
    _EXP.append(_EXP[-1] << 1 ^ (0x11D if _EXP[-1] & 0x80 else 0))
_LOG = {value: power for power, value in enumerate(_EXP)}
_FORMAT = 0b101010000010010
"""Format bits of level M with mask 0."""


def qr_svg(text: str) -> Markup | None:
    """Return the code as an SVG element of the class `qr`; None for a text that is too long."""
    code = modules(text.encode())
    if code is None:
        return None
    size = len(code) + 2 * QUIET
    path = "".join(
        f"M{start + QUIET} {y + QUIET}h{length}v1h-{length}z"
        for y, row in enumerate(code)
        for start, length in _runs(row)
    )
    return Markup('<svg class="qr" viewBox="0 0 {} {}" aria-hidden="true"><path d="{}"/></svg>').format(
        size, size, path
    )


def modules(data: bytes) -> list[list[bool]] | None:
    """Return the rows of the code, True for dark; None if the data is too long."""
    for version, (_, blocks, _) in enumerate(_VERSIONS, 1):
        if len(data) + (2 if version < 10 else 3) <= sum(blocks):
            return _Drawing(version).draw(_codewords(version, data))
    return None


def _codewords(version: int, data: bytes) -> Iterator[int]:
    """Yield the data with its length and padding, then the error correction, interleaved by blocks."""
    correction, lengths, _ = _VERSIONS[version - 1]
    width = 8 if version < 10 else 16
    bits = f"0100{len(data):0{width}b}" + "".join(f"{byte:08b}" for byte in data) + "0000"
    message = [int(bits[start : start + 8].ljust(8, "0"), 2) for start in range(0, len(bits), 8)]
    capacity = sum(lengths)
    message = (message + [0xEC, 0x11] * capacity)[:capacity]
    blocks: list[list[int]] = []
    for length in lengths:
        blocks.append(message[:length])
        message = message[length:]
    for part in (blocks, [_remainder(block, correction) for block in blocks]):
        yield from (byte for byte in chain.from_iterable(zip_longest(*part)) if byte is not None)


def _remainder(block: Sequence[int], length: int) -> list[int]:
    """Return the Reed-Solomon error correction of a block."""
    generator = [1]
    for power in range(length):
        product = [*generator, 0]
        for place, factor in enumerate(generator):
            product[place + 1] ^= _times(factor, _EXP[power])
        generator = product
    rest = [*block, *[0] * length]
    for place in range(len(block)):
        factor = rest[place]
        for offset, term in enumerate(generator):
            rest[place + offset] ^= _times(term, factor)
    return rest[len(block) :]


def _times(one: int, other: int) -> int:
    return _EXP[(_LOG[one] + _LOG[other]) % 255] if one and other else 0


class _Drawing:
    """The square of modules: first the fixed patterns, then the data around them."""

    def __init__(self, version: int) -> None:
        self._version = version
        self._size = 17 + 4 * version
        self._rows: list[list[bool | None]] = [[None] * self._size for _ in range(self._size)]

    def draw(self, codewords: Iterator[int]) -> list[list[bool]]:
        self._patterns()
        self._format()
        bits = chain.from_iterable(((byte >> shift) & 1 for shift in range(7, -1, -1)) for byte in codewords)
        for x, y in self._path():
            if self._rows[y][x] is None:
                self._rows[y][x] = bool(next(bits, 0)) ^ ((x + y) % 2 == 0)
        return [[bool(module) for module in row] for row in self._rows]

    def _patterns(self) -> None:
        last = self._size - 1
        for corner_x, corner_y in ((3, 3), (last - 3, 3), (3, last - 3)):
            for y in range(max(0, corner_y - 4), min(last, corner_y + 4) + 1):
                for x in range(max(0, corner_x - 4), min(last, corner_x + 4) + 1):
                    self._rows[y][x] = max(abs(x - corner_x), abs(y - corner_y)) in {0, 1, 3}
        centres = _VERSIONS[self._version - 1][2]
        for centre_x in centres:
            for centre_y in centres:
                if self._rows[centre_y][centre_x] is None:
                    for y in range(centre_y - 2, centre_y + 3):
                        for x in range(centre_x - 2, centre_x + 3):
                            self._rows[y][x] = max(abs(x - centre_x), abs(y - centre_y)) != 1
        for place in range(8, last - 7):
            self._rows[6][place] = self._rows[place][6] = place % 2 == 0

    def _format(self) -> None:
        last, low = self._size - 1, [bool(_FORMAT >> bit & 1) for bit in range(15)]
        beside = [(8, y) for y in (0, 1, 2, 3, 4, 5, 7, 8)] + [(x, 8) for x in (7, 5, 4, 3, 2, 1, 0)]
        apart = [(last - bit, 8) for bit in range(8)] + [(8, last - 6 + bit) for bit in range(7)]
        for (x, y), dark in chain(zip(beside, low, strict=True), zip(apart, low, strict=True)):
            self._rows[y][x] = dark
        self._rows[last - 7][8] = True
        if self._version >= 7:
            rest = self._version
            for _ in range(12):
                rest = rest << 1 ^ (0x1F25 if rest & 0x800 else 0)
            number = self._version << 12 | rest
            for bit in range(18):
                x, y = last - 10 + bit % 3, bit // 3
                self._rows[y][x] = self._rows[x][y] = bool(number >> bit & 1)

    def _path(self) -> Iterator[tuple[int, int]]:
        """Yield the places of the data: pairs of columns from the right, up and down in turn."""
        columns = [x for x in range(self._size - 1, 0, -2) if x > 6] + [5, 3, 1]
        for number, right in enumerate(columns):
            for step in range(self._size):
                y = step if number % 2 else self._size - 1 - step
                yield right, y
                yield right - 1, y


def _runs(row: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield start and length of each dark run."""
    start = 0
    for dark, group in groupby(row):
        length = len(list(group))
        if dark:
            yield start, length
        start += length
