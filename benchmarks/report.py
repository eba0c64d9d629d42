"""Reports of figures and goals: on the screen, as JSON and as a Markdown table."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

RESULTS = Path(__file__).parent / "results"
_HEAD = ("figure", "value", "goal", "reached")
_LIBRARIES = ("aiogram", "sqlalchemy", "psycopg", "redis", "vk-api", "numpy")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number, with a goal or only for comparison."""

    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def reached(self) -> bool | None:
        if self.at_most is not None:
            return self.value <= self.at_most
        return None if self.at_least is None else self.value >= self.at_least

    def row(self) -> tuple[str, str, str, str]:
        goal = f"≤ {self._shown(self.at_most)}" if self.at_most is not None else ""
        goal = f"≥ {self._shown(self.at_least)}" if self.at_least is not None else goal
        return self.name, self._shown(self.value), goal, {True: "yes", False: "no", None: ""}[self.reached]

    def _shown(self, number: float | None) -> str:
        return f"{number:.3g} {self.unit}".strip() if number is None or number < 1000 else f"{number:.0f} {self.unit}"


def table(figures: Sequence[Figure]) -> str:
    """Render all figures in aligned columns."""
    rows = [_HEAD, *(figure.row() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def write(figures: Sequence[Figure], folder: Path = RESULTS, command: str = "make bench") -> None:
    """Write `latest.json` and `README.md` into `folder`; the latter is regenerated each time."""
    folder.mkdir(parents=True, exist_ok=True)
    machine = _machine()
    whole = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "figures": [asdict(figure) | {"reached": figure.reached} for figure in figures],
    }
    (folder / "latest.json").write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    rows = "\n".join("| " + " | ".join(figure.row()) + " |" for figure in figures)
    facts = ", ".join(f"{name} {value}" for name, value in machine.items() if not isinstance(value, dict))
    (folder / "README.md").write_text(
        _PAGE.format(command=command, head=" | ".join(_HEAD), rows=rows, facts=facts), encoding="utf-8"
    )


def _machine() -> dict[str, Any]:
    """Return the properties of the machine that the figures depend on, without identifying it."""
    return {
        "processors": os.cpu_count(),
        "architecture": platform.machine(),
        "system": platform.system(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
    }


_PAGE = """# Figures

Made by `{command}`, through the simulated platforms on loopback; do not edit. Ratios and shares say more than times,
for a baseline was measured in the same run on the same machine.

| {head} |
|---|---|---|---|
{rows}

Measured with: {facts}.
"""
