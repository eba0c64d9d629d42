"""What the bot says. The English sentences are the keys; `ru.po`, `en.po` and `hu.po` beside this file hold the rest."""

from pathlib import Path

from infra.wording import Catalogue

WORDS = Catalogue(Path(__file__).parent)
