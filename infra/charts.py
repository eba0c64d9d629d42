"""Line charts as plain SVG text, without a drawing library."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 720, 400, 60, 190, 40, 50
_INK, _PAPER, _GRID = ("#1f2328", "#e8eaed"), ("#ffffff", "#1b1f23"), ("#e6e2da", "#2b3137")
"""Colours for light and dark pages; they match the pages' own."""
_LINES = (
    ("#1769aa", "#60a5fa"), ("#c2410c", "#fb923c"), ("#15803d", "#4ade80"), ("#7c3aed", "#c4b5fd"),
    ("#b91c1c", "#f87171"), ("#0f766e", "#2dd4bf"), ("#a16207", "#facc15"), ("#475569", "#a0a9b4"),
)  # fmt: skip


def _style() -> str:
    """Style sheet that follows the reader's light or dark preference, standalone or embedded in a page."""
    light, dark = (
        [
            f"svg{{color:{_INK[mode]};background:{_PAPER[mode]}}}.paper{{fill:{_PAPER[mode]}}}"
            f".grid{{stroke:{_GRID[mode]}}}",
            *(f".line{number}{{color:{colours[mode]}}}" for number, colours in enumerate(_LINES)),
        ]
        for mode in (0, 1)
    )
    return f"<style>{''.join(light)}@media (prefers-color-scheme:dark){{{''.join(dark)}}}</style>"


Points = Sequence[tuple[float, float]]
Ticks = Sequence[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Axes:
    """What the axes of a chart say."""

    across: str
    up: str
    labels: Sequence[str] = ()
    """Names of the positions 0, 1, 2 … of the horizontal axis; without them it is numbered."""
    least: float = 0.0
    """Where the vertical axis starts."""
    by_powers: bool = False
    """Both axes are logarithmic (base 10); every number has to be above 0 then."""


def chart(title: str, axes: Axes, lines: Mapping[str, Points], points_named: Sequence[str] = ()) -> str:
    """Render one chart; `points_named` are labels beside the points of the last line."""
    labels, least, by_powers = axes.labels, axes.least, axes.by_powers
    if by_powers:
        lines = {name: [(math.log10(x), math.log10(y)) for x, y in points] for name, points in lines.items()}
    xs = [x for points in lines.values() for x, _ in points] or [0.0, 1.0]
    ys = [y for points in lines.values() for _, y in points] or [0.0, 1.0]
    low: float
    high: float
    if by_powers:
        left, right = min(xs), max(*xs, min(xs) + 1e-9)
        low, high = math.floor(min(ys)), math.ceil(max(ys))
        rows: Ticks = [(power, f"{10.0**power:g}") for power in range(low, high + 1)]
        columns: Ticks = [(power, f"{10**power:,}") for power in range(math.ceil(left), math.floor(right) + 1)]
    else:
        shares = not labels and min(xs) >= 0 and max(xs) <= 1
        left, right = (0.0, 1.0) if shares else (min(xs), max(*xs, min(xs) + 1e-9))
        low, high = least, 1.0 if max(ys) <= 1 else max(ys) * 1.05
        rows = [(value, f"{value:.4g}") for value in (low + (high - low) * step / 5 for step in range(6))]
        steps = [left + (right - left) * step / 5 for step in range(6)]
        columns = list(enumerate(labels)) if labels else [(x, f"{x:.3g}") for x in steps]
    wide, tall = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        return _LEFT + (x - left) / (right - left) * wide, _TOP + (1 - (y - low) / max(high - low, 1e-9)) * tall

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        ' font-family="sans-serif" font-size="12" fill="currentColor">',
        _style(),
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" class="paper"/>',
        f'<text x="{_LEFT}" y="22" font-size="15">{escape(title)}</text>',
        f'<text x="{_LEFT + wide / 2}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(axes.across)}</text>',
        f'<text transform="translate(14 {_TOP + tall / 2}) rotate(-90)" text-anchor="middle">{escape(axes.up)}</text>',
    ]
    for value, label in rows:
        y = place(left, value)[1]
        parts.append(f'<path d="M{_LEFT} {y:.1f}h{wide}" class="grid"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    for value, label in columns:
        x = place(value, low)[0]
        parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{escape(label)}</text>')
    for number, (name, points) in enumerate(lines.items()):
        drawn = [place(x, y) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in drawn)
        y = _TOP + 14 + number * 18
        parts += [
            f'<g class="line{number % len(_LINES)}" fill="currentColor">',
            f'<polyline points="{path}" fill="none" stroke="currentColor" stroke-width="2"/>',
            *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in drawn),
            f'<rect x="{_WIDTH - _RIGHT + 16}" y="{y - 9}" width="12" height="4"/></g>',
            f'<text x="{_WIDTH - _RIGHT + 34}" y="{y - 3}">{escape(name)}</text>',
        ]
    last = [place(x, y) for x, y in list(lines.values())[-1]] if points_named else []
    for (x, y), name in zip(last, points_named, strict=False):
        # Labels run vertically: neighbouring ones would overlap otherwise.
        at, anchor = (y + 10, "start") if y < _TOP + tall / 2 else (y - 10, "end")
        turned = f'transform="translate({max(x - 14, _LEFT + 2):.1f} {at:.1f}) rotate(90)" text-anchor="{anchor}"'
        parts.append(f"<text {turned}>{escape(name)}</text>")
    return "\n".join([*parts, "</svg>", ""])
