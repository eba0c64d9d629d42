"""The matcher: which entry of the knowledge answers a message, and how sure we are.

Pure: built from phrasings, asked with text, touches no database and no network. The method, in the order of the modules:
`text` (normalise) → `script` (keyboard layout, transliteration) → `spelling` (typos, glued and split words) →
`courtesy` (greetings, long messages) → `verbatim` (a phrasing as it stands is answered) → `index` (candidates) →
`features` (rerank) → `semantics` (the same by the vectors of a language model, where there is one) → `confidence`
(probability and band).
`likeness` compares two messages with each other.
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
