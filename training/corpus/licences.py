"""Which licences of npm packages allow training and giving the model away."""
from __future__ import annotations

import re

_ALLOWED = re.compile(r'^(MIT|ISC|BSD|BSD-[234]-CLAUSE|BSD-\dCLAUSE|APACHE-2\.0|APACHE 2\.0|0BSD)$')
# The four-clause BSD asks for advertising; what is neither two nor three clauses is left out.
_REFUSED = re.compile(r'^BSD-4-CLAUSE')


def _one(name: str) -> bool:
    name = name.strip('() ').upper()
    return bool(_ALLOWED.match(name)) and not _REFUSED.match(name)


def licence_of(manifest: dict) -> str:
    """The licence that a package.json states, as text; '' where it states none."""
    licence = manifest.get('license') or manifest.get('licenses') or ''
    if isinstance(licence, list):
        licence = ' OR '.join(str(one.get('type', '') if isinstance(one, dict) else one) for one in licence)
    if isinstance(licence, dict):
        licence = licence.get('type', '')
    return licence if isinstance(licence, str) else ''


def is_permissive(licence: str) -> bool:
    """True for MIT, ISC, BSD, Apache-2.0 and 0BSD, and expressions that can be met by these alone (SPDX)."""
    if not licence:
        return False
    return any(
        all(_one(part) for part in re.split(r'\s+AND\s+', choice, flags=re.I))
        for choice in re.split(r'\s+OR\s+', licence.strip(), flags=re.I)
    )
