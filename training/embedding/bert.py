"""A BERT encoder for sentences (all-MiniLM-L6-v2 and its like) from its published folder, in plain PyTorch."""
from __future__ import annotations

import json
import struct
import unicodedata
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

_TYPES = {'F32': np.float32, 'F16': np.float16, 'I64': np.int64}


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """All tensors by name: a length, a JSON header, the bytes. Raises ValueError for a type that is not read here."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack_from('<Q', data)
    tensors = {}
    for name, info in json.loads(data[8:8 + length]).items():
        if name == '__metadata__':
            continue
        if info['dtype'] not in _TYPES:
            raise ValueError(f'{path}: {name} is of type {info["dtype"]}, which is not read here')
        start, end = (8 + length + at for at in info['data_offsets'])
        tensors[name] = np.frombuffer(data[start:end], _TYPES[info['dtype']]).reshape(info['shape'])
    return tensors


def is_sign(c: str) -> bool:
    """A word of its own: punctuation, and all that ASCII has beside letters and digits."""
    return unicodedata.category(c).startswith('P') or '!' <= c <= '~' and not c.isalnum()


class WordPiece:
    """BERT's uncased tokenizer (Devlin et al. 2019): words and signs, then the longest known pieces of each word."""

    def __init__(self, pieces: list[str]):
        self.pieces = pieces
        self.ids = {piece: id for id, piece in enumerate(pieces)}
        self.unknown, self.first, self.last = (self.ids[piece] for piece in ('[UNK]', '[CLS]', '[SEP]'))

    def word(self, word: str) -> list[int]:
        ids, at = [], 0
        if len(word) > 100:
            return [self.unknown]
        while at < len(word):
            end = len(word)
            while end > at and ('##' if at else '') + word[at:end] not in self.ids:
                end -= 1
            if end == at:
                return [self.unknown]
            ids.append(self.ids[('##' if at else '') + word[at:end]])
            at = end
        return ids

    def encode(self, text: str, most: int = 256) -> list[int]:
        """With [CLS] and [SEP], `most` tokens at most."""
        text = ''.join(c for c in unicodedata.normalize('NFD', text.lower()) if unicodedata.category(c) != 'Mn')
        text = ''.join(f' {c} ' if is_sign(c) else c for c in text)
        ids = [id for word in text.split() for id in self.word(word)]
        return [self.first, *ids[:most - 2], self.last]


class Bert:
    """Weights by the names of the published file; mean of the last layer's vectors, brought to length 1."""

    def __init__(self, folder: Path):
        self.config = json.loads((folder / 'config.json').read_text())
        self.tokenizer = WordPiece((folder / 'vocab.txt').read_text(encoding='utf8').split('\n')[:self.config['vocab_size']])
        self.weights = {name.removeprefix('bert.'): torch.from_numpy(np.array(values))
                        for name, values in read_safetensors(folder / 'model.safetensors').items()}

    def _linear(self, name: str, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, self.weights[f'{name}.weight'], self.weights[f'{name}.bias'])

    def _norm(self, name: str, x: torch.Tensor) -> torch.Tensor:
        weight, bias = self.weights[f'{name}.weight'], self.weights[f'{name}.bias']
        return F.layer_norm(x, weight.shape, weight, bias, self.config['layer_norm_eps'])

    @torch.no_grad()
    def embed(self, sequences: list[list[int]]) -> torch.Tensor:
        """(sequences, width), each of length 1."""
        heads = self.config['num_attention_heads']
        longest = max(map(len, sequences))
        ids = torch.tensor([[*one, *[0] * (longest - len(one))] for one in sequences])
        mask = torch.tensor([[1.0] * len(one) + [0.0] * (longest - len(one)) for one in sequences])
        word, place, kind = (self.weights[f'embeddings.{name}_embeddings.weight'] for name in ('word', 'position', 'token_type'))
        x = self._norm('embeddings.LayerNorm', word[ids] + place[:longest] + kind[0])
        split = lambda t: t.view(*t.shape[:2], heads, -1).transpose(1, 2)  # noqa: E731
        for layer in range(self.config['num_hidden_layers']):
            at = f'encoder.layer.{layer}'
            q, k, v = (split(self._linear(f'{at}.attention.self.{name}', x)) for name in ('query', 'key', 'value'))
            seen = F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :].bool())
            seen = seen.transpose(1, 2).flatten(2)
            x = self._norm(f'{at}.attention.output.LayerNorm', x + self._linear(f'{at}.attention.output.dense', seen))
            inner = F.gelu(self._linear(f'{at}.intermediate.dense', x))
            x = self._norm(f'{at}.output.LayerNorm', x + self._linear(f'{at}.output.dense', inner))
        return F.normalize((x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True), dim=-1)

    def embed_texts(self, texts: list[str], batch: int = 64) -> torch.Tensor:
        """The same for texts, the short ones together."""
        sequences = [self.tokenizer.encode(text) for text in texts]
        order = sorted(range(len(texts)), key=lambda i: len(sequences[i]))
        vectors = torch.empty(len(texts), self.config['hidden_size'])
        for at in range(0, len(order), batch):
            some = order[at:at + batch]
            vectors[some] = self.embed([sequences[i] for i in some])
        return vectors
