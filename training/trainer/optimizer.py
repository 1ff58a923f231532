"""
Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon) for matrices, AdamW (arXiv 1711.05101) for the
embedding and the norms. Its state can be split over processes: by whole parameters (ZeRO-1, arXiv 1910.02054), or as
FSDP splits the weights themselves.
"""
from __future__ import annotations

import torch
import torch.distributed as dist


def orthogonalise(matrices: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """Newton-Schulz: each of (count, rows, columns) matrices with its singular values moved near 1."""
    x = matrices.bfloat16() if matrices.is_cuda else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    tall = x.shape[1] > x.shape[2]
    x = x.transpose(1, 2) if tall else x
    for _ in range(steps):
        a = x @ x.transpose(1, 2)
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
    return (x.transpose(1, 2) if tall else x).to(matrices.dtype)


def local(tensor: torch.Tensor) -> torch.Tensor:
    """The part of a tensor that lies in this process; all of it without FSDP."""
    return tensor.to_local() if hasattr(tensor, 'to_local') else tensor


def whole(part: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """All of a tensor that is split as `like` is. Collective under FSDP."""
    if not hasattr(like, 'to_local'):
        return part
    from torch.distributed.tensor import DTensor
    return DTensor.from_local(part, like.device_mesh, like.placements, run_check=False, shape=like.shape,
                              stride=like.stride()).full_tensor()


def part_of(full: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """The inverse of `whole`: FSDP splits the first axis as torch.chunk does."""
    if not hasattr(like, 'to_local'):
        return full
    chunks = torch.chunk(full, like.device_mesh.size(), 0)
    rank = like.device_mesh.get_local_rank()
    return chunks[rank] if rank < len(chunks) else full[:0]


class Optimizer:
    def __init__(self, model: torch.nn.Module, muon_rate: float, adam_rate: float, weight_decay: float,
                 split: bool = False):
        """split: ZeRO-1; each process keeps the state of its own parameters and sends the others what it made of them."""
        self.parameters = dict(model.named_parameters())
        self.step_count = 0
        self._rates = muon_rate, adam_rate
        self._decay = weight_decay
        self._split = split and dist.is_initialized()
        self._rank = dist.get_rank() if self._split else 0
        self._owners = self._share_out()
        self._state: dict[str, dict[str, torch.Tensor]] = {}
        for name, parameter in self.parameters.items():
            if self._owners[name] == self._rank:
                kinds = ('momentum',) if self._is_matrix(name) else ('mean', 'square')
                self._state[name] = {kind: torch.zeros_like(local(parameter)) for kind in kinds}

    def _is_matrix(self, name: str) -> bool:
        return self.parameters[name].dim() == 2 and name != 'token_embd.weight'

    def _share_out(self) -> dict[str, int]:
        if not self._split:
            return dict.fromkeys(self.parameters, 0)
        loads = [0] * dist.get_world_size()
        owners = {}
        for name, parameter in sorted(self.parameters.items(), key=lambda item: -item[1].numel()):
            owners[name] = loads.index(min(loads))
            loads[owners[name]] += parameter.numel()
        return owners

    @torch.no_grad()
    def step(self, factor: float) -> None:
        """One step with the gradients that are there; `factor` scales both learning rates. Collective where split."""
        self.step_count += 1
        muon, adam = (rate * factor for rate in self._rates)
        by_shape: dict[tuple, list[str]] = {}
        for name in self._state:
            if self._is_matrix(name):
                by_shape.setdefault(tuple(self.parameters[name].shape), []).append(name)
            else:
                self._adam(name, adam if name == 'token_embd.weight' else adam / 2)
        for names in by_shape.values():
            self._muon(names, muon)
        if self._split:
            for name, parameter in self.parameters.items():
                dist.broadcast(parameter.data, self._owners[name])

    def _muon(self, names: list[str], rate: float) -> None:
        inertia = min(0.95, 0.85 + 0.1 * self.step_count / 200)
        updates = []
        for name in names:
            parameter, momentum = self.parameters[name], self._state[name]['momentum']
            gradient = local(parameter.grad)
            momentum.lerp_(gradient, 1 - inertia)
            updates.append(whole(gradient.lerp(momentum, inertia), parameter))
        for name, update in zip(names, orthogonalise(torch.stack(updates))):
            parameter = self.parameters[name]
            scale = max(1.0, parameter.shape[0] / parameter.shape[1]) ** 0.5
            weights = local(parameter)
            weights.mul_(1 - rate * self._decay).add_(part_of(update, parameter), alpha=-rate * scale)

    def _adam(self, name: str, rate: float, beta1: float = 0.9, beta2: float = 0.95) -> None:
        parameter, state = self.parameters[name], self._state[name]
        gradient, weights = local(parameter.grad), local(parameter)
        state['mean'].lerp_(gradient, 1 - beta1)
        state['square'].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        deviation = (state['square'] / (1 - beta2 ** self.step_count)).sqrt_().add_(1e-10)
        if weights.dim() == 2:
            weights.mul_(1 - rate * self._decay)
        weights.addcdiv_(state['mean'], deviation, value=-rate / (1 - beta1 ** self.step_count))

    def zero_grad(self) -> None:
        for parameter in self.parameters.values():
            parameter.grad = None

    def state_dict(self) -> dict:
        """The whole state, on the CPU, the same in every process and for every way to split it. Collective."""
        tensors = {}
        for name, parameter in self.parameters.items():
            for kind in ('momentum',) if self._is_matrix(name) else ('mean', 'square'):
                mine = self._state[name][kind] if name in self._state else torch.empty_like(parameter)
                if self._split:
                    mine = mine.clone()
                    dist.broadcast(mine, self._owners[name])
                tensors[f'{kind} {name}'] = whole(mine, parameter).cpu()
        return {'steps': self.step_count, 'tensors': tensors}

    def load_state_dict(self, state: dict) -> None:
        """Raises ValueError where the state is of a model of other parameters."""
        self.step_count = state['steps']
        for name, mine in self._state.items():
            for kind, tensor in mine.items():
                key = f'{kind} {name}'
                if key not in state['tensors']:
                    raise ValueError(f'the checkpoint has no {key}')
                tensor.copy_(part_of(state['tensors'][key].to(tensor.device), self.parameters[name]))
