"""Reads package lists, and keeps the held-out packages out of training."""
from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HELD_OUT = ROOT / 'heldout-packages.txt'
_NAME = re.compile(r'^(@[a-z0-9][\w.-]*/)?[a-z0-9][\w.-]*$', re.I)


class HeldOutError(ValueError):
    """Something that completions are judged on was about to be trained on."""


def parse_entry(line: str) -> tuple[str, str]:
    """`name` or `name@version` to (name, version); version 'latest' where the line names none.

    Raises ValueError for a line that is no package name.
    """
    at = line.rfind('@')
    name, version = (line[:at], line[at + 1:]) if at > 0 else (line, 'latest')
    if not _NAME.match(name) or not re.match(r'^[\w.+-]+$', version):
        raise ValueError(f'{line!r} is no package: write name or name@version')
    return name, version


def read_list(path: Path) -> list[tuple[str, str]]:
    """(name, version) of every line of a list; '#' starts a comment, a name stands once.

    Raises ValueError, naming the line, for a malformed or repeated one.
    """
    found: dict[str, str] = {}
    for number, raw in enumerate(Path(path).read_text().splitlines(), 1):
        line = raw.split('#')[0].strip()
        if not line:
            continue
        try:
            name, version = parse_entry(line)
        except ValueError as error:
            raise ValueError(f'{path}, line {number}: {error}') from None
        if name in found:
            raise ValueError(f'{path}, line {number}: {name} is there twice')
        found[name] = version
    return list(found.items())


def held_out_names() -> set[str]:
    """Names of the packages that no training run may see."""
    return {name for name, _ in read_list(HELD_OUT)}


def refuse_held_out(names) -> None:
    """Raises HeldOutError when one of `names` is held out."""
    both = sorted(held_out_names() & set(names))
    if both:
        raise HeldOutError(f'held-out packages must not be trained on: {", ".join(both)}')
