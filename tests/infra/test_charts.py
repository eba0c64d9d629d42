"""Charts are well-formed SVG in which every point has its place."""

import re
from xml.etree import ElementTree as ET

import pytest

from infra.charts import Axes, chart

_SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: str) -> tuple[list[tuple[float, float]], list[str]]:
    """The points and the words of a chart."""
    root = ET.fromstring(svg)  # noqa: S314 - our own
    points = [(float(point.attrib["cx"]), float(point.attrib["cy"])) for point in root.iter(f"{_SVG}circle")]
    return points, [text.text or "" for text in root.iter(f"{_SVG}text")]


def test_points_stand_where_their_numbers_say() -> None:
    points, words = drawn(chart("A < B", Axes("across", "up"), {"line": [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)]}))
    (left, bottom), middle, (right, top) = points
    assert left < right
    assert top < bottom
    assert middle == pytest.approx(((left + right) / 2, (bottom + top) / 2))
    assert words[:3] == ["A < B", "across", "up"]
    assert words[-1] == "line"


def test_an_axis_may_begin_above_nothing_and_points_may_have_names() -> None:
    points, words = drawn(
        chart("t", Axes("x", "y", least=0.5), {"a": [(0.0, 0.75)], "b": [(0.0, 0.5), (1.0, 1.0)]}, ("low", "high"))
    )
    middle, bottom, top = (y for _, y in points)
    assert middle == pytest.approx((bottom + top) / 2)
    assert [word for word in words if word in {"0", "0.5", "1"}] == ["0.5", "1", "0", "1"]
    assert [word for word in words if word in {"low", "high"}] == ["low", "high"]


def test_powers_of_ten_are_equally_far_apart() -> None:
    points, words = drawn(chart("t", Axes("x", "y", by_powers=True), {"a": [(10, 1), (100, 10), (1000, 100)]}))
    xs = [x for x, _ in points]
    assert xs[1] - xs[0] == pytest.approx(xs[2] - xs[1])
    assert "1,000" in words


def test_places_may_have_names_and_a_chart_may_be_empty() -> None:
    _, words = drawn(chart("t", Axes("x", "y", ("clean", "noisy")), {"a": [(0, 1), (1, 2)]}))
    assert {"clean", "noisy"} <= set(words)
    assert drawn(chart("t", Axes("x", "y"), {"a": []}))[0] == []


def test_every_line_has_a_colour_by_day_and_one_by_night() -> None:
    svg = chart("t", Axes("x", "y"), {str(number): [(0, number)] for number in range(9)})
    by_day, by_night = svg[svg.index("<style>") : svg.index("</style>")].split("@media (prefers-color-scheme:dark)")
    used = set(re.findall(r'class="(line\d)"', svg))
    colours = [re.findall(rf"\.{name}{{color:(#\w+)}}", style) for name in used for style in (by_day, by_night)]
    assert len(used) == 8, "the ninth restarts the cycle"
    assert all(len(found) == 1 for found in colours)
    assert len({found[0] for found in colours}) == 16
