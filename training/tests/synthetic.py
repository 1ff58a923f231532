"""Small shards with something to learn, for tests of the trainer."""
from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from packing.build import shard_name

PAD, MIDDLE, END = 6, 5, 8


def write_shards(folder: Path, rows: int = 96, context: int = 64, vocabulary: int = 256, parts: int = 3) -> Path:
    """Rows that count up from a random token in random steps, with a middle in each."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(3)
    for part in range(parts):
        start = rng.integers(16, vocabulary, (rows, 1))
        step = rng.integers(1, 4, (rows, 1))
        data = 16 + (start + step * np.arange(context + 1)) % (vocabulary - 16)
        data[:, 20], data[:, 30], data[:, -5:] = MIDDLE, END, PAD
        np.save(folder / shard_name(0, part), data.astype(np.uint16))
    (folder / 'shards.json').write_text(json.dumps({
        'context': context, 'vocabulary': vocabulary, 'epochs': 1, 'parts': parts, 'seed': 1, 'pad': PAD,
        'middle': MIDDLE, 'end': END}))
    return folder


def losses_of(out: Path) -> list[float]:
    """Losses of every step in a run's log."""
    lines = [json.loads(line) for line in (out / 'log.jsonl').read_text().splitlines()]
    return [line['loss'] for line in lines if 'loss' in line]
