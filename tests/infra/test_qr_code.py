"""QR codes are those of another implementation, module by module."""

import hashlib
import re

import pytest

from infra.web.qr_code import QUIET, _codewords, modules, qr_svg


@pytest.mark.parametrize(
    ("length", "size", "digest"),
    [
        (14, 21, "109416992908aa93"),
        (26, 25, "4ca274980e96499b"),
        (42, 29, "91ee50f97c0ccdaf"),
        (62, 33, "1dcc13b3d2bc5c0d"),
        (84, 37, "70a20c8e66a34a10"),
        (106, 41, "333306c72dfe088c"),
        (122, 45, "ef5b5655eb1786e5"),
        (152, 49, "493cf7c8880d1b3f"),
        (180, 53, "359a8fae59641565"),
        (213, 57, "99bf28c2b8d4c713"),
        (251, 61, "e0d866d7bb9e68c7"),
        (287, 65, "6cf390823db3932f"),
        (331, 69, "fb65e166a37be9c2"),
        (362, 73, "466d0e0287e4ee44"),
        (412, 77, "ea11f75410e24c67"),
    ],
)
def test_each_version_is_as_segno_draws_it(length: int, size: int, digest: str) -> None:
    """`segno.make(text, error="m", boost_error=False, mask=0, mode="byte")` of segno 1.6.6, each version full."""
    code = modules(("otpauth://totp/Frontdesk?" + "abcXYZ019%" * 60)[:length].encode())
    assert code is not None
    assert {len(code), *map(len, code)} == {size}
    drawn = repr([[int(module) for module in row] for row in code])
    assert hashlib.sha256(drawn.encode()).hexdigest()[:16] == digest


def test_a_text_that_is_not_full_is_padded_as_the_standard_says() -> None:
    """One byte: 0100, its length, the byte, 0000; then 11101100 and 00010001 in turn (ISO/IEC 18004, 7.4.10)."""
    assert list(_codewords(1, b"o"))[:8] == [0x40, 0x16, 0xF0, 0xEC, 0x11, 0xEC, 0x11, 0xEC]


def test_the_picture_has_the_dark_modules_and_a_border() -> None:
    code, svg = modules(b"Frontdesk"), qr_svg("Frontdesk")
    assert code is not None
    assert svg is not None
    assert f'viewBox="0 0 {21 + 2 * QUIET} {21 + 2 * QUIET}"' in svg
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", svg)
    drawn = {(int(x) + step, int(y)) for x, y, length in runs for step in range(int(length))}
    dark = {(x + QUIET, y + QUIET) for y, row in enumerate(code) for x, module in enumerate(row) if module}
    assert drawn == dark


def test_a_text_that_is_too_long_has_no_code() -> None:
    assert modules(b"x" * 412) is not None
    assert modules(b"x" * 413) is None
    assert qr_svg("x" * 413) is None
