"""The words of the help site."""

from pathlib import Path

from infra.wording import Catalogue

WORDS = Catalogue(Path(__file__).parent / "locale")
