"""Asks the project's own engine, through the scripts beside this file."""
from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

_HERE = Path(__file__).resolve().parent
_MODULES = _HERE.parent.parent / 'node_modules'


def _node() -> str:
    """Node 24, which npm brought. Raises RuntimeError where it is not installed."""
    found = sorted(_MODULES.glob('node-*/bin/node'))
    if not found:
        raise RuntimeError('Node 24 is not there: run npm ci in the repository')
    return str(found[0])


def _run(script: str, model: Path, values, suffix: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / 'in.json', Path(folder) / f'out{suffix}'
        source.write_text(json.dumps(values))
        run = subprocess.run([_node(), str(_HERE / script), str(Path(model).resolve()), str(source), str(out)],
                             capture_output=True, text=True)
        if run.returncode != 0:
            raise RuntimeError(f'{script} failed: {run.stderr.strip()[-800:]}')
        return out.read_bytes()


def tokens_of(model: Path, texts: list[str]) -> list[list[int]]:
    """Tokens of each text by libllama, with the tokenizer of a GGUF file. Raises RuntimeError where it fails."""
    return json.loads(_run('tokens.ts', model, texts, '.json'))


def logits_of(model: Path, tokens: list[list[int]]) -> np.ndarray:
    """Logits behind the last token of each list, (lists, vocabulary). Raises RuntimeError where it fails."""
    data = np.frombuffer(_run('logits.ts', model, tokens, '.bin'), np.float32)
    return data.reshape(len(tokens), -1)


def vectors_of(model: Path, texts: list[str]) -> np.ndarray:
    """Vectors of texts by the engine's embedder, each of length 1, (texts, dimensions). Raises RuntimeError where it fails."""
    return np.frombuffer(_run('vectors.ts', model, texts, '.bin'), np.float32).reshape(len(texts), -1)
