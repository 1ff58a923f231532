"""A baseline that only counts: n-grams of tokens, interpolated as Witten and Bell (1991) do."""
from __future__ import annotations

import math
from typing import Iterable

ORDER = 5


class NGram:
    def __init__(self, sequences: Iterable[list[int]], vocabulary: int, order: int = ORDER):
        """Counts the sequences; memory grows by some hundred bytes a token."""
        self.order, self.vocabulary = order, vocabulary
        self.context = 1 << 30
        self._next: list[dict[tuple, dict[int, int]]] = [{} for _ in range(order)]
        self._total: list[dict[tuple, int]] = [{} for _ in range(order)]
        for tokens in sequences:
            for at, token in enumerate(tokens):
                for size in range(min(order - 1, at) + 1):
                    history = tuple(tokens[at - size:at])
                    followers = self._next[size].setdefault(history, {})
                    followers[token] = followers.get(token, 0) + 1
                    self._total[size][history] = self._total[size].get(history, 0) + 1

    def probability(self, history: list[int], token: int) -> float:
        p = 1 / self.vocabulary
        for size in range(min(self.order - 1, len(history)) + 1):
            key = tuple(history[len(history) - size:])
            followers = self._next[size].get(key)
            if followers is None:
                break
            kinds = len(followers)
            p = (followers.get(token, 0) + kinds * p) / (self._total[size][key] + kinds)
        return p

    def likeliest(self, history: list[int]) -> int:
        """The most frequent token behind the longest known history."""
        for size in range(min(self.order - 1, len(history)), -1, -1):
            followers = self._next[size].get(tuple(history[len(history) - size:]))
            if followers:
                return max(followers, key=followers.get)
        return 0

    def score(self, tokens: list[int]) -> tuple[float, int]:
        """As Neural.score."""
        nats, hits = 0.0, 0
        for at in range(1, len(tokens)):
            history = tokens[max(0, at - self.order + 1):at]
            nats -= math.log(self.probability(history, tokens[at]))
            hits += self.likeliest(history) == tokens[at]
        return nats, hits

    def continue_(self, history: list[int], end: int, count: int = 48) -> list[int]:
        """Greedy continuation, until `end`."""
        tokens: list[int] = []
        while len(tokens) < count:
            token = self.likeliest([*history, *tokens][-self.order + 1:])
            if token == end:
                break
            tokens.append(token)
        return tokens
