"""Pairs of brackets in code, strings and comments skipped: enough syntax to find arguments and blocks."""
from __future__ import annotations

import re

_CLOSERS = {')': '(', ']': '[', '}': '{'}
# A quote that does not close on its line is an apostrophe in prose or in a regular expression: it is passed over.
_SKIPPED = re.compile(r'//[^\n]*|/\*[\s\S]*?\*/|\'(?:\\.|[^\'\\\n])*\'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\$])*`|[()\[\]{},]')


def pairs(text: str) -> list[tuple[int, int, list[int]]]:
    """(open, close, commas directly inside) of every pair that closes, as offsets, in the order of their closing."""
    stack: list[tuple[str, int, list[int]]] = []
    found = []
    for match in _SKIPPED.finditer(text):
        mark, at = match.group(), match.start()
        if mark in '([{':
            stack.append((mark, at, []))
        elif mark == ',':
            if stack:
                stack[-1][2].append(at)
        elif mark in _CLOSERS:
            if stack and stack[-1][0] == _CLOSERS[mark]:
                _, start, commas = stack.pop()
                found.append((start, at, commas))
            else:
                stack.clear()
    return found
