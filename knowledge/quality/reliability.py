"""Reliability of the confidence in one knowledge base: what it promises, and what comes true."""

from collections.abc import Sequence

import numpy as np

from knowledge.quality.evaluation import Asked

_BINS = 5


def reliability_lines(questions: Sequence[Asked], ease: float) -> list[str]:
    """Return a table of the mean confidence and the share of right first entries, by fifths of the confidence.

    `ease` is what the knowledge base itself adds to the confidence (`Matcher.ease`), in logits.
    """
    confidence = np.array([question.confidence for question in questions])
    right = np.array([question.right for question in questions], bool)
    bins = np.minimum((confidence * _BINS).astype(np.int64), _BINS - 1)
    lines = [
        f"Confidence, and how much of it came true (calibrated to this knowledge base by {ease:+.2f}):",
        "confidence  questions   mean  right",
    ]
    for place in range(_BINS):
        own = bins == place
        if own.any():
            low, high = place / _BINS, (place + 1) / _BINS
            shares = f"{confidence[own].mean():>7.2f}{right[own].mean():>7.2f}"
            lines.append(f"{low:>5.1f}–{high:.1f}{int(own.sum()):>12}{shares}")
    return lines
