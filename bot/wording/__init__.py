"""Sentences of the bot. English sentences are the keys; the catalogues beside this file translate them."""

from pathlib import Path

from infra.wording import Catalogue
from knowledge.languages import INFLECTIONS

WORDS = Catalogue(Path(__file__).parent, INFLECTIONS)
