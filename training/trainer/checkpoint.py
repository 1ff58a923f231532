"""Checkpoints as folders of pieces small enough to carry, and all that an exact resume needs in them."""
from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import shutil
from pathlib import Path

import torch

from model.llama import Llama
from model.presets import Shape

PIECE = 16_000_000
"""Bytes; four of them and the index stay below 64 MiB."""
INDEX = 'index.json'


def write_pieces(data: bytes, folder: Path) -> None:
    """Replaces `folder` by the pieces of `data` and an index with their sums; all of it or nothing is there."""
    unfinished = folder.with_name(folder.name + '.tmp')
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    index = []
    for number, start in enumerate(range(0, len(data), PIECE)):
        piece = data[start:start + PIECE]
        name = f'piece-{number:03d}.bin'
        (unfinished / name).write_bytes(piece)
        index.append({'name': name, 'bytes': len(piece), 'sha256': hashlib.sha256(piece).hexdigest()})
    (unfinished / INDEX).write_text(json.dumps(index, indent=1))
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(unfinished, folder)


def read_pieces(folder: Path) -> bytes:
    """Raises ValueError naming the piece that is missing or was changed on the way."""
    if not (folder / INDEX).is_file():
        raise ValueError(f'there is no checkpoint in {folder}')
    parts = []
    for one in json.loads((folder / INDEX).read_text()):
        path = folder / one['name']
        if not path.is_file():
            raise ValueError(f'{path} is missing')
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != one['sha256']:
            raise ValueError(f'{path} is not what was written')
        parts.append(data)
    return b''.join(parts)


def save(folder: Path, state: dict) -> None:
    """state: `weights` and `optimizer`, dicts of tensors, and whatever JSON can say."""
    tensors = {key: state[key] for key in ('weights', 'optimizer') if key in state}
    rest = {key: value for key, value in state.items() if key not in tensors}
    buffer = io.BytesIO()
    # Safe loading of PyTorch 1.13 takes no floats.
    torch.save({**tensors, 'json': json.dumps(rest)}, buffer)
    write_pieces(buffer.getvalue(), folder)


def load(folder: Path) -> dict:
    """Raises ValueError where the checkpoint is incomplete."""
    state = torch.load(io.BytesIO(read_pieces(Path(folder))), map_location='cpu', weights_only=True)
    return {**json.loads(state.pop('json')), **state}


def shape_of(state: dict) -> Shape:
    return Shape(**state['shape'])


def model_state(shape: Shape, weights: dict[str, torch.Tensor]) -> dict:
    """What a checkpoint holds of a model; with weights of 16 bits and nothing else it is half as large."""
    return {'shape': dataclasses.asdict(shape), 'weights': weights}


def load_model(folder: Path) -> Llama:
    """The model of a checkpoint, weights as 32 bits, on the CPU."""
    state = load(folder)
    model = Llama(shape_of(state))
    model.load_state_dict({name: weight.float() for name, weight in state['weights'].items()})
    return model.eval()
