"""
The llama architecture as libllama computes it (`LLM_ARCH_LLAMA`): RMSNorm (arXiv 1910.07467), rotary positions in
neighbouring pairs (arXiv 2104.09864), grouped-query attention (arXiv 2305.13245), SwiGLU (arXiv 2002.05202), and an
embedding that is the output matrix as well. No biases.
"""
from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from model.presets import Shape
from model.within import attend_within


def attend(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, causal: bool) -> torch.Tensor:
    """Attention of (batch, heads, queries, head) over as many heads of keys; queries are the last of the keys."""
    if hasattr(F, 'scaled_dot_product_attention'):
        if not causal or q.shape[2] == k.shape[2]:
            return F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        mask = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool, device=q.device).tril(k.shape[2] - q.shape[2])
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    if not causal:
        return (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).softmax(-1) @ v
    return torch.cat([_attend_block(q, k, v, start) for start in range(0, q.shape[2], BLOCK)], 2)


BLOCK = 256
"""Queries that are computed together where PyTorch has no kernel: none sees keys behind its block."""


def _attend_block(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, start: int) -> torch.Tensor:
    block = q[:, :, start:start + BLOCK] / math.sqrt(q.shape[-1])
    rows = block.shape[2]
    end = k.shape[2] - q.shape[2] + start + rows
    hidden = torch.ones(rows, rows, dtype=torch.bool, device=q.device).triu(1)
    scores = block @ k[:, :, :end].transpose(-1, -2)
    scores[..., end - rows:].masked_fill_(hidden, float('-inf'))
    return scores.softmax(-1) @ v[:, :, :end]


def rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Rotates the pairs (0, 1), (2, 3), ... of the last axis; cos and sin have shape (positions, head / 2)."""
    a, b = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2).type_as(x)


class Norm(nn.Module):
    def __init__(self, width: int, epsilon: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        wide = x.float()
        return (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.epsilon) * self.weight).type_as(x)


class Layer(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        width, keys = shape.width, shape.key_heads * shape.head
        self.heads, self.key_heads, self.head = shape.heads, shape.key_heads, shape.head
        self.attn_norm = Norm(width, shape.epsilon)
        self.attn_q = nn.Linear(width, width, bias=False)
        self.attn_k = nn.Linear(width, keys, bias=False)
        self.attn_v = nn.Linear(width, keys, bias=False)
        self.attn_output = nn.Linear(width, width, bias=False)
        self.ffn_norm = Norm(width, shape.epsilon)
        self.ffn_gate = nn.Linear(width, shape.feed_forward, bias=False)
        self.ffn_up = nn.Linear(width, shape.feed_forward, bias=False)
        self.ffn_down = nn.Linear(shape.feed_forward, width, bias=False)

    def forward(self, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor, cache: dict | None = None,
                samples: tuple[torch.Tensor, torch.Tensor] | None = None) -> torch.Tensor:
        batch, length, width = x.shape
        normed = self.attn_norm(x)
        split = lambda y, heads: y.view(batch, length, heads, self.head).transpose(1, 2)  # noqa: E731
        q = rotate(split(self.attn_q(normed), self.heads), cos, sin)
        k = rotate(split(self.attn_k(normed), self.key_heads), cos, sin)
        v = split(self.attn_v(normed), self.key_heads)
        if cache is not None:
            k = torch.cat((cache['k'], k), 2) if 'k' in cache else k
            v = torch.cat((cache['v'], v), 2) if 'v' in cache else v
            cache['k'], cache['v'] = k, v
        groups = self.heads // self.key_heads
        k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
        if samples is not None:
            attended = attend_within(q, k, v.type_as(q), *samples)
        else:
            attended = attend(q, k, v.type_as(q), causal=length > 1)
        x = x + self.attn_output(attended.transpose(1, 2).reshape(batch, length, width))
        normed = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(normed)) * self.ffn_up(normed))


class Llama(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.activations: torch.dtype | None = None
        """Type of what runs from layer to layer; that of the weights where None."""
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blk = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.output_norm = Norm(shape.width, shape.epsilon)
        frequencies = shape.rope_base ** (-torch.arange(0, shape.head, 2).float() / shape.head)
        angles = torch.arange(shape.context).float()[:, None] * frequencies
        self.register_buffer('cos', angles.cos(), persistent=False)
        self.register_buffer('sin', angles.sin(), persistent=False)

    def initialise(self, seed: int) -> None:
        """Random weights: 0.02 for the embedding, 0.6 / sqrt(inputs) for matrices, less where layers write out."""
        generator = torch.Generator().manual_seed(seed)
        for name, weight in self.named_parameters():
            if weight.dim() == 1:
                continue
            if name == 'token_embd.weight':
                deviation = 0.02
            else:
                writes = name.endswith(('attn_output.weight', 'ffn_down.weight'))
                deviation = 0.6 * weight.shape[1] ** -0.5 / (math.sqrt(2 * self.shape.layers) if writes else 1)
            with torch.no_grad():
                weight.copy_(torch.randn(weight.shape, generator=generator) * deviation)

    def logits(self, tokens: torch.Tensor, caches: list[dict] | None = None,
               samples: tuple[torch.Tensor, torch.Tensor] | None = None) -> torch.Tensor:
        """
        Logits of (batch, length) tokens, shape (batch, length, vocabulary). With `caches`, one dict for each layer and
        empty at first, `tokens` continue what they hold. With `samples` (`model.within.starts_of`), those that share a
        row do not see each other. Raises ValueError past the context.
        """
        start = caches[0]['k'].shape[2] if caches and 'k' in caches[0] else 0
        end = start + tokens.shape[1]
        if end > self.shape.context:
            raise ValueError(f'{end} tokens do not fit a context of {self.shape.context}')
        x = self.token_embd(tokens)
        if self.activations is not None:
            x = x.to(self.activations)
        for index, layer in enumerate(self.blk):
            x = layer(x, self.cos[start:end], self.sin[start:end], caches[index] if caches else None, samples)
        return F.linear(self.output_norm(x), self.token_embd.weight)

    def forward(self, tokens: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor,
                starts: torch.Tensor | None = None, numbers: torch.Tensor | None = None) -> torch.Tensor:
        """
        Sum over all places of weight * cross-entropy, in nats. The first three have shape (batch, length); the others are
        what `model.within.starts_of` gives.
        """
        logits = self.logits(tokens, samples=None if starts is None else (starts, numbers)).float()
        losses = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction='none')
        return (losses * weights.flatten()).sum()

    def new_caches(self) -> list[dict]:
        return [{} for _ in range(self.shape.layers)]
