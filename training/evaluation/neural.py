"""A model as it is judged: how likely it holds texts, and what it writes, greedily, at a position."""
from __future__ import annotations

import torch
import torch.nn.functional as F

from evaluation.positions import Position
from model.llama import Llama
from tokenizer.tokenizer import Tokenizer

ANSWER_TOKENS = 48


class Neural:
    def __init__(self, model: Llama, tokenizer: Tokenizer, device: str = 'cpu'):
        self.model, self.tokenizer, self.device = model.eval().to(device), tokenizer, device
        self.context = model.shape.context

    @torch.no_grad()
    def score(self, tokens: list[int]) -> tuple[float, int]:
        """(nats of all tokens behind the first, how many of them were the likeliest) of at most `context` tokens."""
        row = torch.tensor([tokens], device=self.device)
        logits = self.model.logits(row)[0, :-1].float()
        target = row[0, 1:]
        return float(F.cross_entropy(logits, target, reduction='sum')), int((logits.argmax(-1) == target).sum())

    def prompt(self, position: Position, suffix_first: bool, others: bool) -> list[int]:
        """The extension's prompt (src/completion/prompt.ts), cut to what the context has room for."""
        t = self.tokenizer
        room = self.context - ANSWER_TOKENS - 8
        files = position.others[::-1] if others else ()
        header: list[int] = []
        share = room // 2 // max(1, len(files))
        for path, content in files:
            header += [t.separator, *t.encode(f'{path}\n{content}\n')[:share]]
        header += [t.separator, *t.encode(f'{position.path}\n')]
        room -= len(header)
        suffix = t.encode(position.suffix[:6 * room])[:room * 3 // 10]
        prefix = t.encode(position.prefix[-6 * room:])[-(room - len(suffix)):]
        if suffix_first:
            return [*header, t.suffix, *suffix, t.prefix, *prefix, t.middle]
        return [*header, t.prefix, *prefix, t.suffix, *suffix, t.middle]

    @torch.no_grad()
    def truth_nats(self, prompt: list[int], truth: str) -> float:
        """How unlikely the model holds the truth behind a prompt, nats of all its tokens."""
        tokens = self.tokenizer.encode(truth)[:ANSWER_TOKENS]
        row = torch.tensor([[*prompt, *tokens]], device=self.device)
        logits = self.model.logits(row)[0, len(prompt) - 1:-1].float()
        return float(F.cross_entropy(logits, row[0, len(prompt):], reduction='sum'))

    @torch.no_grad()
    def complete(self, prompt: list[int]) -> str:
        """Text up to the end token, past the end of the first line, or of ANSWER_TOKENS."""
        caches = self.model.new_caches()
        tokens: list[int] = []
        row = torch.tensor([prompt], device=self.device)
        while len(tokens) < ANSWER_TOKENS:
            token = int(self.model.logits(row, caches)[0, -1].argmax())
            if token == self.tokenizer.end:
                break
            tokens.append(token)
            if '\n' in self.tokenizer.decode(tokens):
                break
            row = torch.tensor([[token]], device=self.device)
        return self.tokenizer.decode(tokens)
