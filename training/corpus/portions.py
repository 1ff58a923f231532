"""Documents as compressed portions, each small enough for one transfer."""
from __future__ import annotations

import argparse
import itertools
from pathlib import Path

from corpus.documents import read_documents, write_documents

_SLACK = 4_000_000
"""Bytes that the encoder may still hold when the file's size is looked at."""


def write_portions(documents, folder: Path, most: int) -> list[Path]:
    """Writes docs-00.jsonl.xz and so on, each of at most `most` bytes; the files of a package stay together."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob('docs-*.jsonl.xz'):
        old.unlink()
    packages = (list(group) for _, group in itertools.groupby(documents, key=lambda one: one.package))
    paths: list[Path] = []
    package = next(packages, None)
    while package is not None:
        path = folder / f'docs-{len(paths):02d}.jsonl.xz'
        paths.append(path)

        def portion():
            nonlocal package
            while package is not None:
                yield from package
                package = next(packages, None)
                if path.stat().st_size > most - _SLACK:
                    return

        write_documents(path, portion())
    return paths


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--docs', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--megabytes', type=float, default=50, help='of a portion at most')
    args = parser.parse_args()
    for path in write_portions(read_documents(args.docs), args.out, int(args.megabytes * 1e6)):
        print(f'{path}: {path.stat().st_size / 1e6:.2f} MB')


if __name__ == '__main__':
    from command import run
    run(main)
