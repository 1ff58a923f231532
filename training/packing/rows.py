"""Packs sequences into rows of one length, best fit first, so that little is padding."""
from __future__ import annotations

import bisect
import random

import numpy as np


def pack(sequences: list[list[int]], length: int, pad: int, rng: random.Random) -> np.ndarray:
    """
    Rows of `length` tokens, uint16, in random order; each sequence stands in one row, whole.
    Raises ValueError for a sequence that is longer.
    """
    room: list[int] = []
    rows: list[list[list[int]]] = []
    for sequence in sorted(sequences, key=len, reverse=True):
        if len(sequence) > length:
            raise ValueError(f'a sequence of {len(sequence)} tokens does not fit a row of {length}')
        at = bisect.bisect_left(room, len(sequence))
        if at < len(room):
            left, row = room.pop(at) - len(sequence), rows.pop(at)
        else:
            left, row = length - len(sequence), []
        row.append(sequence)
        at = bisect.bisect_left(room, left)
        room.insert(at, left)
        rows.insert(at, row)
    packed = np.full((len(rows), length), pad, np.uint16)
    for index, row in enumerate(rows):
        rng.shuffle(row)
        tokens = [token for sequence in row for token in sequence]
        packed[index, :len(tokens)] = tokens
    rng2 = np.random.default_rng(rng.randrange(1 << 32))
    return packed[rng2.permutation(len(packed))]
