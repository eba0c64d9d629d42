"""The vocabulary of a knowledge base: stems, weights and similar words."""

import sys
from collections.abc import Iterable, Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.arrays import Floats, Ints, Rows
from knowledge.matching.lexicon.frequencies import Frequencies
from knowledge.matching.lexicon.meanings import WIDTH, Meanings
from knowledge.matching.lexicon.ngrams import LIKE, LIKE_OTHERS, UNLIKE_ALL, Word, checksums, grams, sharpen
from knowledge.matching.lexicon.rarity import Rarity
from knowledge.matching.lexicon.stances import marks
from knowledge.matching.text import stems
from knowledge.matching.text.normalised import fold, is_cyrillic

_FAINT = 0.1
_UNKNOWN = 0.6
_ANY_FORM = 0.1
_FEW = 500
_REMEMBERED = 2048
_CELLS = 200_000
"""Number of (word, form) pairs compared at once; each takes eight bytes."""
_PREPARED, _PREPARED_CELLS = 8192, 100_000_000
"""Maximum number of precomputed words, and of pairs of them with forms: at most 150 ms and 5 MB at 10 000 entries."""

_LIKE_OTHERS, _LIKE_MEANING = 0.45, 0.5
"""Minimum similarity of words by n-grams (sharpened) and by meaning."""

_NO_FORMS: Ints = np.zeros(0, np.int32)
_NO_MEANING: Floats = np.zeros(WIDTH, np.float32)
_NO_MEANINGS: Floats = np.zeros((0, WIDTH), np.float32)


class Vocabulary:
    """Numbers the folded word forms of a knowledge base and their stems, and compares words by their n-grams.

    `accented` maps forms to their accented spelling in the knowledge base.

    Immutable once sealed, except for its cache of words. Weights are inverse entry frequencies: a word in every
    phrasing of a single entry is still rare. A vocabulary of a few edited entries uses the frequencies of the whole
    knowledge base in its `background`.
    """

    def __init__(self, background: "Vocabulary | None" = None) -> None:
        self._background = background
        self.forms: list[str] = []
        self.form_ids: dict[str, int] = {}
        self.accented: dict[str, str] = {}
        self.stem_ids: dict[str, int] = {}
        self._form_stem: list[int] = []
        self._stem_langs: list[str] = []
        self._spelt: dict[tuple[str, str], int] = {}
        self.langs: set[str] = set()
        self._cyrillic_langs, self._latin_langs = stems.languages_of_scripts(self.langs)
        self._prepared: dict[str, Word] = {}
        self._remembered: dict[str, Word] = {}
        self.entry_count = 0
        self.token_count = 1

    def add(self, words: Iterable[str], lang: str) -> list[int]:
        """Add the words of one phrasing; returns their form numbers."""
        if lang not in self.langs:
            self.langs.add(lang)
            self._cyrillic_langs, self._latin_langs = stems.languages_of_scripts(self.langs)
        known = self._spelt
        numbers = []
        for word in words:
            number = known.get((word, lang))
            if number is None:
                number = known[word, lang] = self._number(word, lang)
            numbers.append(number)
        return numbers

    def _number(self, word: str, lang: str) -> int:
        form = fold(word)
        number = self.form_ids.get(form)
        if number is None:
            number = self.form_ids[form] = len(self.forms)
            self.forms.append(form)
            if form != word:
                self.accented[form] = word
            stem = stems.stem(word, lang)
            if stem not in self.stem_ids:
                self.stem_ids[stem] = len(self.stem_ids)
                self._stem_langs.append(stems.language_of(stem, lang))
            self._form_stem.append(self.stem_ids[stem])
        return number

    def seal(self, tokens: Rows, owners: Ints, answers: Rows, entries: int) -> None:
        """Compute the frequencies after all words were added: `tokens` are the phrasings' forms, `owners` the entries.

        A word of many answers, such as a product name, is common even if few phrasings contain it. A word only in
        `answers` weighs as much as an unknown one, as it does not distinguish phrasings.
        """
        self._spelt = {}
        self.form_stem = np.array(self._form_stem, np.int32)
        self._form_stem = []
        self.stem_forms = Rows(np.arange(len(self.forms) + 1, dtype=np.int32), self.form_stem).invert(
            len(self.stem_ids)
        )
        owner_of_token = np.repeat(owners, np.diff(tokens.starts)).astype(np.int64)
        form_df = _distinct(tokens.values, owner_of_token, len(self.forms), entries)
        self.stem_known = np.zeros(len(self.stem_ids), bool)
        self.stem_known[self.form_stem[tokens.values]] = True
        used = np.concatenate([tokens.values, answers.values])
        users = np.concatenate([owner_of_token, np.arange(entries).repeat(np.diff(answers.starts))])
        stem_df = _distinct(self.form_stem[used], users, len(self.stem_ids), entries)
        behind = self._background
        self.entry_count = entries + (behind.entry_count if behind else 0)
        if behind:
            stem_df += np.array([behind.stem_frequency(stem) for stem in self.stem_ids], np.float32)
        self.stem_df = stem_df
        self.rarest = float(np.log((self.entry_count + 1) / 0.5))
        rarity = np.log((self.entry_count + 1) / (stem_df + 0.5)) + 0.3
        self.stem_weight: Floats = np.where(self.stem_known, rarity, self.rarest * _UNKNOWN).astype(np.float32)
        self.form_count = np.bincount(tokens.values, minlength=len(self.forms))
        self.token_count = max(len(tokens.values), 1) + (behind.token_count if behind else 0)
        self.stem_meaning = Meanings.load().of(list(zip(self.stem_ids, self._stem_langs, strict=True)))
        table = Rarity.load()
        known = zip(self.stem_ids, self._stem_langs, strict=True)
        self.stem_rarity: Floats = np.array([table.of(stem, lang) for stem, lang in known], np.float32)
        self._stem_langs = []
        self._index_grams(form_df)

    def _index_grams(self, form_df: Floats) -> None:
        lengths = []
        keys = []
        for form in self.forms:
            own = checksums(grams(form))
            lengths.append(len(own))
            keys.append(own)
        self.gram_keys, numbers = np.unique(np.concatenate([np.zeros(0, np.uint32), *keys]), return_inverse=True)
        width = len(self.gram_keys)
        self.form_grams = Rows.of(lengths, numbers)
        self.gram_forms = self.form_grams.invert(width)
        df = np.bincount(self.form_grams.values, np.repeat(form_df, lengths), minlength=width).astype(np.float64)
        if self._background:
            df += self._background.gram_frequencies(self.gram_keys)
        self.gram_df = df
        rarity = np.log((self.entry_count + 1) / (np.minimum(df, self.entry_count) + 0.5)) + 0.3
        self.gram_square = (rarity**2).astype(np.float32)
        self.unknown_gram_square = float((self.rarest + 0.3) ** 2)
        self.form_scale = np.zeros(len(self.forms), np.float32)
        self.largest_scale = 1.0
        if len(self.forms):
            sums = np.add.reduceat(self.gram_square[self.form_grams.values], self.form_grams.starts[:-1])
            self.form_scale = (sums**-0.5).astype(np.float32)
            self.largest_scale = float(self.form_scale.max())

    def stem_frequency(self, stem: str) -> float:
        """Return the number of entries with a stem, including their answers."""
        number = self.stem_ids.get(stem)
        return float(self.stem_df[number]) if number is not None else 0.0

    def gram_frequencies(self, keys: NDArray[np.uint32]) -> Floats:
        """Return the number of entries with each n-gram."""
        places, known = self._places(keys)
        frequencies = np.zeros(len(keys))
        frequencies[known] = self.gram_df[places[known]]
        return frequencies

    def known_grams(self, grams: Sequence[str]) -> Ints:
        """Return the numbers of the known n-grams, in order."""
        places, known = self._places(checksums(grams))
        return places[known]

    def _places(self, keys: NDArray[np.uint32]) -> tuple[Ints, NDArray[np.bool_]]:
        """Return the insertion point of each n-gram, and whether it is known."""
        places = self.gram_keys.searchsorted(keys)
        if not len(self.gram_keys):
            return places, np.zeros(len(keys), bool)
        return places, self.gram_keys.take(places, mode="clip") == keys

    @property
    def size(self) -> int:
        """Size of arrays, tables and precomputed words in bytes; a table's entry counts with its key and number."""
        tables = (self.form_ids, self.stem_ids, self.accented)
        held = sum(sys.getsizeof(table) + sum(map(sys.getsizeof, table)) + 28 * len(table) for table in tables)
        held += sum(word.size for word in self._prepared.values())
        return held + self.gram_keys.nbytes + self.form_grams.size + self.gram_forms.size + self.stem_forms.size

    def stem_of(self, word: str) -> int | None:
        """Return the number of the stem of a word in any form; None if no phrasing has it."""
        form = self.form_ids.get(fold(word))
        if form is not None:
            return int(self.form_stem[form])
        for lang in self.langs_of(word):
            number = self.stem_ids.get(stems.stem(word, lang))
            if number is not None:
                return number
        return None

    def langs_of(self, word: str) -> list[str]:
        """Return the possible languages of a question's word."""
        return self._cyrillic_langs if is_cyrillic(word) else self._latin_langs

    def has(self, form: str) -> bool:
        """Return whether a folded form occurs in a phrasing or an answer."""
        return form in self.form_ids or (self._background is not None and self._background.has(form))

    def share(self, word: str) -> float:
        """Return the share of the form among the words of the phrasings, assuming at least 500 words.

        For an unknown form it is a tenth of its stem's share.
        """
        return self.occurrences(word) / max(self.token_count, _FEW)

    def occurrences(self, word: str) -> float:
        """Return how often the form occurs in the phrasings; 1/2 for one only in answers, likewise for its stem."""
        found = self._background.occurrences(word) if self._background else 0.0
        number = self.form_ids.get(fold(word))
        if number is not None:
            return found + max(float(self.form_count[number]), 0.5)
        stem = self.stem_of(word)
        if stem is None:
            return found
        return found + _ANY_FORM * max(float(self.form_count.take(self.stem_forms.row(stem)).sum()), 0.5)

    def share_of_language(self, word: str) -> float:
        """Return the share of the form among the words of its language; 0 for a very rare one."""
        table = Frequencies.load()
        return max([table.of(word, lang) for lang in self.langs_of(word)])

    def share_of_stem(self, word: str) -> float:
        """Estimate the share of a very rare form: a tenth of its stem's share."""
        return _ANY_FORM * max(Rarity.load().share(stems.stem(word, lang), lang) for lang in self.langs_of(word))

    def words(self, wanted: Iterable[tuple[str, str]]) -> list[Word]:
        """Compare words of a question with the vocabulary; results are cached for later questions.

        Each is given in its folded form and as written, because the stem of a Hungarian word may depend on its accents.
        """
        asked = list(wanted)
        found = {written: self._prepared.get(written) or self._remembered.get(written) for _, written in asked}
        missing = [(form, written) for form, written in asked if found[written] is None]
        if missing:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            new = self._newly_compared(missing)
            self._remembered.update(new)
            found.update(new)
        return [word for _, written in asked if (word := found[written]) is not None]

    def prepare(self) -> None:
        """Precompute the commonest words of the phrasings: most questions then have few new words.

        Cached results of other words, such as those that the index itself requested, are dropped.
        """
        most = min(_PREPARED, _PREPARED_CELLS // max(len(self.forms), 1))
        commonest = np.argsort(-self.form_count, kind="stable")[:most].tolist()
        forms = [self.forms[number] for number in commonest]
        self._prepared = self._newly_compared([(form, self.accented.get(form, form)) for form in forms])
        self._remembered.clear()

    def _newly_compared(self, wanted: Sequence[tuple[str, str]]) -> dict[str, Word]:
        """Return the comparison of each word with the forms, by the word as written."""
        at_once = max(_CELLS // max(len(self.forms), 1), 1)
        new: dict[str, Word] = {}
        for first in range(0, len(wanted), at_once):
            some = wanted[first : first + at_once]
            new.update((written, word) for (_, written), word in zip(some, self._compared(some), strict=True))
        return new

    def _compared(self, wanted: Sequence[tuple[str, str]]) -> list[Word]:
        """Compare words with all forms in a few passes: the table has a row per word and a column per form."""
        count, width = len(wanted), len(self.forms)
        found = [self._stem_and_kin(written) for _, written in wanted]
        asked = [self._grams_of(form) for form, _ in wanted]
        owners = np.arange(count).repeat([len(numbers) for numbers, _ in asked])
        numbers = np.concatenate([numbers for numbers, _ in asked])
        squares = self.gram_square.take(numbers)
        unknown = np.array([unknown for _, unknown in asked]) * self.unknown_gram_square
        square = np.bincount(owners, squares, minlength=count) + unknown
        forms, lengths = self.gram_forms.gather(numbers)
        lines = owners.repeat(lengths)
        cells = lines * width + forms
        shared = np.bincount(cells, squares.repeat(lengths), minlength=count * width)
        least = _FAINT * np.sqrt(square)
        for line, (form, _) in enumerate(wanted):
            if not form.isalpha() and any(map(str.isdigit, form)):
                least[line] = inf  # a number or an error code is right or wrong: nothing is similar to it
        resembling = shared.take(cells) * self.form_scale.take(forms) > least.take(lines)
        kin = np.concatenate([line * width + own for line, (_, own) in enumerate(found)])
        cells = np.sort(np.concatenate([cells[resembling], kin]))
        cells = cells[np.diff(cells, prepend=-1) != 0]  # np.unique would import masked arrays for this
        owners, near = np.divmod(cells, width)
        near, masses = near.astype(np.int32), shared.take(cells).astype(np.float32)
        cosine = masses * self.form_scale.take(near) * (square**-0.5).astype(np.float32).take(owners)
        cosine[cells.searchsorted(kin)] = 1.0
        close = (cosine > LIKE).nonzero()[0]
        standing, likeness = near.take(close), sharpen(cosine.take(close))
        bounds = np.arange(count + 1)
        ends, close_ends = owners.searchsorted(bounds).tolist(), owners.take(close).searchsorted(bounds).tolist()
        return [
            Word(
                form,
                self._weight(form, stem),
                float(square[line]),
                near[ends[line] : ends[line + 1]],
                masses[ends[line] : ends[line + 1]],
                standing[close_ends[line] : close_ends[line + 1]],
                likeness[close_ends[line] : close_ends[line + 1]],
                own,
                self._meaning(written, stem),
                self._rarity(written),
                self._novelty(form, written, own, likeness[close_ends[line] : close_ends[line + 1]]),
                marks(form),
            )
            for line, ((form, written), (stem, own)) in enumerate(zip(wanted, found, strict=True))
        ]

    def _novelty(self, form: str, written: str, kin: Ints, likeness: Floats) -> int:
        """Return `Word.novelty`; the word is like others if it shares most n-grams with one, or half the meaning."""
        if self.form_count.take(kin).any():
            return 0
        behind = self._background.words([(form, written)])[0].novelty if self._background else UNLIKE_ALL
        if behind < UNLIKE_ALL or float(np.max(likeness, initial=0.0)) >= _LIKE_OTHERS:
            return min(behind, LIKE_OTHERS)
        meaning = self._meaning(written, self.stem_of(written))
        known = self.stem_meaning[self.stem_known] if meaning.any() else _NO_MEANINGS
        return LIKE_OTHERS if float(np.max(known @ meaning, initial=0.0)) >= _LIKE_MEANING else UNLIKE_ALL

    def _stem_and_kin(self, written: str) -> tuple[int | None, Ints]:
        """Return the stem of a word, and the forms of that stem."""
        stem = self.stem_of(written)
        return stem, self.stem_forms.row(stem) if stem is not None else _NO_FORMS

    def _grams_of(self, form: str) -> tuple[Ints, int]:
        """Return the known n-grams of a word, and the number of unknown ones."""
        own = self.form_ids.get(form)
        if own is not None:
            return self.form_grams.row(own), 0
        asked = grams(form)
        numbers = self.known_grams(asked)
        return numbers, len(asked) - len(numbers)

    def _weight(self, form: str, stem: int | None) -> float:
        if stem is not None:
            return float(self.stem_weight[stem])
        behind = self._background.stem_of(form) if self._background else None
        if self._background and behind is not None:
            return float(self._background.stem_weight[behind])
        return self.rarest * _UNKNOWN

    def _meaning(self, written: str, stem: int | None) -> Floats:
        """Return a unit vector, or zeros for a word without meaning; the knowledge base need not contain the word."""
        found: Floats = self.stem_meaning[stem] if stem is not None else _NO_MEANING
        for lang in self.langs_of(written) if stem is None else ():
            if not found.any():
                found = Meanings.load().of([(stems.stem(written, lang), lang)])[0]
        return found

    def _rarity(self, written: str) -> float:
        """Return the rarity of the word in the possible language in which it is commonest."""
        return min([Rarity.load().of(stems.stem(written, lang), lang) for lang in self.langs_of(written)])


def _distinct(terms: Ints, owners: np.ndarray[tuple[int], np.dtype[np.int64]], width: int, entries: int) -> Floats:
    """Return the number of entries with each term."""
    pairs = np.sort(terms.astype(np.int64) * max(entries, 1) + owners)
    pairs = pairs[np.diff(pairs, prepend=-1) != 0]  # np.unique would import masked arrays for this
    return np.bincount(pairs // max(entries, 1), minlength=width).astype(np.float32)
