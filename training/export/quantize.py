"""ggml's block formats (ggml/src/ggml-quants.c): 32 weights share a scale of 16 bits."""
from __future__ import annotations

import numpy as np

BLOCK = 32
F32, F16, Q4_0, Q8_0 = 0, 1, 2, 8
"""Numbers of `ggml_type`."""
BLOCK_BYTES = {F32: 4 * BLOCK, F16: 2 * BLOCK, Q4_0: 18, Q8_0: 34}


def _blocks(values: np.ndarray) -> np.ndarray:
    if values.shape[-1] % BLOCK:
        raise ValueError(f'rows of {values.shape[-1]} weights do not split into blocks of {BLOCK}')
    return np.ascontiguousarray(values, dtype=np.float32).reshape(-1, BLOCK)


def to_q8_0(values: np.ndarray) -> bytes:
    """8 bits each; the largest of a block becomes 127."""
    x = _blocks(values)
    scale = (np.abs(x).max(1, keepdims=True) / 127).astype(np.float16)
    wide = scale.astype(np.float32)
    q = np.rint(np.divide(x, wide, out=np.zeros_like(x), where=wide > 0)).clip(-127, 127).astype(np.int8)
    return np.concatenate([scale.view(np.uint8), q.view(np.uint8)], 1).tobytes()


def to_q4_0(values: np.ndarray) -> bytes:
    """4 bits each, -8 to 7. Of some scales around the usual one each block takes that of the least squared error."""
    x = _blocks(values)
    largest = np.take_along_axis(x, np.abs(x).argmax(1)[:, None], 1)
    best_error = np.full((len(x), 1), np.inf, np.float32)
    best_scale = np.zeros((len(x), 1), np.float16)
    best_q = np.zeros(x.shape, np.uint8)
    for divisor in np.arange(-8.8, -6.7, 0.2, dtype=np.float32):
        scale = (largest / divisor).astype(np.float16)
        wide = scale.astype(np.float32)
        q = np.floor(np.divide(x, wide, out=np.zeros_like(x), where=wide != 0) + 8.5).clip(0, 15)
        error = np.square((q - 8) * wide - x).sum(1, keepdims=True)
        better = error < best_error
        best_error = np.where(better, error, best_error)
        best_scale = np.where(better, scale, best_scale)
        best_q = np.where(better, q.astype(np.uint8), best_q)
    packed = best_q[:, :16] | (best_q[:, 16:] << 4)
    return np.concatenate([best_scale.view(np.uint8), packed], 1).tobytes()


def encode(values: np.ndarray, kind: int) -> bytes:
    """Weights as a ggml type. Raises ValueError where the rows do not fit its blocks, or the type is unknown."""
    if kind == F32:
        return np.ascontiguousarray(values, np.float32).tobytes()
    if kind == F16:
        return np.ascontiguousarray(values, np.float32).astype(np.float16).tobytes()
    if kind == Q8_0:
        return to_q8_0(values)
    if kind == Q4_0:
        return to_q4_0(values)
    raise ValueError(f'ggml type {kind} is not written here')


def decode(data: bytes, kind: int, shape: tuple[int, ...]) -> np.ndarray:
    """The inverse of `encode`, as float32. Raises ValueError for another type."""
    if kind == F32:
        return np.frombuffer(data, np.float32).reshape(shape)
    if kind == F16:
        return np.frombuffer(data, np.float16).astype(np.float32).reshape(shape)
    if kind not in (Q8_0, Q4_0):
        raise ValueError(f'ggml type {kind} is not read here')
    blocks = np.frombuffer(data, np.uint8).reshape(-1, BLOCK_BYTES[kind])
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    rest = blocks[:, 2:]
    if kind == Q8_0:
        q = rest.copy().view(np.int8).astype(np.float32)
    else:
        q = np.concatenate([rest & 15, rest >> 4], 1).astype(np.float32) - 8
    return (q * scale).reshape(shape)
