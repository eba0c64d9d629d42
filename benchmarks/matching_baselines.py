"""Baselines for the matcher: string scorers and BM25, each over all phrasings; the best phrasing wins."""

from collections.abc import Callable, Sequence

import bm25s
from rapidfuzz import fuzz, process, utils

Baseline = Callable[[str], int | None]
"""Returns the index of the best text for a question; None if none is similar."""


def _scorer(texts: Sequence[str], scorer: Callable[..., float]) -> Baseline:
    choices = [utils.default_process(text) for text in texts]

    def best(question: str) -> int | None:
        found = process.extractOne(utils.default_process(question), choices, scorer=scorer)
        return found[2] if found else None

    return best


def _bm25(texts: Sequence[str]) -> Baseline:
    """Build BM25 over lower-cased words, without stemming, with default settings."""
    index = bm25s.BM25()
    index.index(bm25s.tokenize(list(texts), stopwords=None, show_progress=False), show_progress=False)

    def best(question: str) -> int | None:
        tokens = bm25s.tokenize([question], stopwords=None, show_progress=False)
        found, scores = index.retrieve(tokens, k=1, show_progress=False)
        return int(found[0, 0]) if scores[0, 0] > 0 else None

    return best


BASELINES: dict[str, Callable[[Sequence[str]], Baseline]] = {
    "ratio": lambda texts: _scorer(texts, fuzz.ratio),
    "token_set_ratio": lambda texts: _scorer(texts, fuzz.token_set_ratio),
    "WRatio": lambda texts: _scorer(texts, fuzz.WRatio),
    "bm25s": _bm25,
}
"""Functions that build an index over texts."""
