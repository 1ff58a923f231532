"""Measures a model, or the n-gram baseline, on held-out documents; one JSON object with every figure."""
from __future__ import annotations

import argparse
import json
import math
import random
from pathlib import Path

import torch

from corpus.documents import Document, read_documents
from corpus.packages import refuse_held_out
from evaluation.metrics import judge
from evaluation.neural import Neural
from evaluation.ngram import NGram
from evaluation.positions import Position, choose, write_cases
from export.convert import load_gguf
from tokenizer.tokenizer import Tokenizer
from trainer.checkpoint import load_model


def likelihood(scorer, tokenizer: Tokenizer, documents: list[Document], budget: int, context: int) -> dict:
    """
    Bits per byte and next-token accuracy of the first `budget` tokens of documents in random order, in pieces of
    `context` tokens behind an end token. The first token of a document counts as well, so that tokenizers compare.
    """
    nats = hits = tokens = size = 0
    chosen = list(documents)
    random.Random(7).shuffle(chosen)
    lengths = tokenizer.byte_lengths()
    for document in chosen:
        all_tokens = tokenizer.encode(document.text)
        for start in range(0, len(all_tokens), context - 1):
            piece = all_tokens[start:start + context - 1]
            one, right = scorer.score([tokenizer.end, *piece])
            nats, hits, tokens = nats + one, hits + right, tokens + len(piece)
            size += sum(lengths[token] for token in piece)
            if tokens >= budget:
                break
        if tokens >= budget:
            break
    return {'tokens': tokens, 'bitsPerByte': round(nats / math.log(2) / size, 4),
            'bytesPerToken': round(size / tokens, 3), 'nextTokenAccuracy': round(100 * hits / tokens, 2)}


def completions(neural: Neural, positions: list[Position]) -> dict:
    """Judged first lines by kind, order and context, and bits per byte of the true ones behind the same prompts."""
    figures = {}
    for order in ('suffixFirst', 'prefixFirst'):
        for others in (False, True):
            for kind in ('rest', 'block'):
                chosen = [one for one in positions if one.kind == kind]
                prompts = [neural.prompt(one, order == 'suffixFirst', others) for one in chosen]
                nats = sum(neural.truth_nats(prompt, one.truth) for prompt, one in zip(prompts, chosen))
                size = sum(len(one.truth.encode()) for one in chosen)
                figures[f'{kind} {order}{" others" if others else ""}'] = {
                    **judge([neural.complete(prompt) for prompt in prompts], [one.truth for one in chosen]),
                    'truthBitsPerByte': round(nats / math.log(2) / max(1, size), 4)}
    return figures


def baseline(documents: Path, tokenizer: Tokenizer, budget: int) -> NGram:
    """Counts up to `budget` tokens of training documents."""
    counted, sequences = 0, []
    training = list(read_documents(documents))
    refuse_held_out({document.package for document in training})
    random.Random(3).shuffle(training)
    for document in training:
        sequences.append([tokenizer.end, *tokenizer.encode(document.text), tokenizer.end])
        counted += len(sequences[-1])
        if counted >= budget:
            break
    return NGram(sequences, tokenizer.size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--model', type=Path, help='a GGUF file or the folder of a checkpoint')
    parser.add_argument('--ngram', type=Path, help='training documents: measure the baseline instead')
    parser.add_argument('--ngram-tokens', type=int, default=2_000_000)
    parser.add_argument('--tokenizer', type=Path, required=True)
    parser.add_argument('--docs', type=Path, required=True, help='held-out documents')
    parser.add_argument('--tokens', type=int, default=100_000, help='for bits per byte')
    parser.add_argument('--context', type=int, default=512, help='tokens of a piece for bits per byte')
    parser.add_argument('--positions', type=int, default=100, help='of each kind')
    parser.add_argument('--cases', type=Path, help='write these positions for `quire complete`, and stop')
    parser.add_argument('--others', action='store_true', help='put other files into the cases')
    parser.add_argument('--threads', type=int)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    documents = list(read_documents(args.docs))
    positions = choose(documents, args.positions)
    if args.cases:
        write_cases(positions, args.cases, args.others)
        print(f'{len(positions)} cases')
        return
    if (args.model is None) == (args.ngram is None):
        parser.error('give either --model or --ngram')
    tokenizer = Tokenizer(args.tokenizer)
    if args.ngram:
        scorer = baseline(args.ngram, tokenizer, args.ngram_tokens)
        answers = [tokenizer.decode(scorer.continue_(tokenizer.encode(one.prefix[-400:]), tokenizer.end))
                   for one in positions]
        figures = {
            kind: judge([a for a, one in zip(answers, positions) if one.kind == kind],
                        [one.truth for one in positions if one.kind == kind]) for kind in ('rest', 'block')}
    else:
        model = load_model(args.model) if args.model.is_dir() else load_gguf(args.model)
        scorer = Neural(model, tokenizer, 'cuda' if torch.cuda.is_available() else 'cpu')
        figures = completions(scorer, positions)
    code = [d for d in documents if d.kind in ('ts', 'tsx', 'js', 'jsx')]
    print(json.dumps({'plain': likelihood(scorer, tokenizer, code, args.tokens, args.context), **figures}, indent=1))


if __name__ == '__main__':
    from command import run
    run(main)
