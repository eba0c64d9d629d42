"""The catalogue of this floor: what agents read on their pages, and what contacts read of the agents' doings."""

from pathlib import Path

from infra.wording import Catalogue

WORDS = Catalogue(Path(__file__).parent / "locale")
