"""Shapes of the models. Every width is a multiple of 32, as the quantised formats need."""
from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Shape:
    vocabulary: int
    width: int
    layers: int
    heads: int
    key_heads: int
    feed_forward: int
    context: int
    """Tokens."""
    rope_base: float = 10_000.0
    epsilon: float = 1e-5

    def __post_init__(self):
        if self.width % self.heads or (self.width // self.heads) % 2:
            raise ValueError(f'a width of {self.width} does not split into {self.heads} heads of an even size')
        if self.heads % self.key_heads:
            raise ValueError(f'{self.heads} heads cannot share {self.key_heads} key heads evenly')
        if self.vocabulary > 65_536:
            raise ValueError('shards hold tokens of 16 bits: the vocabulary has at most 65,536')

    @property
    def head(self) -> int:
        """Size of a head."""
        return self.width // self.heads

    @property
    def parameters(self) -> int:
        """Number of weights; the embedding counts once, since it is the output as well."""
        attention = 2 * self.width * self.width + 2 * self.width * self.key_heads * self.head
        layer = attention + 3 * self.width * self.feed_forward + 2 * self.width
        return self.vocabulary * self.width + self.layers * layer + self.width


PRESETS = {
    'toy': Shape(4096, width=128, layers=3, heads=2, key_heads=1, feed_forward=384, context=512),
    '25M': Shape(16_384, width=384, layers=12, heads=6, key_heads=2, feed_forward=1024, context=2048),
    '31M': Shape(16_384, width=512, layers=8, heads=8, key_heads=2, feed_forward=1408, context=2048),
    '50M': Shape(16_384, width=512, layers=14, heads=8, key_heads=2, feed_forward=1408, context=2048),
    '100M': Shape(16_384, width=768, layers=13, heads=12, key_heads=4, feed_forward=2048, context=2048),
}


def preset(name: str, vocabulary: int | None = None) -> Shape:
    """A preset, with the vocabulary of the tokenizer in use. Raises ValueError for an unknown name."""
    if name not in PRESETS:
        raise ValueError(f'there is no preset {name}: choose {", ".join(PRESETS)}')
    shape = PRESETS[name]
    return dataclasses.replace(shape, vocabulary=vocabulary) if vocabulary else shape
