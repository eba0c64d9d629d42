"""Messages typed on the wrong keyboard layout, or in Latin letters instead of Cyrillic.

The words and n-grams of the knowledge base decide how a message was written, so a knowledge base without Cyrillic never
turns Latin text into Cyrillic. Word frequencies of the language contribute to the choice of Russian words.
"""

import re
from collections.abc import Callable
from math import log

from knowledge.matching.lexicon.ngrams import grams
from knowledge.matching.lexicon.vocabulary import Vocabulary
from knowledge.matching.text.normalised import fold, is_cyrillic, is_latin, words
from knowledge.matching.text.transliteration import letter_by_letter, readings

_LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_CYRILLIC_KEYS = "йцукенгшщзхъфывапролджэячсмитьбюе"
_TO_CYRILLIC = str.maketrans(
    dict(zip(_LATIN_KEYS, _CYRILLIC_KEYS, strict=True)) | dict(zip('{}:"<>~', "хъжэбюе", strict=True))
)
# The last key is ё, which `lower` turns into е: it must not replace the real е.
_TO_LATIN = str.maketrans(dict(zip(_CYRILLIC_KEYS[:-1], _LATIN_KEYS[:-1], strict=True)))

_J_AS_ZH = re.compile(r"j(?![aeiouy])|(?<![aeiouy])j")
_SOFTENED = "бвдзлмнпрстш"
_IN_LATIN = re.compile(r"['46]*[a-z][a-z'46]*")
_EDGES = ".,;:!?\"'()[]{}<>«»—-…"

_Reading = Callable[[str], list[str]]

_SURE = 0.72
_LETTERS = 0.8
"""Maximum likelihood of an unknown word, reached if all of its n-grams are known."""
_PENALTY = 0.06
_BENEFIT = 0.25


class Script:
    """Chooses the likeliest reading of a message by the knowledge base; a message with known words is unchanged."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._cyrillic = any(is_cyrillic(form) for form in vocabulary.forms)
        self._latin = any(is_latin(form) for form in vocabulary.forms)

    def repair(self, lowered: str) -> str:
        """Return lower-case text with words in the wrong script replaced."""
        latin, cyrillic = is_latin(lowered), is_cyrillic(lowered)
        if not ((latin and self._cyrillic) or (cyrillic and self._latin)):
            return lowered
        if all(fold(word) in self._vocabulary.form_ids for word in words(lowered)):
            return lowered
        chunks = lowered.split()
        plain = [self._likelihood(words(chunk)) for chunk in chunks]
        sizes = [len(chunk) for chunk in chunks]
        known = sum(size for likelihood, size in zip(plain, sizes, strict=True) if likelihood > _LETTERS)
        if known >= _SURE * sum(sizes):
            return lowered
        best_gain, best = 0.0, chunks
        for reading, concerned in self._readings(latin=latin, cyrillic=cyrillic):
            gain, length = 0.0, 0
            texts = list(chunks)
            for place, chunk in enumerate(chunks):
                if not concerned(chunk):
                    continue
                options = reading(chunk)
                values = [self._likelihood(words(text)) for text in options]
                found = max(values)
                # A whole message is written in one way: chunks that are less likely in this reading count against it.
                gain += (found - plain[place]) * sizes[place]
                length += sizes[place]
                if found > plain[place] - _BENEFIT:
                    texts[place] = options[values.index(found)]
            gain -= _PENALTY * length
            if gain > best_gain:
                best_gain, best = gain, texts
                if reading is _written_in_latin:
                    best = [self._as_words(chunk, text) for chunk, text in zip(chunks, texts, strict=True)]
        return " ".join(best) if best is not chunks else lowered

    def _as_words(self, chunk: str, text: str) -> str:
        """Return the chunk in Cyrillic with the likeliest words; a chunk that `text` left unchanged stays so."""
        return text if text == chunk else _IN_LATIN.sub(lambda written: self._likeliest(written.group()), chunk)

    def _likeliest(self, written: str) -> str:
        found = readings(written)
        for share_of in (self._share_of_form, self._share_of_stem):
            known = [(cost - log(share), word) for cost, word in found if (share := share_of(word))]
            if known:
                return min(known)[1]
        return found[0][1] if found else letter_by_letter(written)

    def _share_of_form(self, word: str) -> float:
        vocabulary = self._vocabulary
        by_language = vocabulary.share_of_language(word)
        return by_language + vocabulary.share(word) if vocabulary.has(word) else by_language

    def _share_of_stem(self, word: str) -> float:
        return self._vocabulary.share(word) + self._vocabulary.share_of_stem(word)

    def _readings(self, *, latin: bool, cyrillic: bool) -> list[tuple[_Reading, Callable[[str], bool]]]:
        """Other ways to read a chunk, each with whether it concerns the chunk."""
        readings: list[tuple[_Reading, Callable[[str], bool]]] = []
        if latin and self._cyrillic:
            readings += [(_typed_in_latin, _not_cyrillic), (_written_in_latin, _not_cyrillic)]
        if cyrillic and self._latin:
            readings.append((_typed_in_cyrillic, is_cyrillic))
        return readings

    def _likelihood(self, found: list[str]) -> float:
        """Return the share of known words, and of known n-grams in others, 0..1, weighted by length; 0 for no words."""
        total = value = 0.0
        for word in found:
            form = fold(word)
            total += len(form)
            if form in self._vocabulary.form_ids:
                value += len(form) * (1.0 if len(form) > 2 else _LETTERS)
                continue
            pieces = grams(form)
            value += len(form) * _LETTERS * len(self._vocabulary.known_grams(pieces)) / len(pieces)
        return value / total if total else 0.0


def _typed_in_latin(chunk: str) -> list[str]:
    bare = chunk.rstrip(_EDGES)
    return list(dict.fromkeys((chunk.translate(_TO_CYRILLIC), bare.translate(_TO_CYRILLIC))))


def _typed_in_cyrillic(chunk: str) -> list[str]:
    return [chunk.translate(_TO_LATIN)]


def _written_in_latin(chunk: str) -> list[str]:
    texts = [letter_by_letter(chunk), letter_by_letter(_J_AS_ZH.sub("zh", chunk))]
    soft = [text + "ь" for text in texts if text[-1:] in _SOFTENED]  # many people omit the soft sign
    return list(dict.fromkeys(texts + soft))


def _not_cyrillic(chunk: str) -> bool:
    return not is_cyrillic(chunk)
