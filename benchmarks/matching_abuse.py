"""Worst-case time of a question: hostile and broken messages to a large knowledge base.

    python benchmarks/matching_abuse.py [ENTRIES]     # writes benchmarks/results/matching-abuse.md

Times are processor time of the thread, for the first and for a repeated call: words are cached, so a repeated message
takes less. The guarantee is 200 ms for any message.
"""

import random
import sys
import time
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.matching_speed import knowledge
from knowledge.matching import Matcher
from knowledge.matching.text.normalised import LIMIT

PROMISE = 200.0
"""Milliseconds."""


def messages(phrasings: list[str]) -> dict[str, str]:
    """Return messages with descriptions; the last ones consist of known words, which need the most comparisons."""
    rng = random.Random(5)
    known = [word for text in phrasings[:3000] for word in text.split()]
    rng.shuffle(known)
    misspelt = [word[:2] + rng.choice("аеиоу") + word[3:] for word in known]
    letters = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
    sentences = [" ".join(known[at : at + 3]).capitalize() for at in range(0, 90, 3)]
    return {
        "64 KB of text": "где мой заказ и почему он не пришёл " * 1800,
        "one word of 64 KB": "а" * 65_536,
        "one varied word of 64 KB": "".join(rng.choices(letters, k=65_536)),
        "30 000 short words": " ".join(rng.choices(letters, k=30_000)),
        "10 000 emoji": "😀" * 10_000,
        "zalgo": "п\u0301\u0302\u0327\u0330ароль\u0336\u0489" * 1500,
        "lone surrogates": "\ud800\udfff" * 10_000,
        "characters that grow": "\ufdfa" * 20_000,
        "500 characters of random words": " ".join("".join(rng.choices(letters, k=6)) for _ in range(72))[:LIMIT],
        "500 characters of the knowledge": " ".join(known)[:LIMIT],
        "500 characters of it, misspelt": " ".join(misspelt)[:LIMIT],
        "500 characters of it, glued": "".join(known)[:LIMIT],
        "many short sentences of it": ". ".join(sentences)[:LIMIT],
        "the other keyboard layout": " ".join(known)[:LIMIT].translate(
            str.maketrans("йцукенгшщзхъфывапролджэячсмитьбю", "qwertyuiop[]asdfghjkl;'zxcvbnm,.")
        ),
    }


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    phrasings = knowledge(entries)
    matcher = Matcher.build(phrasings)
    asked = messages([phrasing.text for phrasing in phrasings])
    lines = [f"| message, {entries} entries | ms | again |", "|---|---|---|"]
    worst = 0.0
    with click.progressbar(asked.items(), label="Asking", file=sys.stderr) as shown:
        for name, text in shown:
            spent = []
            for _ in range(2):
                begun = time.thread_time()
                matcher.match(text)
                spent.append((time.thread_time() - begun) * 1000)
            worst = max(worst, *spent)
            lines.append(f"| {name} | {spent[0]:.1f} | {spent[1]:.1f} |")
    lines += ["", f"worst: {worst:.0f} ms, promised: {PROMISE:.0f} ms"]
    Path(__file__).with_name("results").joinpath("matching-abuse.md").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))
    sys.exit(worst > PROMISE)


if __name__ == "__main__":
    main()
