"""Questions that stand in the knowledge as they are, word for word."""

from collections.abc import Sequence

from knowledge.matching.index.sparse_index import Index


def standing(index: Index, forms: Sequence[str]) -> list[int]:
    """The phrasings that have just these folded forms, in this order; ascending.

    Costs one look at the phrasings that hold the rarest of the words, and the index has no table for it.
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
