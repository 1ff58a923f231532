"""Compares next-token logits of a GGUF file in PyTorch and in libllama, on pieces of documents."""
from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np
import torch

from corpus.documents import read_documents
from engine.library import logits_of
from export.convert import load_gguf
from tokenizer.tokenizer import Tokenizer


def compare(model_path: Path, tokens: list[list[int]]) -> tuple[float, int]:
    """(relative distance |a - b| / |a| over all logits, lists whose likeliest token is the same)."""
    model = load_gguf(model_path).eval()
    with torch.no_grad():
        ours = np.stack([model.logits(torch.tensor([one]))[0, -1].numpy() for one in tokens])
    theirs = logits_of(model_path, tokens)
    distance = float(np.linalg.norm(ours - theirs) / np.linalg.norm(ours))
    return distance, int((ours.argmax(1) == theirs.argmax(1)).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--model', type=Path, required=True)
    parser.add_argument('--tokenizer', type=Path, required=True)
    parser.add_argument('--docs', type=Path, required=True)
    parser.add_argument('--count', type=int, default=24)
    args = parser.parse_args()
    tokenizer, rng = Tokenizer(args.tokenizer), random.Random(2)
    texts = [document.text for document in read_documents(args.docs)]
    tokens = [tokenizer.encode(rng.choice(texts))[:rng.randint(2, 400)] for _ in range(args.count)]
    distance, same = compare(args.model, tokens)
    print(f'{args.model.name}: relative distance {distance:.2e}, the same likeliest token {same} of {len(tokens)} times')


if __name__ == '__main__':
    from command import run
    run(main)
