"""Sentences in Russian, English and Hungarian from the packages, with their English translations."""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from benchmarks.language_tables.packages import PACKAGES, Package, fetch, files
from benchmarks.language_tables.texts import sentences_of, texts_of
from knowledge.matching.text.normalised import lower, words

Line = tuple[str, str, str | None]
"""Language, text, English translation."""

_FEWEST, _MOST = 2, 15
_LETTERS = {"ru": re.compile("[а-яё]"), "hu": re.compile("[a-záéíóöőúüű]"), "en": re.compile("[a-z]")}
_CODE = re.compile(r"[_=<>{}\\|/@]|\w\.\w|\w\(|[a-z][A-Z]")
_ENGLISH = re.compile(r"\b(?:the|and|is|are|of|to|for|with|you|your|not)\b")


def collect(folder: Path, packages: Iterable[Package] = PACKAGES) -> tuple[list[Line], dict[str, int]]:
    """Return the distinct sentences, and how many each project gave."""
    projects: dict[str, list[Package]] = defaultdict(list)
    for package in packages:
        projects[package.project or package.name].append(package)
    found: dict[tuple[str, str], Line] = {}
    counts: dict[str, int] = {}
    for name, own in projects.items():
        before = len(found)
        for line in _of_project(own, folder):
            known = found.setdefault((line[0], lower(line[1])), line)
            if known[2] is None and line[2]:
                found[line[0], lower(line[1])] = line
        counts[name] = len(found) - before
        print(f"{name}: {counts[name]} sentences", flush=True)
    return list(found.values()), counts


def _of_project(packages: list[Package], folder: Path) -> Iterable[Line]:
    texts: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for package in packages:
        for shared, lang, suffix, content in files(package, fetch(package, folder)):
            for key, text, english in texts_of(suffix, content):
                texts[shared, key][lang] = text
                if english:
                    texts[shared, key].setdefault("en", english)
    for versions in texts.values():
        originals = sentences_of(versions.get("en", ""))
        for lang, text in versions.items():
            own = sentences_of(text)
            aligned = originals if len(own) == len(originals) else []
            for place, sentence in enumerate(own):
                if _is_sentence(sentence, lang):
                    translated = aligned[place] if aligned and _is_sentence(aligned[place], "en") else None
                    yield lang, sentence, sentence if lang == "en" else translated


def _is_sentence(text: str, lang: str) -> bool:
    count = len(words(lower(text)))
    letters = len(_LETTERS[lang].findall(text.lower()))
    return (
        _FEWEST <= count <= _MOST
        and letters >= 0.6 * len(text.replace(" ", ""))
        and not _CODE.search(text)
        and not (lang != "en" and len(_ENGLISH.findall(text)) > 0)
    )
