"""Documents of a corpus, and their file: JSON lines, compressed where the name ends in .xz."""
from __future__ import annotations

import dataclasses
import json
import lzma
from pathlib import Path
from typing import Iterable, Iterator


@dataclasses.dataclass(frozen=True)
class Document:
    package: str
    path: str
    """Inside the package, with '/'."""
    kind: str
    """ts, tsx, js, jsx, dts, json, css, html or md."""
    text: str
    """LF line ends, one at the end."""


def _open(path: Path, mode: str):
    if str(path).endswith('.xz'):
        # A window of 64 MB, since the files of a package and its siblings repeat each other at a distance.
        filters = [{'id': lzma.FILTER_LZMA2, 'preset': 6, 'dict_size': 64 << 20}]
        return lzma.open(path, mode + 't', encoding='utf8', filters=filters if mode == 'w' else None)
    return open(path, mode, encoding='utf8')


def write_documents(path: Path, documents: Iterable[Document]) -> int:
    """Writes documents, one a line. Returns how many."""
    count = 0
    with _open(Path(path), 'w') as file:
        for document in documents:
            file.write(json.dumps(dataclasses.asdict(document), ensure_ascii=False) + '\n')
            count += 1
    return count


def read_documents(path: Path) -> Iterator[Document]:
    """Raises ValueError, naming the line, where one is no document."""
    with _open(Path(path), 'r') as file:
        for number, line in enumerate(file, 1):
            try:
                yield Document(**json.loads(line))
            except (ValueError, TypeError) as error:
                raise ValueError(f'{path}, line {number} is no document: {error}') from None
