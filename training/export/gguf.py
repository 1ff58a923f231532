"""Writes and reads GGUF, version 3, little-endian: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md"""
from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from export.quantize import BLOCK, BLOCK_BYTES, decode, encode

ALIGNMENT = 32
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY, UINT64 = 4, 5, 6, 7, 8, 9, 10
_FORMATS = {0: 'B', 1: 'b', 2: 'H', 3: 'h', UINT32: 'I', INT32: 'i', FLOAT32: 'f', BOOL: '?', UINT64: 'Q', 11: 'q',
            12: 'd'}


def _text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return struct.pack('<Q', len(data)) + data


def _value(kind: int, value) -> bytes:
    return _text(value) if kind == STRING else struct.pack('<' + _FORMATS[kind], value)


def _entry(key: str, value) -> bytes:
    """Encodes by Python's type; a tuple (kind, values) is an array."""
    if isinstance(value, tuple):
        kind, values = value
        return (_text(key) + struct.pack('<IIQ', ARRAY, kind, len(values)) + b''.join(_value(kind, v) for v in values))
    kind = {bool: BOOL, int: UINT32, float: FLOAT32, str: STRING}[type(value)]
    return _text(key) + struct.pack('<I', kind) + _value(kind, value)


def _padding(length: int) -> bytes:
    return b'\0' * (-length % ALIGNMENT)


def write_gguf(path: Path, metadata: dict, tensors: dict[str, tuple[np.ndarray, int]]) -> None:
    """
    metadata: key to bool, int (uint32), float, str, or (kind, list). tensors: name to (values, ggml type); shapes as in
    PyTorch, which GGUF counts from the other end.
    """
    head = b''.join(_entry(key, value) for key, value in metadata.items())
    infos, data, offset = [], [], 0
    for name, (values, kind) in tensors.items():
        encoded = encode(values, kind)
        axes = values.shape[::-1]
        infos.append(_text(name) + struct.pack(f'<I{len(axes)}QIQ', len(axes), *axes, kind, offset))
        data.append(encoded + _padding(len(encoded)))
        offset += len(data[-1])
    start = struct.pack('<4sIQQ', b'GGUF', 3, len(tensors), len(metadata)) + head + b''.join(infos)
    with open(path, 'wb') as file:
        file.write(start + _padding(len(start)))
        for part in data:
            file.write(part)


def read_gguf(path: Path) -> tuple[dict, dict[str, np.ndarray]]:
    """Metadata (arrays as lists) and tensors as float32. Raises ValueError where it is no GGUF or of types unknown here."""
    data = Path(path).read_bytes()
    if data[:4] != b'GGUF':
        raise ValueError(f'{path} is not a GGUF file')
    at = 4

    def take(form: str):
        nonlocal at
        values = struct.unpack_from('<' + form, data, at)
        at += struct.calcsize('<' + form)
        return values[0] if len(values) == 1 else values

    def value(kind: int):
        nonlocal at
        if kind == STRING:
            length = take('Q')
            at += length
            return data[at - length:at].decode('utf8', 'replace')
        if kind == ARRAY:
            inner, count = take('IQ')
            return [value(inner) for _ in range(count)]
        return take(_FORMATS[kind])

    _, tensor_count, entry_count = take('IQQ')
    metadata = {}
    for _ in range(entry_count):
        key = value(STRING)
        metadata[key] = value(take('I'))
    infos = []
    for _ in range(tensor_count):
        name = value(STRING)
        count = take('I')
        axes = [take('Q') for _ in range(count)]
        infos.append((name, tuple(axes[::-1]), take('I'), take('Q')))
    at += -at % metadata.get('general.alignment', ALIGNMENT)
    tensors = {}
    for name, shape, kind, offset in infos:
        if kind not in BLOCK_BYTES:
            raise ValueError(f'{path}: the tensor {name} is of ggml type {kind}, which is not read here')
        size = int(np.prod(shape)) // BLOCK * BLOCK_BYTES[kind]
        tensors[name] = decode(data[at + offset:at + offset + size], kind, shape)
    return metadata, tensors
