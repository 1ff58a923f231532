"""
Writes shards: rows of context + 1 tokens of 16 bits, `epoch-000-part-000.npy` and so on. Every epoch cuts the documents
anew. A shard depends on the seed, its epoch and its part alone, so that any number of workers writes the same ones.
"""
from __future__ import annotations

import argparse
import dataclasses
import json
import multiprocessing
import os
import random
import time
from pathlib import Path

import numpy as np

from corpus.documents import Document, read_documents
from corpus.packages import refuse_held_out
from packing.neighbours import Package
from packing.rows import pack
from packing.samples import Mix, Sampler
from tokenizer.tokenizer import Tokenizer

SECONDARY = {'json': 0.5, 'css': 0.5, 'html': 0.5, 'md': 0.5, 'dts': 0.5}
"""Kinds of which an epoch shows a share only: TypeScript and JavaScript come first."""


def shares_of(text: str) -> dict[str, float]:
    """`ts=0.2,js=0.05` as {kind: share}. Raises ValueError for what is no share."""
    shares = {}
    for part in filter(None, text.split(',')):
        kind, _, share = part.partition('=')
        shares[kind] = float(share)
        if not 0 <= shares[kind] <= 1:
            raise ValueError(f'{part}: a share is a number from 0 to 1')
    return shares


_state: dict = {}


def shard_name(epoch: int, part: int) -> str:
    return f'epoch-{epoch:03d}-part-{part:03d}.npy'


def by_package(documents: list[Document]) -> list[list[Document]]:
    groups: dict[str, list[Document]] = {}
    for document in documents:
        groups.setdefault(document.package, []).append(document)
    return [groups[name] for name in sorted(groups)]


TOGETHER = 4
"""Documents of a package that go into one part. With 60 a part held some hundred packages, and a model learnt those by heart
(loss 2.6 in the part, 3.1 outside) instead of the language."""

Piece = tuple[list[Document], list[Document]]
"""Documents, and all of their package, which may stand before them."""


def parts_of(groups: list[list[Document]], parts: int, rng: random.Random) -> list[list[Piece]]:
    """Pieces of packages dealt out, in random order, to the part that has least."""
    pieces = [(group[i:i + TOGETHER], group) for group in groups for i in range(0, len(group), TOGETHER)]
    rng.shuffle(pieces)
    dealt: list[list[Piece]] = [[] for _ in range(parts)]
    sizes = [0] * parts
    for piece in pieces:
        least = sizes.index(min(sizes))
        dealt[least].append(piece)
        sizes[least] += sum(len(document.text) for document in piece[0])
    return dealt


def make_shard(groups, tokenizer: Tokenizer, context: int, parts: int, seed: int, epoch: int, part: int,
               mix: Mix = Mix(), shares: dict[str, float] = SECONDARY) -> np.ndarray:
    """Rows of one shard, (rows, context + 1)."""
    pieces = parts_of(groups, parts, random.Random(f'{seed} {epoch}'))[part]
    rng = random.Random(f'{seed} {epoch} {part}')
    sampler = Sampler(tokenizer, context + 1, mix)
    sequences = []
    for documents, package in pieces:
        kept = [d for d in documents if rng.random() < shares.get(d.kind, 1.0)]
        if kept:
            sequences.extend(sampler.samples(Package(kept, package), rng))
    return pack(sequences, context + 1, tokenizer.pad, rng)


def _work(task: tuple[int, int]) -> tuple[str, int, float]:
    groups, tokenizer, args = _state['groups'], _state['tokenizer'], _state['args']
    rows = make_shard(groups, tokenizer, args.context, args.parts, args.seed, *task, args.mix, args.shares)
    path = args.out / shard_name(*task)
    unfinished = path.with_suffix('.tmp')
    with open(unfinished, 'wb') as file:
        np.save(file, rows)
    os.replace(unfinished, path)
    return path.name, len(rows), float((rows == tokenizer.pad).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--docs', type=Path, required=True, nargs='+')
    parser.add_argument('--tokenizer', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--context', type=int, default=2048)
    parser.add_argument('--epochs', type=int, default=1)
    parser.add_argument('--parts', type=int, default=16, help='shards of an epoch')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--workers', type=int, default=1)
    parser.add_argument('--validation', action='store_true', help='held-out documents are meant, for measuring')
    parser.add_argument('--fim', type=float, default=Mix.fim, help='share of the documents that are rearranged')
    parser.add_argument('--suffix-first', type=float, default=Mix.suffix_first, help='of these')
    parser.add_argument('--others', type=float, default=Mix.others, help='share of the samples with other files')
    parser.add_argument('--long', type=float, help='share of the windows that are longer than 160 tokens')
    parser.add_argument('--shares', type=shares_of, default={}, help='of kinds, as ts=0.2,js=0.05')
    args = parser.parse_args()
    args.shares = {**SECONDARY, **args.shares}
    args.mix = Mix(args.fim, args.suffix_first, args.others)
    if args.long is not None:
        args.mix = dataclasses.replace(args.mix, windows=tuple(
            (share, *sizes) for share, (_, *sizes) in zip((1 - args.long, args.long / 2, args.long / 2), Mix.windows)))
    documents = [document for path in args.docs for document in read_documents(path)]
    if not args.validation:
        refuse_held_out({document.package for document in documents})
    tokenizer = Tokenizer(args.tokenizer)
    args.out.mkdir(parents=True, exist_ok=True)
    _state.update(groups=by_package(documents), tokenizer=tokenizer, args=args)
    (args.out / 'shards.json').write_text(json.dumps({
        'context': args.context, 'vocabulary': tokenizer.size, 'epochs': args.epochs, 'parts': args.parts,
        'seed': args.seed, 'mix': dataclasses.asdict(args.mix),
        'shares': args.shares, 'pad': tokenizer.pad, 'middle': tokenizer.middle, 'end': tokenizer.end}))
    tasks = [(epoch, part) for epoch in range(args.epochs) for part in range(args.parts)
             if not (args.out / shard_name(epoch, part)).exists()]
    began = time.time()
    rows = 0
    # Workers are forked, and so share the documents.
    with multiprocessing.get_context('fork').Pool(args.workers) as pool:
        for name, count, padding in pool.imap(_work, tasks):
            rows += count
            print(f'{name}: {count} rows, {padding:.1%} padding', flush=True)
    print(f'{rows * args.context / 1e6:.2f}M tokens in {time.time() - began:.1f} s')


if __name__ == '__main__':
    from command import run
    run(main)
