"""
Chooses what is left out of a text as the middle: what a completion would have written there. Kinds and their shares:
the rest of a line, a line, a block, an argument.
"""
from __future__ import annotations

import random
import re

from packing.brackets import pairs

SHARES = {'rest': 0.5, 'line': 0.18, 'block': 0.2, 'argument': 0.12}
"""Middles that end anywhere teach a model to end inside identifiers: there are none."""
MAX_CHARS = 600
_BORDER = re.compile(r'(?<=[.(=:,\[{<!&|? ])|(?<=[a-z])(?=[A-Z])|(?<=\w)(?=\W)|(?<=\W)(?=\w)')
_COMMENT = ('*', '//', '/*', '#')
_MAX_LINES = 10


def _line_at(text: str, rng: random.Random) -> tuple[int, int] | None:
    """Offsets of a random line that is not blank; comments are chosen less often. None where there is none."""
    for _ in range(12):
        at = rng.randrange(len(text))
        start = text.rfind('\n', 0, at) + 1
        end = text.find('\n', at)
        end = len(text) if end < 0 else end
        line = text[start:end].strip()
        if line and not (line.startswith(_COMMENT) and rng.random() < 0.85):
            return start, end
    return None


def _indent(text: str, start: int) -> int:
    """Blanks at `start`."""
    return len(text) - start - len(text[start:].lstrip(' \t'))


def _cursor(text: str, start: int, end: int, rng: random.Random) -> int:
    """A place in the line: half of the time at a border of words, else anywhere, inside an identifier as well."""
    first = start + len(text[start:end]) - len(text[start:end].lstrip())
    if rng.random() < 0.5:
        borders = [start + m.start() for m in _BORDER.finditer(text[start:end]) if first <= start + m.start() < end]
        if borders:
            return rng.choice(borders)
    return rng.randint(first, max(first, end - 1))


def _rest(text: str, rng: random.Random) -> tuple[int, int] | None:
    line = _line_at(text, rng)
    if line is None:
        return None
    return _cursor(text, *line, rng), line[1]


def _whole_line(text: str, rng: random.Random) -> tuple[int, int] | None:
    line = _line_at(text, rng)
    if line is None:
        return None
    start, end = line
    return start + len(text[start:end]) - len(text[start:end].lstrip()), end


def _block(text: str, rng: random.Random) -> tuple[int, int] | None:
    """The body of a block from the line behind its '{', or its first statements where it is long."""
    blocks = [(a, b) for a, b, _ in pairs(text) if text[a] == '{' and text.startswith('\n', a + 1)]
    if not blocks:
        return None
    start, end = rng.choice(blocks)
    # From the end of the line of '{', from inside its first line, or from behind that line's indentation.
    first = start + 2
    body = first + len(text[first:end]) - len(text[first:end].lstrip(' \t'))
    last = len(text[:end].rstrip())
    if last <= body:
        return None
    ends = [m.start() for m in re.finditer(r'\n', text[body:last] + '\n')][:_MAX_LINES]
    ends = [body + at for at in ends if at <= MAX_CHARS]
    if not ends:
        return None
    if ends[-1] < last:
        indent = text[first:body]
        # A cut behind a whole statement: the next line is indented as the first was.
        whole = [at for at in ends if re.match(r'\n+' + re.escape(indent) + r'\S', text[at:at + 200])]
        ends = whole or ends[:1]
        last = rng.choice(ends)
    begin = body if rng.random() < 0.6 else start + 1
    return (begin, last) if last > begin else None


def _argument(text: str, rng: random.Random) -> tuple[int, int] | None:
    """An argument or an element: up to the comma or the bracket behind it; sometimes begun already."""
    calls = [p for p in pairs(text) if text[p[0]] in '([' and 1 < p[1] - p[0] < 240]
    if not calls:
        return None
    start, end, commas = rng.choice(calls)
    edges = [start, *commas, end]
    index = rng.randrange(len(edges) - 1)
    begin, stop = edges[index] + 1, edges[index + 1]
    begin += len(text[begin:stop]) - len(text[begin:stop].lstrip())
    if rng.random() < 0.3:
        begin = rng.randint(begin, max(begin, stop - 1))
    if rng.random() < 0.3:
        stop = end
    return begin, stop


_CHOOSERS = {'rest': _rest, 'line': _whole_line, 'block': _block, 'argument': _argument}


def choose_span(text: str, rng: random.Random) -> tuple[int, int, str] | None:
    """(start, end, kind) of a middle with at least one visible character; None where the text has no place for one."""
    if not text.strip():
        return None
    for _ in range(8):
        kind = rng.choices(list(SHARES), list(SHARES.values()))[0]
        span = _CHOOSERS[kind](text, rng)
        if span is None:
            continue
        start, end = span
        if end - start > MAX_CHARS:
            cut = text.rfind('\n', start, start + MAX_CHARS)
            end = cut if cut > start else start + MAX_CHARS
        if text[start:end].strip():
            return start, end, kind
    return None
