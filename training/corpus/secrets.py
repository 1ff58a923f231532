"""Finds what looks like a key, a token or a password."""
from __future__ import annotations

import math
import re
from collections import Counter

_KNOWN = re.compile(
    r'-----BEGIN [A-Z ]*PRIVATE KEY'
    r'|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b'
    r'|\bgh[pousr]_[A-Za-z0-9]{30,}'
    r'|\bgithub_pat_[A-Za-z0-9_]{30,}'
    r'|\bxox[abprs]-[A-Za-z0-9-]{10,}'
    r'|\bAIza[0-9A-Za-z_-]{35}'
    r'|\bnpm_[A-Za-z0-9]{36}\b'
    r'|\b[sr]k_live_[0-9A-Za-z]{16,}'
    r'|\bsk-[A-Za-z0-9]{32,}'
    r'|\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.'
)
_ASSIGNED = re.compile(
    r'(?:api[_-]?key|secret|passw(?:or)?d|access[_-]?token|auth[_-]?token|private[_-]?key)\w*[\'"]?\s*[:=]\s*'
    r'[\'"]([A-Za-z0-9+/_=-]{20,})[\'"]',
    re.I,
)


def _bits(text: str) -> float:
    """Shannon entropy of the characters, bits each."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def has_secret(text: str) -> bool:
    """True where a known form of key stands, or a random-looking string is given to a name that says secret."""
    if _KNOWN.search(text):
        return True
    return any(_bits(value) > 3.7 and re.search(r'\d', value) for value in _ASSIGNED.findall(text))
