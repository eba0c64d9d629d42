"""The matcher: which entry of the knowledge answers a message, and how sure we are.

Pure: built from phrasings, asked with text, touches no database and no network. The method, in the order of the modules:
`text` (normalise) → `script` (keyboard layout, transliteration) → `spelling` (typos, glued and split words) →
`courtesy` (greetings, long messages) → `verbatim` (a phrasing as it stands is answered) → `index` (candidates) →
`features` (rerank) → `semantics` (the same by the vectors of a language model, where there is one) → `confidence`
(probability and band).
`likeness` compares two messages with each other.
"""

from knowledge.matching.matcher import Matcher
from knowledge.matching.text.similarity import alike
from knowledge.matching.values import Band, Candidate, Match, Phrasing, Thresholds

__all__ = ["Band", "Candidate", "Match", "Matcher", "Phrasing", "Thresholds", "alike"]
