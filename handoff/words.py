"""Catalogue of this package: what agents read on their pages, and what contacts read about agents' actions."""

from pathlib import Path

from infra.wording import Catalogue

WORDS = Catalogue(Path(__file__).parent / "locale")
