"""Does the training's own operation compute what it should on this GPU, and how fast is a step? Under a minute."""
from __future__ import annotations

import argparse
import dataclasses
import time

import numpy as np
import torch

from model.llama import Llama
from model.presets import preset
from model.within import attend_within, plain, starts_of
from trainer.optimizer import Optimizer

END = 8


def rows_of(rows: int, context: int, mean: int) -> np.ndarray:
    """Random tokens in samples of `mean` tokens on average."""
    rng = np.random.default_rng(1)
    tokens = rng.integers(16, 16_000, (rows, context + 1)).astype(np.uint16)
    tokens[rng.random(tokens.shape) < 1 / mean] = END
    return tokens


def check_operation() -> None:
    """Relative distance of what comes out, and of the gradients, to the same in 32 bits sample after sample."""
    samples = starts_of(rows_of(2, 1024, 200)[:, :-1], END)
    samples = samples[0].cuda(), samples[1]
    inputs = [torch.randn(2, 8, 1024, 64, device='cuda', dtype=torch.bfloat16, requires_grad=True) for _ in range(3)]
    weights = torch.randn(2048, 8, 64, device='cuda')
    flat = lambda x: x.transpose(1, 2).reshape(2048, 8, 64)  # noqa: E731
    out = flat(attend_within(*inputs, *samples)).float()
    got = torch.autograd.grad((out * weights).sum(), inputs)
    wide = [x.detach().float().requires_grad_() for x in inputs]
    wanted = plain(*(flat(x) for x in wide), *samples)
    want = torch.autograd.grad((wanted * weights).sum(), wide)
    distance = lambda a, b: float((a.float() - b).norm() / b.norm())  # noqa: E731
    print('operation, relative distance:', [f'{distance(a, b):.1e}' for a, b in zip((out, *got), (wanted, *want))], flush=True)


def check_speed(name: str, context: int, rows: int, mean: int, steps: int) -> None:
    shape = dataclasses.replace(preset(name), context=context)
    model = Llama(shape)
    model.initialise(1)
    model.cuda()
    model.activations = torch.bfloat16
    torch.set_float32_matmul_precision('high')
    model.compile(dynamic=False)
    optimizer = Optimizer(model, 0.02, 3e-3, 0.05)
    tokens = rows_of(rows, context, mean)
    starts, numbers = starts_of(tokens[:, :-1], END)
    batch = torch.from_numpy(tokens.astype(np.int64)).cuda()
    inputs = batch[:, :-1].contiguous(), batch[:, 1:].contiguous(), torch.ones(rows, context, device='cuda')
    starts = starts.cuda()
    began = time.monotonic()
    for step in range(steps):
        if step == steps // 3:
            torch.cuda.synchronize()
            first, marked = time.monotonic() - began, time.monotonic()
        with torch.autocast('cuda', dtype=torch.bfloat16):
            loss = model(*inputs, starts, numbers) / inputs[0].numel()
        loss.backward()
        optimizer.step(1.0)
        optimizer.zero_grad()
    torch.cuda.synchronize()
    seconds = (time.monotonic() - marked) / (steps - steps // 3)
    speed = rows * context / seconds
    print(f'{name}, {rows} rows of {context}: {speed / 1e6:.2f}M tokens/s, {1000 * seconds:.1f} ms a step, first steps {first:.1f} s, '
          f'{speed * 6 * shape.parameters / 1e12:.0f} TFLOP/s without attention, '
          f'{torch.cuda.max_memory_allocated() / 1e9:.1f} GB, loss {float(loss.detach()):.3f}', flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--preset', default='31M')
    parser.add_argument('--context', type=int, default=4096)
    parser.add_argument('--rows', type=int, default=24)
    parser.add_argument('--mean', type=int, default=360, help='tokens of a sample')
    parser.add_argument('--steps', type=int, default=24)
    args = parser.parse_args()
    print(torch.__version__, torch.cuda.get_device_name(), flush=True)
    check_operation()
    check_speed(args.preset, args.context, args.rows, args.mean, args.steps)


if __name__ == '__main__':
    from command import run
    run(main)
