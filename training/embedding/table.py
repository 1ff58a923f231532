"""
Trains a static table: a vector for each stem, whose weighted sum is that of a text. It begins with the stems' vectors of a
sentence encoder, cut to their main directions and weighted by how rare a stem is, as model2vec does
(https://github.com/MinishLab/model2vec); then comments learn to be near what they stand above (InfoNCE with the others of
the batch, as in CodeSearchNet's baselines, arXiv 1909.09436).
"""
from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

DIMENSIONS = 256


class Pairs:
    """What `pairs.ts` wrote: rows of comment, name and code of each pair, and the package it is from."""

    def __init__(self, folder: Path):
        words = json.loads((folder / 'vocabulary.json').read_text())
        self.vocabulary: list[str] = [stem for stem, _ in words]
        self.forms: list[str] = [form for _, form in words]
        self.counts = np.fromfile(folder / 'counts.bin', np.float32)
        numbers = np.fromfile(folder / 'pairs.bin', np.int32)
        self.items, at = [], 0
        while at < len(numbers):
            source, comment, name, code = numbers[at:at + 4]
            ends = np.cumsum([at + 4, comment, name, code])
            self.items.append((int(source), *(numbers[a:b] for a, b in zip(ends, ends[1:]))))
            at = int(ends[-1])


def place_weights(length: int) -> np.ndarray:
    """What stands in front tells more of what a text is about. The same as in pieces.ts."""
    return 1 + PLACE * np.exp(-np.arange(length) / PLACE_LENGTH)


PLACE, PLACE_LENGTH = 1.0, 16.0


def bag(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each row once, with the root of its summed weights."""
    unique, inverse = np.unique(rows, return_inverse=True)
    return unique, np.sqrt(np.bincount(inverse, place_weights(len(rows)))).astype(np.float32)


def bags(texts: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    made = [bag(rows) for rows in texts]
    offsets = np.cumsum([0, *(len(rows) for rows, _ in made[:-1])])
    return (torch.from_numpy(np.concatenate([rows for rows, _ in made]).astype(np.int64)), torch.from_numpy(offsets),
            torch.from_numpy(np.concatenate([weights for _, weights in made])))


def vectors(table: torch.Tensor, texts: list[np.ndarray]) -> torch.Tensor:
    rows, offsets, weights = bags(texts)
    return F.normalize(F.embedding_bag(rows, table, offsets, mode='sum', per_sample_weights=weights), dim=-1)


def distilled(folder: Path, words: list[str], counts: np.ndarray, frequency: float) -> torch.Tensor:
    """
    The encoder's vectors of single words in their DIMENSIONS main directions, weighted by smooth inverse frequency (Arora
    et al., ICLR 2017); a bucket, which is of many words, has a random direction.
    """
    from embedding.bert import Bert
    found = Bert(folder).embed_texts(words, 256).numpy()
    found = found - found.mean(0)
    _, directions = np.linalg.eigh(np.cov(found.T))
    table = found @ directions[:, ::-1][:, :DIMENSIONS]
    width = table.shape[1]
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    buckets = np.random.default_rng(1).normal(size=(len(counts) - len(words), width)) / math.sqrt(width)
    share = counts / counts.max()
    return torch.from_numpy((np.concatenate([table, buckets]) * (frequency / (frequency + share))[:, None]).astype(np.float32))


@torch.no_grad()
def ndcg(table: torch.Tensor, pairs: list, pool: int = 1000) -> float:
    """nDCG@10 of the code of a comment among that of others, one right answer each: 1 / log2(1 + rank)."""
    total, count = 0.0, 0
    for at in range(0, len(pairs) - pool + 1, pool):
        some = pairs[at:at + pool]
        likeness = vectors(table, [one[1] for one in some]) @ vectors(table, [one[3] for one in some]).T
        ranks = (likeness > likeness.diagonal()[:, None]).sum(1) + 1
        total += torch.where(ranks <= 10, 1 / torch.log2(1 + ranks.float()), 0.0).sum().item()
        count += pool
    return total / count


def quantized(table: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Rows as int8 with a scale each."""
    scales = table.abs().amax(1).clamp(min=1e-8) / 127
    return torch.round(table / scales[:, None]).to(torch.int8).numpy(), scales.numpy().astype(np.float32)


def write(path: Path, pairs: Pairs, table: torch.Tensor, note: dict) -> None:
    """
    One line of JSON, padded with blanks to a multiple of four bytes with its line end; a scale (float32) for each row; the
    rows (int8).
    """
    rows, scales = quantized(table)
    head = json.dumps({**note, 'dimensions': table.shape[1], 'buckets': len(table) - len(pairs.vocabulary),
                       'words': ' '.join(pairs.vocabulary)}, ensure_ascii=False).encode()
    path.write_bytes(head + b' ' * (-(len(head) + 1) % 4) + b'\n' + scales.tobytes() + rows.tobytes())


def batches(items: list, size: int, random: np.random.Generator, together: int = 64) -> list[list]:
    """
    Every pair once, but for a rest; in runs of `together` of one package: in use, too, what is asked for stands among others of
    its project.
    """
    packages: dict[int, list] = {}
    for i in random.permutation(len(items)):
        packages.setdefault(items[i][0], []).append(items[i])
    runs = [own[at:at + together] for own in packages.values() for at in range(0, len(own), together)]
    order = [one for i in random.permutation(len(runs)) for one in runs[i]]
    return [order[at:at + size] for at in range(0, len(order) - size + 1, size)]


def without(rows: np.ndarray, names: np.ndarray) -> np.ndarray:
    return rows[~np.isin(rows, names)]


def train(args: argparse.Namespace) -> None:
    torch.manual_seed(args.seed)
    random = np.random.default_rng(args.seed)
    pairs = Pairs(args.pairs)
    held = {int(x) for x in random.permutation(max(one[0] for one in pairs.items) + 1)[::20]}
    aside = sorted((pairs.items[i] for i in random.permutation(len(pairs.items)) if pairs.items[i][0] in held), key=lambda one: one[0])
    aside = aside[:len(aside) // 1000 * 1000]
    items = [one for one in pairs.items if one[0] not in held]
    if args.encoder:
        table = distilled(args.encoder, pairs.forms, pairs.counts, args.frequency)
    else:
        table = torch.randn(len(pairs.counts), DIMENSIONS) / math.sqrt(DIMENSIONS)
    print(f'{len(items)} pairs, {len(aside)} aside; before training nDCG@10 {ndcg(table, aside):.3f}', flush=True)
    table.requires_grad_()
    log_scale = torch.tensor(math.log(20.0), requires_grad=True)
    optimizer = torch.optim.Adam([{'params': [table], 'lr': args.rate}, {'params': [log_scale], 'lr': 1e-3}], betas=(0.9, 0.99))
    steps = args.epochs * (len(items) // args.batch)
    begun, step = time.time(), 0
    for epoch in range(args.epochs):
        for some in batches(items, args.batch, random, args.together):
            for group in optimizer.param_groups:
                group['lr'] = (args.rate if group['params'][0] is table else 1e-3) * min(1, (step + 1) / 50, 1.02 - step / steps)
            # Now and then the name is left out, so that a body is found by what it does.
            code = [without(one[3], one[2]) if random.random() < args.nameless else one[3] for one in some]
            code = [rows if len(rows) else one[3] for rows, one in zip(code, some)]
            likeness = log_scale.exp() * vectors(table, [one[1] for one in some]) @ vectors(table, code).T
            truth = torch.arange(len(some))
            loss = (F.cross_entropy(likeness, truth) + F.cross_entropy(likeness.T, truth)) / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
        print(f'epoch {epoch + 1}: loss {loss.item():.3f}, scale {log_scale.exp().item():.1f}, nDCG@10 {ndcg(table, aside):.3f}, '
              f'{time.time() - begun:.0f} s', flush=True)
        write(args.out, pairs, table.detach(), {'name': args.name})
        if time.time() - begun > args.seconds:
            break
    print(f'{args.out}: {args.out.stat().st_size / 1e6:.2f} MB')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--pairs', type=Path, required=True, help='folder that pairs.ts wrote')
    parser.add_argument('--encoder', type=Path, help='folder of the sentence encoder; absent: a random beginning')
    parser.add_argument('--frequency', type=float, default=0.01, help='the share of texts at which a stem weighs half')
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--name', default='static-code-1')
    parser.add_argument('--batch', type=int, default=1024)
    parser.add_argument('--epochs', type=int, default=3)
    parser.add_argument('--rate', type=float, default=2e-3)
    parser.add_argument('--nameless', type=float, default=0.3)
    parser.add_argument('--together', type=int, default=64, help='pairs of one package in a run')
    parser.add_argument('--seconds', type=float, default=math.inf, help='no epoch begins after so long')
    parser.add_argument('--seed', type=int, default=1)
    train(parser.parse_args())


if __name__ == '__main__':
    from command import run
    run(main)
