"""
Attention inside the samples of a row: samples that were packed together do not see each other (Krell et al., arXiv
2107.02027). On a GPU by FlashAttention's kernel for sequences of different lengths (Dao, arXiv 2307.08691), as an operation
that torch.compile does not look into: the number of samples and the longest one change from batch to batch, and nothing is
compiled anew for them.
"""
from __future__ import annotations

import math

import numpy as np
import torch

LEAST_SAMPLE = 32
"""Tokens of a sample on average at the least; where there are more, the last ones of a batch see each other."""


def starts_of(tokens: np.ndarray, end: int) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Where samples begin in (rows, length) tokens laid end to end: at each row, and behind each `end`.
    Returns int32 of a size that depends on the shape alone, filled up with the number of tokens, and, on the CPU, how many
    samples there are and how long the longest is.
    """
    total = tokens.size
    flat = tokens.reshape(-1)
    begins = np.zeros(total, bool)
    begins[1:] = flat[:-1] == end
    begins[::tokens.shape[1]] = True
    room = total // LEAST_SAMPLE
    found = np.flatnonzero(begins)[:room]
    starts = np.full(room + 1, total, np.int32)
    starts[:len(found)] = found
    longest = int(np.diff(starts).max())
    return torch.from_numpy(starts), torch.tensor([len(found), longest], dtype=torch.int32)


def _each(starts: torch.Tensor, numbers: torch.Tensor) -> list[tuple[int, int]]:
    edges = starts[:int(numbers[0]) + 1].tolist()
    return list(zip(edges, edges[1:]))


def _shares(q: torch.Tensor, k: torch.Tensor) -> torch.Tensor:
    """How much each query looks at each key, of (heads, tokens, head)."""
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
    hidden = torch.ones(scores.shape[1:], dtype=torch.bool, device=q.device).triu(1)
    return scores.masked_fill(hidden, float('-inf')).softmax(-1)


def _one(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """Causal attention of one sample, all (tokens, heads, head)."""
    q, k, v = (x.transpose(0, 1) for x in (q, k, v))
    return (_shares(q, k) @ v).transpose(0, 1)


def _one_backward(grad: torch.Tensor, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> list[torch.Tensor]:
    """Gradients of q, k and v in `_one`: inside an operation PyTorch does not differentiate by itself."""
    grad, q, k, v = (x.transpose(0, 1) for x in (grad, q, k, v))
    shares = _shares(q, k)
    by_share = grad @ v.transpose(1, 2)
    by_score = shares * (by_share - (by_share * shares).sum(-1, keepdim=True)) / math.sqrt(q.shape[-1])
    return [x.transpose(0, 1) for x in (by_score @ k, by_score.transpose(1, 2) @ q, shares.transpose(1, 2) @ grad)]


def plain(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, starts: torch.Tensor, numbers: torch.Tensor) -> torch.Tensor:
    """Sample after sample: for PyTorch without the operation, and what it is held against."""
    return torch.cat([_one(q[a:b], k[a:b], v[a:b]) for a, b in _each(starts, numbers)])


if hasattr(torch.library, 'custom_op'):
    @torch.library.custom_op('quire::within', mutates_args=())
    def _forward(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, starts: torch.Tensor,
                 numbers: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        if not q.is_cuda:
            return plain(q, k, v, starts, numbers).contiguous(), q.new_empty(0, dtype=torch.float32)
        count, longest = numbers.tolist()
        some = starts[:count + 1]
        out, sums, *_ = torch.ops.aten._flash_attention_forward(
            q, k, v, some, some, longest, longest, 0.0, True, return_debug_mask=False)
        return out, sums

    @_forward.register_fake
    def _(q, k, v, starts, numbers):
        return torch.empty_like(q), q.new_empty((q.shape[1], q.shape[0]) if q.is_cuda else 0, dtype=torch.float32)

    @torch.library.custom_op('quire::within_backward', mutates_args=())
    def _backward(grad: torch.Tensor, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, out: torch.Tensor,
                  sums: torch.Tensor, starts: torch.Tensor,
                  numbers: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        if not q.is_cuda:
            parts = [_one_backward(*(x[a:b] for x in (grad, q, k, v))) for a, b in _each(starts, numbers)]
            return tuple(torch.cat(some).contiguous() for some in zip(*parts))
        count, longest = numbers.tolist()
        some = starts[:count + 1]
        # Nothing is dropped out, so that the state of the random numbers is never read.
        return torch.ops.aten._flash_attention_backward(
            grad.contiguous(), q, k, v, out, sums, some, some, longest, longest, 0.0, True,
            torch.zeros(2, dtype=torch.uint64, device=q.device), torch.empty(0, device=q.device))

    @_backward.register_fake
    def _(grad, q, k, v, out, sums, starts, numbers):
        return torch.empty_like(q), torch.empty_like(k), torch.empty_like(v)

    def _save(ctx, inputs, output):
        ctx.save_for_backward(*inputs[:3], *output, *inputs[3:])

    def _differentiate(ctx, grad, _):
        q, k, v, out, sums, starts, numbers = ctx.saved_tensors
        return (*_backward(grad, q, k, v, out, sums, starts, numbers), None, None)

    _forward.register_autograd(_differentiate, setup_context=_save)


def attend_within(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, starts: torch.Tensor,
                  numbers: torch.Tensor) -> torch.Tensor:
    """Causal attention of (batch, heads, length, head) inside the samples that `starts_of` found; same shape."""
    batch, heads, length, head = q.shape
    flat = [x.transpose(1, 2).reshape(batch * length, heads, head) for x in (q, k, v)]
    out = _forward(*flat, starts, numbers)[0] if hasattr(torch.library, 'custom_op') else plain(*flat, starts, numbers)
    return out.view(batch, length, heads, head).transpose(1, 2)
