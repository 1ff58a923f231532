"""Trains a model on shards; see README.md. Writes log.jsonl and checkpoints into a folder, and resumes from there."""
from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import math
import signal
import threading
import time
from pathlib import Path

import numpy as np
import torch

from export.convert import load_gguf
from model.llama import Llama
from model.presets import preset
from model.within import starts_of
from trainer import checkpoint
from trainer.batches import Rows, count_tokens, to_batch
from trainer.optimizer import Optimizer, local, whole
from trainer.parallel import MODES, World
from trainer.schedule import rate


def load_weights(path: Path) -> Llama:
    return checkpoint.load_model(path) if path.is_dir() else load_gguf(path)


class Trainer:
    def __init__(self, args: argparse.Namespace, world: World):
        """Raises ValueError where the batch does not split evenly, or a checkpoint does not fit the shards."""
        self.args, self.world = args, world
        if args.batch_rows % (args.micro_rows * world.size):
            raise ValueError(f'{args.batch_rows} rows do not split into parts of {args.micro_rows} in each of '
                             f'{world.size} processes')
        self.rows = Rows(args.shards, args.patience)
        self.validation = Rows(args.validation) if args.validation else None
        begun = load_weights(args.begin_from) if args.begin_from else None
        if begun and begun.shape.vocabulary != self.rows.about['vocabulary']:
            raise ValueError(f'{args.begin_from} has {begun.shape.vocabulary} tokens, the shards '
                             f'{self.rows.about["vocabulary"]}')
        shape = begun.shape if begun else preset(args.preset, self.rows.about['vocabulary'])
        shape = dataclasses.replace(shape, context=self.rows.context)
        self.step, self.tokens, self.seconds = 0, 0, 0.0
        self.checkpoint = args.out / 'checkpoint'
        state = checkpoint.load(self.checkpoint) if args.resume else None
        if state and checkpoint.shape_of(state) != shape:
            raise ValueError('the checkpoint is of another shape than the preset and the shards')
        self.model = Llama(shape)
        if state:
            self.model.load_state_dict(state['weights'])
        elif begun:
            self.model.load_state_dict(begun.state_dict())
        else:
            self.model.initialise(args.seed)
        self.model.to(world.device)
        self.cuda = world.device.type == 'cuda'
        if self.cuda:
            self.model.activations = torch.bfloat16
            torch.set_float32_matmul_precision('high')
        self._compile()
        self.wrapped = world.wrap(self.model)
        self.optimizer = Optimizer(self.model, args.muon_lr, args.adam_lr, args.weight_decay, world.mode == 'zero1')
        if state:
            self.optimizer.load_state_dict({'steps': state['optimizerSteps'], 'tensors': state['optimizer']})
            self.step, self.tokens, self.seconds = state['step'], state['tokens'], state['seconds']
            self.rows.cursor = list(state['cursor'])
        if world.rank == 0:
            args.out.mkdir(parents=True, exist_ok=True)

    def _compile(self) -> None:
        if not self.cuda or self.args.no_compile or not hasattr(self.model, 'compile'):
            return
        # What FSDP gathers layer by layer is compiled layer by layer.
        for part in self.model.blk if self.world.mode == 'fsdp' else [self.model]:
            part.compile(dynamic=False)

    def _precision(self):
        if not self.cuda:
            return contextlib.nullcontext()
        return torch.autocast('cuda', dtype=torch.bfloat16)

    def train_step(self) -> tuple[torch.Tensor, torch.Tensor]:
        """One step over a whole batch. Returns the loss in nats, weighted, and the gradient's norm, both on the device."""
        args, world = self.args, self.world
        rows = self.rows.take(args.batch_rows)
        batch = to_batch(rows, self.rows.about, args.middle_weight, world.device)
        # Nothing here waits for the device: it computes while the next rows are read.
        total = batch[2].sum()
        mine = [tensor[world.rank::world.size] for tensor in batch]
        my_rows = rows[world.rank::world.size]
        starts = range(0, len(my_rows), args.micro_rows)
        self.optimizer.zero_grad()
        loss = torch.zeros((), device=world.device)
        for start in starts:
            with world.accumulate(self.wrapped, last=start == starts[-1]):
                part_of_rows = slice(start, start + args.micro_rows)
                with self._precision():
                    part = self.wrapped(*(tensor[part_of_rows] for tensor in mine), *self._samples(my_rows[part_of_rows]))
                # Gradients are averaged over processes; the loss is one over all of their tokens.
                (part * (world.size / total)).backward()
            loss += part.detach() / total
        world.sum(loss)
        norm = world.clip(self.optimizer.parameters.values(), args.clip)
        self.optimizer.step(rate(self.step, self._progress(), args.warmup, args.decay))
        self.step += 1
        self.tokens += count_tokens(rows, self.rows.about['pad'])
        return loss, norm

    def _samples(self, rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        starts, numbers = starts_of(rows[:, :-1], self.rows.about['end'])
        return (starts.pin_memory().to(self.world.device, non_blocking=True) if self.cuda else starts), numbers

    def _progress(self) -> float:
        done = self.step / self.args.steps
        if self.args.seconds:
            done = max(done, self.world.first_says(self.seconds + time.monotonic() - self.began) / self.args.seconds)
        return min(1.0, done)

    @torch.no_grad()
    def validate(self) -> dict:
        """Loss on the first held-out rows, nats a token: of everything, and of middles. Collective under FSDP."""
        about, size = self.validation.about, self.args.micro_rows
        self.validation.cursor = [0, 0]
        # Past the compiled call, which would be compiled anew without gradients.
        forward = self.wrapped if self.world.mode == 'fsdp' else self.model.forward
        sums = torch.zeros(2, dtype=torch.float64)
        counts = torch.zeros(2, dtype=torch.float64)
        for _ in range(max(1, self.args.validation_rows // size)):
            rows = self.validation.take(size)
            tokens, targets, weights = to_batch(rows, about, 2.0, self.world.device)
            samples = self._samples(rows)
            for index, mask in enumerate(((weights > 0).float(), (weights > 1).float())):
                with self._precision():
                    sums[index] += float(forward(tokens, targets, mask, *samples))
                counts[index] += float(mask.sum())
        every, middle = (sums / counts).tolist()
        return {'validation': every, 'validationMiddle': middle}

    def save(self) -> None:
        """Collective."""
        weights = {name: whole(local(tensor), tensor).cpu() for name, tensor in self.model.state_dict().items()}
        optimizer = self.optimizer.state_dict()
        if self.world.rank == 0:
            checkpoint.save(self.checkpoint, {
                **checkpoint.model_state(self.model.shape, weights), 'optimizer': optimizer['tensors'],
                'optimizerSteps': optimizer['steps'], 'step': self.step, 'tokens': self.tokens,
                'cursor': list(self.rows.cursor), 'seconds': self.seconds + time.monotonic() - self.began})

    def leave(self) -> None:
        """Weights of 16 bits in `slim`: enough to measure and export, and quickly written."""
        checkpoint.save(self.args.out / 'slim', checkpoint.model_state(self.model.shape, {
            name: (weight.bfloat16() if weight.dim() > 1 else weight).cpu()
            for name, weight in self.model.state_dict().items()}))

    def log(self, entry: dict) -> None:
        if self.world.rank == 0:
            with open(self.args.out / 'log.jsonl', 'a') as file:
                file.write(json.dumps(entry) + '\n')
            print(' '.join(f'{key} {value:.4g}' if isinstance(value, float) else f'{key} {value}'
                           for key, value in entry.items()), flush=True)

    def run(self) -> None:
        """Raises RuntimeError where the loss is no number any more."""
        args = self.args
        self.began = mark = time.monotonic()
        left = mark
        mark_tokens, losses = self.tokens, []
        last = min(args.steps, args.stop_after or args.steps)
        stopped = threading.Event()
        if self.world.mode == 'single' and threading.current_thread() is threading.main_thread():
            # The first request to end leaves time for a checkpoint.
            signal.signal(signal.SIGTERM, lambda *_: stopped.set())
        while self.step < last and self._progress() < 1 and not stopped.is_set():
            loss, norm = self.train_step()
            losses.append(loss)
            if self.step % args.log_every == 0 or self.step in (1, last):
                mean = torch.stack(losses).mean().item()
                if not math.isfinite(mean):
                    raise RuntimeError(f'the loss is {mean} at step {self.step}')
                now = time.monotonic()
                self.log({'step': self.step, 'tokens': self.tokens, 'loss': mean, 'norm': norm.item(),
                          'tokensPerSecond': round((self.tokens - mark_tokens) / (now - mark)),
                          'stepMs': round(1000 * (now - mark) / len(losses))})
                mark, mark_tokens, losses = now, self.tokens, []
            if self.validation and (self.step % args.validate_every == 0 or self.step == last):
                self.log({'step': self.step, **self.validate()})
                mark = time.monotonic()
            if not args.leave_every and self.step % args.checkpoint_every == 0:
                self.save()
                mark = time.monotonic()
            if args.leave_every and time.monotonic() - left > args.leave_every:
                self.leave()
                left = mark = time.monotonic()
        if args.leave_every:
            self.leave()
        if self.validation and self.step < last and not stopped.is_set():
            self.log({'step': self.step, **self.validate()})
        if not args.leave_every:
            self.save()
        self.log({'step': self.step, 'tokens': self.tokens, 'seconds': time.monotonic() - self.began})


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--shards', type=Path, required=True)
    parser.add_argument('--validation', type=Path, help='shards of held-out documents')
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--preset', default='50M')
    parser.add_argument('--begin-from', type=Path, help='weights to begin a new schedule with, instead of a preset: a '
                                                        'checkpoint or a GGUF file')
    parser.add_argument('--steps', type=int, required=True, help='of the whole schedule')
    parser.add_argument('--seconds', type=float, help='the schedule ends after this time, where that is sooner')
    parser.add_argument('--stop-after', type=int, help='stop at this step of the schedule, to be resumed')
    parser.add_argument('--batch-rows', type=int, default=256, help='of a step, over all processes')
    parser.add_argument('--micro-rows', type=int, default=32, help='that one process computes at a time')
    parser.add_argument('--muon-lr', type=float, default=0.02)
    parser.add_argument('--adam-lr', type=float, default=3e-3)
    parser.add_argument('--weight-decay', type=float, default=0.05)
    parser.add_argument('--warmup', type=int, default=100, help='steps')
    parser.add_argument('--decay', type=float, default=0.4, help='share of the run over which the rate falls')
    parser.add_argument('--clip', type=float, default=1.0)
    parser.add_argument('--middle-weight', type=float, default=4.0, help='weight of middles and their end tokens')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--parallel', choices=MODES, default='single')
    parser.add_argument('--resume', action='store_true', help="go on from the folder's checkpoint")
    parser.add_argument('--patience', type=float, default=0, help='seconds to wait for a shard that is being packed')
    parser.add_argument('--log-every', type=int, default=10)
    parser.add_argument('--validate-every', type=int, default=250)
    parser.add_argument('--validation-rows', type=int, default=64)
    parser.add_argument('--checkpoint-every', type=int, default=500)
    parser.add_argument('--leave-every', type=float, help='seconds after which weights of 16 bits are left in OUT/slim; no '
                                                          'other checkpoint is written')
    parser.add_argument('--no-compile', action='store_true')
    parser.add_argument('--threads', type=int, help="of the CPU; PyTorch's choice where not given")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse(argv)
    if args.threads:
        torch.set_num_threads(args.threads)
    world = World(args.parallel)
    try:
        Trainer(args, world).run()
    finally:
        world.close()


if __name__ == '__main__':
    from command import run
    run(main)
