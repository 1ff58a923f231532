"""Rows of the shards in their order, and how much each token of them counts in the loss."""
from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import torch

from packing.build import shard_name


class Rows:
    """
    Reads rows one after the other. Where packing still runs, waits for the next shard; behind the last one begins anew.
    The cursor (shard, row) is all that a resumed run needs.
    """

    def __init__(self, folder: Path, patience: float = 0):
        """patience: seconds to wait for a shard. Raises ValueError where `folder` holds no shards."""
        index = Path(folder) / 'shards.json'
        if not index.is_file():
            raise ValueError(f'there are no shards in {folder}: run packing.build first')
        self.about = json.loads(index.read_text())
        self.context: int = self.about['context']
        self.shards = self.about['epochs'] * self.about['parts']
        self.cursor = [0, 0]
        self._folder = Path(folder)
        self._patience = patience
        self._open: tuple[int, np.ndarray] | None = None

    def _shard(self, index: int) -> np.ndarray:
        if self._open is None or self._open[0] != index:
            path = self._folder / shard_name(*divmod(index, self.about['parts']))
            until = time.monotonic() + self._patience
            while not path.exists():
                if time.monotonic() > until:
                    raise ValueError(f'the shard {path} is missing')
                time.sleep(0.2)
            self._open = index, np.load(path, mmap_mode='r')
        return self._open[1]

    def take(self, count: int) -> np.ndarray:
        """The next `count` rows, uint16 of shape (count, context + 1)."""
        parts, missing = [], count
        while missing:
            shard, row = self.cursor
            rows = self._shard(shard)
            part = rows[row:row + missing]
            parts.append(part)
            missing -= len(part)
            end = row + len(part) >= len(rows)
            self.cursor = [(shard + 1) % self.shards, 0] if end else [shard, row + len(part)]
        return np.concatenate(parts)


def to_batch(rows: np.ndarray, about: dict, middle_weight: float,
             device: torch.device | str = 'cpu') -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """
    Tokens, targets (int64) and weights (float32), each (rows, context), on `device`. A target that is padding counts
    nothing, one of a middle or its end token `middle_weight`, any other 1.
    """
    narrow = torch.from_numpy(rows.astype(np.int32))
    if torch.device(device).type == 'cuda':
        # From pinned memory the copy does not wait for what the device still computes.
        narrow = narrow.pin_memory().to(device, non_blocking=True)
    all_tokens = narrow.long()
    tokens, targets = all_tokens[:, :-1].contiguous(), all_tokens[:, 1:].contiguous()
    places = torch.arange(tokens.shape[1], device=tokens.device).expand_as(tokens)
    last = lambda token: torch.where(tokens == token, places, torch.full_like(places, -1)).cummax(1).values  # noqa: E731
    inside = last(about['middle']) > last(about['end'])
    counted = (targets != about['pad']) & (tokens != about['pad'])
    weights = (1.0 + (middle_weight - 1.0) * inside) * counted
    return tokens, targets, weights.float()


def count_tokens(rows: np.ndarray, pad: int) -> int:
    """Targets that are not padding."""
    return int(((rows[:, 1:] != pad) & (rows[:, :-1] != pad)).sum())
