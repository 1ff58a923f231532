"""
One process, or several under torchrun: replicas (ddp), replicas with a split optimiser (zero1), or everything split
(fsdp, from PyTorch 2.6 on; older ones, and Python 3.11 with PyTorch 1.13, have none that works).
"""
from __future__ import annotations

import contextlib
import os

import torch
import torch.distributed as dist

from trainer.optimizer import local

MODES = ('single', 'ddp', 'zero1', 'fsdp')


class World:
    def __init__(self, mode: str):
        """Joins the other processes. Raises ValueError for an unknown mode, or one that does not fit the launch."""
        if mode not in MODES:
            raise ValueError(f'there is no mode {mode}: choose {", ".join(MODES)}')
        launched = 'RANK' in os.environ
        if mode != 'single' and not launched:
            raise ValueError(f'{mode} needs torchrun')
        if mode == 'single' and int(os.environ.get('WORLD_SIZE', 1)) > 1:
            raise ValueError('several processes were launched: choose ddp, zero1 or fsdp')
        self.mode = mode
        self.rank, self.size = 0, 1
        cuda = torch.cuda.is_available()
        self.device = torch.device('cuda', int(os.environ.get('LOCAL_RANK', 0))) if cuda else torch.device('cpu')
        if cuda:
            torch.cuda.set_device(self.device)
        if mode != 'single':
            dist.init_process_group('nccl' if cuda else 'gloo')
            self.rank, self.size = dist.get_rank(), dist.get_world_size()

    def wrap(self, model: torch.nn.Module) -> torch.nn.Module:
        """The model as it is called; its own parameters stay where the optimiser finds them."""
        if self.mode in ('ddp', 'zero1'):
            # DistributedDataParallel sends the weights of the first process to the others.
            return torch.nn.parallel.DistributedDataParallel(model)
        if self.mode == 'fsdp':
            try:
                from torch.distributed.device_mesh import init_device_mesh
                from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard
            except (ImportError, ValueError) as error:
                raise ValueError(f'this PyTorch has no fully_shard ({error}): choose zero1') from None
            policy = MixedPrecisionPolicy(
                param_dtype=torch.bfloat16 if self.device.type == 'cuda' else None, reduce_dtype=torch.float32)
            mesh = init_device_mesh(self.device.type, (self.size,))
            for part in [*model.blk, model]:
                fully_shard(part, mesh=mesh, mp_policy=policy)
        return model

    def accumulate(self, wrapped: torch.nn.Module, last: bool):
        """A context in which gradients are only summed up, until the last part of a batch."""
        if self.mode == 'fsdp':
            wrapped.set_requires_gradient_sync(last)
        elif self.mode != 'single' and not last:
            return wrapped.no_sync()
        return contextlib.nullcontext()

    def sum(self, value: torch.Tensor) -> torch.Tensor:
        """The sum over all processes, in place. Collective."""
        if self.mode != 'single':
            dist.all_reduce(value)
        return value

    def clip(self, parameters, most: float) -> torch.Tensor:
        """Scales gradients so that their norm over the whole model is `most` at the most. Returns what it was."""
        gradients = [local(p.grad) for p in parameters]
        square = torch.stack([g.float().square().sum() for g in gradients]).sum()
        if self.mode == 'fsdp':
            self.sum(square)
        norm = square.sqrt()
        factor = (most / (norm + 1e-6)).clamp(max=1.0)
        for gradient in gradients:
            gradient.mul_(factor)
        return norm

    def first_says(self, value: float) -> float:
        """The value of the first process. Collective."""
        if self.mode == 'single':
            return value
        tensor = torch.tensor([value], dtype=torch.float64, device=self.device)
        dist.broadcast(tensor, 0)
        return tensor.item()

    def close(self) -> None:
        if self.mode != 'single':
            dist.destroy_process_group()
