"""What leaving out a group of columns or a rule changes, on left-out families.

Columns are left out by learning the weights again without them, rules by switching them off under the same weights. The
time is that of a clean question without the rule, or without computing the columns where that can be measured.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from operator import attrgetter
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.judging import FIGURES, Judged, family_means, judge_by_others, learn_by_family
from benchmarks.learning import Array, Block
from benchmarks.train_matching import collect, sets
from knowledge.matching import Matcher, Phrasing
from knowledge.matching.index.sparse_index import Index
from knowledge.matching.lexicon import politeness
from knowledge.matching.lexicon.meanings import WIDTH, Meanings
from knowledge.matching.lexicon.rarity import Rarity
from knowledge.matching.lexicon.scripts import Script
from knowledge.matching.lexicon.spelling import Spelling
from knowledge.matching.ranking import confidence, features
from knowledge.matching.ranking.features import NAMES
from knowledge.matching.ranking.ridge import Lessons

_GROUPS = {
    "asked, covered": ("asked", "covered"),
    "string ratio": ("ratio",),
    "n-grams of the best": ("gram",),
    "top3, centroid": ("top3", "centroid"),
    "all cosines of words": ("gram", "top3", "centroid"),
    "theme": ("theme",),
    "ridge regression": ("lesson",),
    "rare": ("rare",),
    "left": ("left",),
}

_Off = list[tuple[object, str, Any]]
"""What to put in place of which attribute."""

_RULES: dict[str, _Off] = {
    "script repair": [(Script, "repair", lambda _self, lowered: lowered)],
    "spelling": [(Spelling, "repair", lambda _self, words: list(words))],
    "courtesy": [(politeness, "strip", list), (politeness, "is_courtesy", lambda _found: False)],
    "sentences": [(politeness, "parts", lambda text, _asked=None: [text])],
    "word vectors": [(Meanings, "of", lambda _self, stems: np.zeros((len(stems), WIDTH), np.float32))],
    "rarity": [(Rarity, "of", lambda _self, _stem, _lang: 0.5)],
    "answers": [(Index, "_answer_meanings", lambda _self: np.zeros((0, WIDTH), np.float32))],
    "ridge regression": [(Lessons, "__init__", lambda self, _index: setattr(self, "_taught", None))],
    "stances": [(features, "conflicts", lambda _asked, ever, *_: np.zeros(len(ever), np.float32))],
    "limits of the confidence": [(confidence, "_NEVER_ANSWERED", 1.0)],
}
_KINDS = ("clean", "typo3")
_TIMED = 20


def ablate(data: Path, blocks: Sequence[Block] | None = None) -> Iterator[str]:
    """Yield the lines of the table. `blocks` are those of `train_matching.collect`, if already computed."""
    blocks = [block for block in blocks or collect(data, None) if block.section == "lexical"]
    weights_of = learn_by_family(blocks, NAMES)
    usual = judge_by_others(blocks, weights_of)
    head = " | ".join(f"{kind} {figure}" for kind in _KINDS for figure in FIGURES)
    yield f"| left out | {head} | ms |"
    yield "|---|" + "---|" * (len(_KINDS) * len(FIGURES) + 1)
    spent = _milliseconds(data)
    yield _line("nothing", _means(usual), spent)
    for name, columns in _GROUPS.items():
        judged = judge_by_others(blocks, learn_by_family(blocks, NAMES, frozenset(columns)))
        yield _line(f"column {name}", _means(judged) - _means(usual), None)
    for name, rule in _RULES.items():
        with _without(rule):
            judged = judge_by_others(list(collect(data, None, thin=False, kinds=_KINDS)), weights_of)
            yield _line(f"rule {name}", _means(judged) - _means(usual), _milliseconds(data) - spent)


@contextmanager
def _without(rule: _Off) -> Iterator[None]:
    with ExitStack() as stack:
        for owner, attribute, instead in rule:
            stack.enter_context(patch.object(owner, attribute, instead))
        yield


def _means(judged: Sequence[Judged]) -> Array:
    return np.concatenate([np.nanmean(family_means(judged, kind, attrgetter("figures")), axis=0) for kind in _KINDS])


def _line(name: str, figures: Array, spent: float | None) -> str:
    shown = " | ".join(f"{figure:+.3f}" if name != "nothing" else f"{figure:.3f}" for figure in figures)
    return f"| {name} | {shown} | {'' if spent is None else f'{spent:.2f}'} |"


def _milliseconds(data: Path) -> float:
    """Return the median processor time of a clean question, over some of each set."""
    spent = []
    for _, texts, _, queries in sets(data):
        matcher = Matcher.build(
            [Phrasing(place, text, lang) for place, (lang, own) in enumerate(texts.values()) for text in own]
        )
        for query in queries["clean"][:_TIMED]:
            started = time.thread_time()
            matcher.match(query["text"])
            spent.append((time.thread_time() - started) * 1000)
    return float(np.median(spent))
