"""
Documents as token sequences: plain, or rearranged for filling in the middle (Bavarian et al., arXiv 2207.14255), in the
very layout of the extension's prompts (src/completion/prompt.ts): `<sep>path\ncontent\n` for other files, `<sep>path\n`,
then prefix, suffix and middle, or suffix, prefix and middle, each behind its own token, and the end token.
"""
from __future__ import annotations

import dataclasses
import random
from typing import Iterator

from corpus.documents import Document
from packing.neighbours import Package, head
from packing.spans import choose_span
from tokenizer.tokenizer import Tokenizer


@dataclasses.dataclass(frozen=True)
class Mix:
    fim: float = 0.9
    """Documents whose samples are all rearranged."""
    suffix_first: float = 0.75
    """Of these, the share in the order that the extension uses."""
    others: float = 0.25
    """Samples with other files before them."""
    path: float = 0.9
    """Samples with the path of their file before them, where there are no others."""
    unwritten: float = 0.12
    """Rearranged samples with nothing behind the middle: what comes is often not written yet."""
    windows: tuple[tuple[float, int, int], ...] = ((0.75, 40, 200), (0.17, 200, 700), (0.08, 700, 1 << 20))
    """(share, least, most) tokens of the file that a rearranged sample shows; short ones make middles dense."""


class Sampler:
    def __init__(self, tokenizer: Tokenizer, context: int, mix: Mix = Mix(), characters_per_token: float = 3.6):
        """context: longest sample in tokens."""
        self.tokenizer = tokenizer
        self.context = context
        self.mix = mix
        self._ratio = characters_per_token

    def samples(self, package: Package, rng: random.Random) -> Iterator[list[int]]:
        """All documents of a package once, as sequences of at most `context` tokens."""
        for document in package.documents:
            whole = self._rearranged if rng.random() < self.mix.fim else self._plain
            yield from whole(package, document, rng)

    def _window(self, rng: random.Random) -> int:
        _, least, most = rng.choices(self.mix.windows, [share for share, _, _ in self.mix.windows])[0]
        most = min(most, self.context)
        return rng.randint(min(least, most), most)

    def _header(self, package: Package, document: Document, rng: random.Random, room: int) -> list[int]:
        """Other files within `room` tokens and the path of this one, or the path, or nothing."""
        parts: list[str] = []
        if room > 64 and rng.random() < self.mix.others:
            characters = rng.randint(200, 2000)
            for other in package.neighbours(document, rng):
                text = head(other.text, min(characters, int(room * self._ratio / 2)))
                if text:
                    parts.append(f'{other.path}\n{text}\n')
        if parts or rng.random() < self.mix.path:
            parts.append(f'{document.path}\n')
        encoded = self.tokenizer.encode_all(parts)
        # What is farthest from the file goes first where all is too long, as in the extension.
        while encoded and sum(len(e) + 1 for e in encoded) > room:
            encoded.pop(0)
        return [token for one in encoded for token in (self.tokenizer.separator, *one)]

    def _plain(self, package: Package, document: Document, rng: random.Random) -> Iterator[list[int]]:
        tokens = [*self.tokenizer.encode(document.text), self.tokenizer.end]
        while tokens:
            header = self._header(package, document, rng, self.context // 2)
            room = self.context - len(header)
            yield header + tokens[:room]
            tokens = tokens[room:]

    def _rearranged(self, package: Package, document: Document, rng: random.Random) -> Iterator[list[int]]:
        at, text = 0, document.text
        while at < len(text):
            window = self._window(rng)
            end = self._line_end(text, at + int(window * self._ratio))
            # Half of the windows begin a little earlier, in the middle of what the one before showed.
            start = max(0, at - rng.randint(0, 300)) if rng.random() < 0.5 else at
            # The extension shows whole lines.
            start = text.rfind('\n', 0, start) + 1
            sample = self.rearrange(package, document, start, end, rng)
            if sample:
                yield sample
            at = end

    @staticmethod
    def _line_end(text: str, near: int) -> int:
        cut = text.find('\n', near)
        return len(text) if cut < 0 else cut + 1

    def rearrange(self, package: Package, document: Document, start: int, end: int,
                  rng: random.Random) -> list[int] | None:
        """One sample of document.text[start:end]; None where it has no place for a middle."""
        shown = document.text[start:end]
        span = choose_span(shown, rng)
        if span is None:
            return None
        behind = '' if rng.random() < self.mix.unwritten else shown[span[1]:]
        prefix, middle, suffix = self.tokenizer.encode_all([shown[:span[0]], shown[span[0]:span[1]], behind])
        middle = middle[:self.context // 2]
        room = self.context - len(middle) - 4
        if len(prefix) + len(suffix) > room:
            before = min(len(prefix), max(room - len(suffix), int(room * rng.uniform(0.5, 0.9))))
            prefix, suffix = prefix[len(prefix) - before:], suffix[:room - before]
        room -= len(prefix) + len(suffix)
        t = self.tokenizer
        header = self._header(package, document, rng, room)
        if rng.random() < self.mix.suffix_first:
            parts = [t.suffix, *suffix, t.prefix, *prefix]
        else:
            parts = [t.prefix, *prefix, t.suffix, *suffix]
        return [*header, *parts, t.middle, *middle, t.end]
