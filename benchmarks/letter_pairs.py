"""Count letter pairs in words, for `knowledge/files/formats/encodings.py`.

    pip install wordfreq
    python -m benchmarks.letter_pairs

Writes `knowledge/files/formats/letter_pairs.json`: for each language its letters (a space is a word boundary) and a row
of costs for each of them. A cost is one character, `chr(48 + cost)`, where cost / 4 is the negative natural logarithm
of the probability that the letter of the column follows the letter of the row.
"""

import json
from math import log
from pathlib import Path

FILE = Path("knowledge/files/formats/letter_pairs.json")
LETTERS = {
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "hu": "abcdefghijklmnopqrstuvwxyzáéíóöőúüű",
    "de": "abcdefghijklmnopqrstuvwxyzäöüß",
    # Only those accents of English words that have the same codes in Windows-1250 and Windows-1252.
    "en": "abcdefghijklmnopqrstuvwxyzáâäçéëíîóôöúü",
}
STEPS = 4
_SHARP = (
    "groß große größe größer grüße gruß straße schließen schließt schließlich außer außerdem außen heißt heißen weiß "
    "maß maßnahmen gemäß regelmäßig mäßig fuß fußball spaß süß dreißig dreißigste stoßen stößt fließen genießen gießen "
    "ließ ließen verließ anschließend ausschließlich einschließlich äußern äußerst bloß großartig größte begrüßen"
    " scheiße"
)
"""The word list has ss for ß: these words are counted too, each with a frequency of one in ten thousand."""
_WORDS = 60_000
_SMOOTHING = 2e-5
"""Share of a row for a pair that does not occur."""


def main() -> None:
    tables = {language: {"letters": f" {letters}", "costs": _costs(language)} for language, letters in LETTERS.items()}
    FILE.write_text(json.dumps(tables, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _costs(language: str) -> list[str]:
    from wordfreq import top_n_list, word_frequency  # noqa: PLC0415 - only needed here

    letters = f" {LETTERS[language]}"
    counts = dict.fromkeys(((first, second) for first in letters for second in letters), 0.0)
    words = {word: word_frequency(word, language) for word in top_n_list(language, _WORDS)}
    if language == "de":
        words |= dict.fromkeys(_SHARP.split(), 1e-4)
    for word, frequency in words.items():
        if word.isalpha() and set(word) <= set(letters):
            weight = frequency**0.5  # a compromise between types and tokens
            for pair in zip(f" {word}", f"{word} ", strict=True):
                counts[pair] += weight
    rows = []
    for first in letters:
        total = sum(counts[first, second] for second in letters) or 1.0
        shares = [(counts[first, second] / total + _SMOOTHING) / (1 + _SMOOTHING * len(letters)) for second in letters]
        rows.append("".join(chr(48 + round(-log(share) * STEPS)) for share in shares))
    return rows


if __name__ == "__main__":
    main()
