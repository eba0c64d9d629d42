"""Injected platform faults: planned for the next call of a method, or random with a fixed seed.

The kinds, what the client sees, and whether the message was delivered:

====================  ==============================================================  =========
kind                  what the client sees                                            delivered
====================  ==============================================================  =========
``rate_limited``      Telegram 429 with ``retry_after`` of `seconds`, VK error 6      no
``error``             Telegram error `code` and `description`, VK error `code`        no
``server_error``      HTTP 500 in the platform's own shape                            no
``bad_gateway_html``  HTTP 502 with an HTML page                                      no
``dropped``           the connection is reset before anything is done                 no
``invalid_token``     Telegram 401, VK error 5                                        no
``hang``              nothing for `seconds`, then the call goes on if still wanted    later
``lost_answer``       nothing for `seconds`, then the connection is cut               **yes**
``half_json``         an answer that stops in the middle                              **yes**
====================  ==============================================================  =========

Calls are named as the platform names them (``sendMessage``, ``messages.send``); ``a_check`` is VK's long poll,
``webhook`` and ``callback`` are the deliveries to the bot, where only ``lost_answer`` has a meaning: the platform
does not see the bot's answer and repeats the event.
"""

import random
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "rate_limited",
    "error",
    "server_error",
    "bad_gateway_html",
    "dropped",
    "invalid_token",
    "hang",
    "lost_answer",
    "half_json",
]
DELIVERED: frozenset[Kind] = frozenset({"lost_answer", "half_json"})
_KINDS: frozenset[str] = frozenset(get_args(Kind))


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one call."""

    kind: Kind
    code: int = 0
    description: str = ""
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise ValueError(f"unknown kind of fault: {self.kind}")
        if self.kind == "error" and not self.code:
            raise ValueError("an error needs its code")

    @classmethod
    def error(cls, code: int, description: str = "") -> "Fault":
        """A refusal with this code (Telegram: 400, 403, ...; VK: 9, 901, ...)."""
        return cls("error", code, description)


@dataclass(frozen=True, slots=True)
class _Chance:
    odds: tuple[tuple[Fault, float], ...]
    methods: frozenset[str] | None
    dice: random.Random


class Faults:
    """Picks the fault of each call. Planned faults come first, in the order of planning."""

    def __init__(self) -> None:
        self.injected: Counter[Kind] = Counter()
        self.lost: list[tuple[int, int]] = []
        """(person, message) of every message that was delivered although the client never read a good answer."""
        self._planned: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._chance: _Chance | None = None

    def next(self, method: str, fault: Fault, times: int = 1) -> None:
        """Plan the fault for the next `times` calls of `method`."""
        self._planned[method].extend([fault] * times)

    def chance(self, odds: Mapping[Kind | Fault, float], seed: int, methods: Collection[str] | None = None) -> None:
        """Inject random faults with these probabilities into each call of `methods` (None: of any method).

        The same seed and the same sequence of calls give the same faults. Replaces an earlier chance.
        """
        listed = tuple((kind if isinstance(kind, Fault) else Fault(kind), share) for kind, share in odds.items())
        if any(share < 0 for _, share in listed) or sum(share for _, share in listed) > 1:
            raise ValueError("probabilities must be positive and add up to at most 1")
        dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._chance = _Chance(listed, None if methods is None else frozenset(methods), dice)

    def clear(self) -> None:
        """Drop all planned and random faults. The counters stay."""
        self._planned.clear()
        self._chance = None

    def pick(self, method: str) -> Fault | None:
        """Return and count the fault of this call; None if it succeeds."""
        planned = self._planned.get(method)
        fault = planned.popleft() if planned else self._roll(method)
        if fault is not None:
            self.injected[fault.kind] += 1
        return fault

    def _roll(self, method: str) -> Fault | None:
        chance = self._chance
        if chance is None or (chance.methods is not None and method not in chance.methods):
            return None
        point = chance.dice.random()
        for fault, share in chance.odds:
            if point < share:
                return fault
            point -= share
        return None
