"""A tiny tokenizer, learnt once from the pipeline's own sources."""
from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from corpus.documents import Document, write_documents
from tokenizer.tokenizer import Tokenizer
from tokenizer.train import train

ROOT = Path(__file__).resolve().parent.parent


@functools.lru_cache(None)
def own_sources() -> tuple[Document, ...]:
    """The extension's TypeScript, as documents of one package."""
    return tuple(Document('own', str(path.relative_to(ROOT.parent)), 'ts', path.read_text())
                 for path in sorted((ROOT.parent / 'src').rglob('*.ts')))


@functools.lru_cache(None)
def tokenizer() -> Tokenizer:
    folder = Path(tempfile.mkdtemp())
    write_documents(folder / 'docs.jsonl', own_sources())
    return train(folder / 'docs.jsonl', folder / 'tok.model', size=1024, megabytes=1)
