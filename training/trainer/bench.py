"""How fast presets train on this machine, on random tokens: what a run of so many seconds can see."""
from __future__ import annotations

import argparse
import contextlib
import time

import torch

from model.llama import Llama
from model.presets import preset
from trainer.optimizer import Optimizer


def flops_per_token(shape) -> float:
    """Of forward and backward: six for each weight, and attention over half of the context on average."""
    return 6 * shape.parameters + 6 * shape.layers * shape.width * shape.context


def bench(name: str, micro_rows: int, steps: int, compiled: bool) -> dict:
    """Forward, backward and optimiser on one micro-batch a step. Times are of the last two thirds of the steps."""
    cuda = torch.cuda.is_available()
    device = 'cuda' if cuda else 'cpu'
    shape = preset(name)
    model = Llama(shape)
    model.initialise(1)
    model.to(device)
    if cuda:
        model.activations = torch.bfloat16
        if compiled:
            # Anew for every shape; one graph for all of them would be slower.
            torch._dynamo.reset()
            model.compile(dynamic=False)
    optimizer = Optimizer(model, 0.02, 3e-3, 0.05)
    tokens = torch.randint(0, shape.vocabulary, (micro_rows, shape.context), device=device)
    weights = torch.ones(tokens.shape, device=device)
    began = marked = time.monotonic()
    skipped = max(1, steps // 3)
    for step in range(steps):
        with torch.autocast('cuda', dtype=torch.bfloat16) if cuda else contextlib.nullcontext():
            loss = model(tokens, tokens.roll(-1, 1), weights) / tokens.numel()
        loss.backward()
        optimizer.step(1.0)
        optimizer.zero_grad()
        if step + 1 == skipped:
            loss.item()
            first, marked = time.monotonic() - began, time.monotonic()
    loss.item()
    seconds = (time.monotonic() - marked) / (steps - skipped)
    speed = tokens.numel() / seconds
    return {'preset': name, 'parameters': shape.parameters, 'microRows': micro_rows, 'stepMs': round(1000 * seconds, 1),
            'tokensPerSecond': round(speed), 'tflops': round(speed * flops_per_token(shape) / 1e12, 2),
            'firstStepsSeconds': round(first, 1),
            'gigabytes': round(torch.cuda.max_memory_allocated() / 1e9, 1) if cuda else None}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--presets', default='50M')
    parser.add_argument('--micro-rows', default='32', help='some numbers, with commas')
    parser.add_argument('--steps', type=int, default=15)
    parser.add_argument('--no-compile', action='store_true')
    args = parser.parse_args()
    for name in args.presets.split(','):
        for rows in args.micro_rows.split(','):
            try:
                print(bench(name, int(rows), args.steps, not args.no_compile), flush=True)
            except RuntimeError as error:
                # Too little memory for so many rows says nothing about fewer.
                print({'preset': name, 'microRows': int(rows), 'error': str(error)[:120]}, flush=True)


if __name__ == '__main__':
    from command import run
    run(main)
