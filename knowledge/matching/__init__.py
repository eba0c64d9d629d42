"""The matcher: finds the entry that answers a message, with a calibrated probability.

It is pure: built from phrasings and asked with text, without database and network. The steps in order:
`text` (normalise) → `lexicon.scripts` (keyboard layout, transliteration) → `lexicon.spelling` (typos, glued and split
words) → `lexicon.politeness` (greetings, long messages) → `index.exact_match` (a phrasing word for word) → `index`
(candidates) → `ranking.features` (rerank) → `semantic` (the same by vectors of a language model, if installed) →
`ranking.confidence` (probability and band).
`text.similarity` compares two messages with each other.
"""

from knowledge.matching.lexicon.politeness import ASKING
from knowledge.matching.matcher import Matcher
from knowledge.matching.semantic.embedder import Embedder, find_embedder, why_no_embedder
from knowledge.matching.semantic.vectors import text_of_answer
from knowledge.matching.text.normalised import fold, lower, words
from knowledge.matching.text.similarity import alike
from knowledge.matching.text.stems import stem
from knowledge.matching.values import Band, Candidate, Match, Phrasing, Thresholds

__all__ = [
    "ASKING",
    "Band",
    "Candidate",
    "Embedder",
    "Match",
    "Matcher",
    "Phrasing",
    "Thresholds",
    "alike",
    "find_embedder",
    "fold",
    "lower",
    "stem",
    "text_of_answer",
    "why_no_embedder",
    "words",
]
