"""Names of agents in the text of a note: `@Maria Petrova`, or `@Maria` if only one agent is called so."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping


def names_of(agents: Iterable[tuple[int, str]]) -> dict[str, tuple[int, ...]]:
    """Return what agents can be called, in lower case: the full name, and the first one where it is unique.

    A full name that several agents have names all of them.
    """
    known: dict[str, tuple[int, ...]] = {}
    for agent_id, name in agents:
        if called := _plain(name):
            known[called] = (*known.get(called, ()), agent_id)
    firsts = Counter(name.split()[0] for name in known)
    return {name.split()[0]: named for name, named in known.items() if firsts[name.split()[0]] == 1} | known


def find_mentions(text: str, names: Mapping[str, tuple[int, ...]]) -> list[tuple[tuple[int, ...], int, int]]:
    """Return each mention as its agents, start and end; of names that begin alike the longest counts."""
    if not names or "@" not in text:
        return []
    longest_first = sorted(names, key=len, reverse=True)
    called = "|".join("({})".format(re.escape(name).replace(r"\ ", r"\s+")) for name in longest_first)
    pattern = re.compile(rf"(?<![\w.@/])@(?:{called})(?!\w)", re.IGNORECASE)
    # The group says which name it is: some letters match others (dotless i, long s) that `lower` leaves as they are.
    found = [(match.lastindex or 0, match) for match in pattern.finditer(text)]
    return [(names[longest_first[group - 1]], match.start(), match.end()) for group, match in found]


def _plain(name: str) -> str:
    return " ".join(name.split()).lower()
