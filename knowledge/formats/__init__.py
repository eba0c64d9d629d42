"""File formats of the knowledge, one module each. A new one is a module and a line here."""

from knowledge.formats.csv import CSV
from knowledge.formats.json import JSON, JSON_LINES
from knowledge.formats.rows import Format
from knowledge.formats.yaml import YAML

FORMATS: dict[str, Format] = {".yaml": YAML, ".yml": YAML, ".json": JSON, ".jsonl": JSON_LINES, ".csv": CSV}
"""By file suffix."""
