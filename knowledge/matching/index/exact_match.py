"""Exact matches: questions that equal a phrasing word for word."""

from collections.abc import Sequence

from knowledge.matching.index.sparse_index import Index


def standing(index: Index, forms: Sequence[str]) -> list[int]:
    """Return the phrasings with exactly these folded forms in this order, ascending.

    Compares the phrasings that contain the rarest of the words, so the index needs no table for it.
    """
    numbers = [index.vocabulary.form_ids.get(form, -1) for form in forms]
    if not numbers or -1 in numbers:
        return []
    starts = index.postings.starts
    rarest = min(numbers, key=lambda number: int(starts[number + 1] - starts[number]))
    holding = index.postings.row(rarest)
    text = " ".join(forms)
    as_long = holding.compress(index.norm_lengths.take(holding) == len(text)).tolist()
    return [phrasing for phrasing in dict.fromkeys(as_long) if index.norms[phrasing] == text]
