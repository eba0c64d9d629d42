"""File formats of the knowledge base, one module each. A new format is a module and a line here."""

from knowledge.files.formats.csv import CSV
from knowledge.files.formats.json import JSON, JSON_LINES
from knowledge.files.formats.rows import Format
from knowledge.files.formats.yaml import YAML

FORMATS: dict[str, Format] = {
    ".yaml": YAML,
    ".yml": YAML,
    ".json": JSON,
    ".jsonl": JSON_LINES,
    ".csv": CSV,
}
"""By file extension; the first one of a format is its name in commands and in the REST interface."""
NAMES = tuple(dict.fromkeys(next(name for name in FORMATS if FORMATS[name] is form)[1:] for form in FORMATS.values()))
"""The name of each format, which is an extension without its dot."""
