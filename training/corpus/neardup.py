"""Near-duplicates by MinHash and banding (Broder 1997; Leskovec et al., Mining of Massive Datasets, ch. 3)."""
from __future__ import annotations

import re
import zlib

import numpy as np

HASHES = 64
BANDS = 16
_WORDS = re.compile(r'\w+|[^\w\s]')
_SHINGLE = 5
_PRIME = np.uint64((1 << 61) - 1)
_random = np.random.RandomState(20261122)
_A = _random.randint(1, 1 << 31, HASHES).astype(np.uint64)[:, None]
_B = _random.randint(0, 1 << 31, HASHES).astype(np.uint64)[:, None]


def signature(text: str) -> np.ndarray | None:
    """MinHash of the text's 5-word shingles, uint32 of shape (HASHES,); None where there are too few words."""
    words = _WORDS.findall(text)
    if len(words) < 4 * _SHINGLE:
        return None
    known: dict[str, int] = {}
    codes = np.array([known.setdefault(w, zlib.crc32(w.encode())) for w in words], dtype=np.uint64)
    shingles = np.zeros(len(codes) - _SHINGLE + 1, dtype=np.uint64)
    for i in range(_SHINGLE):
        shingles = shingles * np.uint64(0x9E3779B1) + codes[i:i + len(shingles)]
    shingles = np.unique((shingles ^ (shingles >> np.uint64(29))) & np.uint64(0xFFFFFFFF))
    return ((_A * shingles + _B) % _PRIME & np.uint64(0xFFFFFFFF)).min(axis=1).astype(np.uint32)


def similarity(a: np.ndarray, b: np.ndarray) -> float:
    """Estimated Jaccard similarity of two texts by their signatures, 0 to 1."""
    return float((a == b).mean())


class NearDuplicates:
    """An index of texts. With 16 bands of 4, a pair of similarity 0.7 is found with 98 %, of 0.5 with 64 %."""

    def __init__(self, threshold: float):
        self.threshold = threshold
        self._bands: dict[bytes, list[int]] = {}
        self._signatures: list[np.ndarray] = []

    def find(self, sign: np.ndarray) -> bool:
        """True where a text in the index is at least `threshold` like this one."""
        seen = {index for key in self._keys(sign) for index in self._bands.get(key, ())}
        return any(similarity(sign, self._signatures[index]) >= self.threshold for index in seen)

    def add(self, sign: np.ndarray) -> None:
        for key in self._keys(sign):
            self._bands.setdefault(key, []).append(len(self._signatures))
        self._signatures.append(sign)

    @staticmethod
    def _keys(sign: np.ndarray):
        for band, rows in enumerate(sign.reshape(BANDS, -1)):
            yield bytes([band]) + rows.tobytes()
