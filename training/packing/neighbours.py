"""Other files of the same package that stand before the current one, as open files do in the editor's prompts."""
from __future__ import annotations

import posixpath
import random
import re

from corpus.documents import Document

MOST = 4
"""As many as the extension shows."""
COUNTS = (1, 1, 2, 2, 3, MOST)
"""On a CPU it shows two."""
_IMPORT = re.compile(r'''(?:from|import|require\()\s*['"](\.[^'"]+)['"]''')
_SUFFIX = re.compile(r'(\.d)?\.[cm]?[jt]sx?$')


class Package:
    """The documents of one package, found by what they import."""

    def __init__(self, documents: list[Document], among: list[Document] | None = None):
        """among: all documents of the package; absent: these are."""
        self.documents = documents
        self._among = documents if among is None else among
        self._by_stem = {_SUFFIX.sub('', one.path): one for one in self._among}

    def imported(self, document: Document) -> list[Document]:
        """Files that this one imports by a relative path."""
        folder = posixpath.dirname(document.path)
        found = {}
        for target in _IMPORT.findall(document.text):
            stem = _SUFFIX.sub('', posixpath.normpath(posixpath.join(folder, target)))
            other = self._by_stem.get(stem) or self._by_stem.get(f'{stem}/index')
            if other is not None and other is not document:
                found[other.path] = other
        return list(found.values())

    def neighbours(self, document: Document, rng: random.Random) -> list[Document]:
        """One to four files, the most relevant last: anything, files of the same folder, imported ones."""
        count = rng.choice(COUNTS)
        imported = self.imported(document)
        rng.shuffle(imported)
        chosen = imported[:rng.randint(0, count)] if imported else []
        folder = posixpath.dirname(document.path)
        rest = [one for one in self._among if one is not document and one not in chosen]
        near = [one for one in rest if posixpath.dirname(one.path) == folder]
        while len(chosen) < count and rest:
            one = rng.choice(near if near and rng.random() < 0.6 else rest)
            if one not in chosen:
                chosen.append(one)
            else:
                count -= 1
        return chosen[::-1]


def head(text: str, characters: int) -> str:
    """The first whole lines of a text within `characters`, as the extension shows another file."""
    if len(text) <= characters:
        return text.rstrip()
    cut = text.rfind('\n', 0, characters)
    return text[:cut if cut > 0 else characters].rstrip()
