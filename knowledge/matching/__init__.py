"""The matcher: finds the entry that answers a message, with a calibrated probability.

It is pure: built from phrasings and asked with text, without database and network. The steps in order:
`text` (normalise) → `lexicon.scripts` (keyboard layout, transliteration) → `lexicon.spelling` (typos, glued and split
words) → `lexicon.politeness` (greetings, long messages) → `index.exact_match` (a phrasing word for word) → `index`
(candidates) → `ranking.features` (rerank) → `semantic` (the same by vectors of a sentence encoder) →
`ranking.confidence` (probability) → `bands` (band, plausible choices).
`text.similarity` compares two messages with each other.
"""

from knowledge.matching.bands import MOST_CHOICES, keep_plausible
from knowledge.matching.lexicon.politeness import ASKING
from knowledge.matching.matcher import Matcher
from knowledge.matching.semantic.embedder import LANGUAGES, MODEL, Embedder, find_embedder
from knowledge.matching.semantic.vectors import MOST, text_of_answer
from knowledge.matching.text.normalised import fold, lower, words
from knowledge.matching.text.similarity import alike, is_slip
from knowledge.matching.text.stems import search_stems, stem, words_to_search
from knowledge.matching.values import Band, Candidate, Match, Phrasing, Thresholds

__all__ = [
    "ASKING",
    "LANGUAGES",
    "MODEL",
    "MOST",
    "MOST_CHOICES",
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
    "is_slip",
    "keep_plausible",
    "lower",
    "search_stems",
    "stem",
    "text_of_answer",
    "words",
    "words_to_search",
]
