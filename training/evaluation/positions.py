"""Places in held-out documents at which completions are judged, the same for every model."""
from __future__ import annotations

import dataclasses
import json
import random
from pathlib import Path

from corpus.documents import Document
from corpus.paths import CODE
from packing.brackets import pairs
from packing.build import by_package
from packing.neighbours import Package, head

OTHER_CHARS = 1500
_COMMENT = ('*', '//', '/*')


@dataclasses.dataclass(frozen=True)
class Position:
    id: str
    kind: str
    """`rest`: the rest of a line is missing. `block`: the body of a block is."""
    path: str
    prefix: str
    suffix: str
    truth: str
    """The line that is judged, from the cursor on."""
    others: tuple[tuple[str, str], ...]
    """(path, content) of other files, the most relevant first."""


def _rest(document: Document, rng: random.Random) -> tuple[int, int, int] | None:
    """(start, end of the middle, end of the judged line) inside a line of code."""
    text = document.text
    for _ in range(20):
        at = rng.randrange(len(text))
        start, end = text.rfind('\n', 0, at) + 1, text.find('\n', at)
        line = text[start:end]
        if end < 0 or len(line.strip()) < 6 or line.strip().startswith(_COMMENT):
            continue
        first = start + len(line) - len(line.lstrip())
        cursor = rng.randint(first + 1, end - 1)
        if text[cursor:end].strip():
            return cursor, end, end
    return None


def _block(document: Document, rng: random.Random) -> tuple[int, int, int] | None:
    text = document.text
    blocks = [(a, b) for a, b, _ in pairs(text) if text[a] == '{' and text.startswith('\n', a + 1) and 12 < b - a < 900]
    rng.shuffle(blocks)
    for start, close in blocks:
        body = start + 2 + len(text[start + 2:close]) - len(text[start + 2:close].lstrip(' \t'))
        end = len(text[:close].rstrip())
        line = text.find('\n', body)
        if end > body and not text[body:line].strip().startswith(_COMMENT) and text[body:line].strip():
            return body, end, min(line, end)
    return None


def choose(documents: list[Document], count: int, seed: int = 20261125) -> list[Position]:
    """`count` positions of each kind, spread over the packages, in code only."""
    rng = random.Random(seed)
    packages = [Package(group) for group in by_package([d for d in documents if d.kind in CODE])]
    found = []
    for kind, chooser in (('rest', _rest), ('block', _block)):
        number = attempts = 0
        while number < count and attempts < 50 * count:
            package = packages[attempts % len(packages)]
            attempts += 1
            document = rng.choice(package.documents)
            span = chooser(document, rng)
            if span is None:
                continue
            start, end, line = span
            others = package.neighbours(document, rng)[::-1]
            found.append(Position(
                f'{kind}-{number}', kind, document.path, document.text[:start], document.text[end:],
                document.text[start:line], tuple((o.path, head(o.text, OTHER_CHARS)) for o in others)))
            number += 1
    return found


def write_cases(positions: list[Position], path: Path, others: bool) -> None:
    """For `quire complete`, with the truth beside each case, which that command passes over."""
    with open(path, 'w') as file:
        for one in positions:
            case = {'id': one.id, 'path': one.path, 'prefix': one.prefix, 'suffix': one.suffix, 'truth': one.truth}
            if others:
                case['others'] = [{'path': p, 'content': c} for p, c in one.others]
            file.write(json.dumps(case) + '\n')
