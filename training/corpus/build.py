"""Builds the corpus from tarballs: documents, and a manifest of packages, versions, licences and bytes kept."""
from __future__ import annotations

import argparse
import json
import random
import tarfile
from collections import Counter
from pathlib import Path
from typing import Iterable, Iterator

from corpus.content import MAX_CHARS, MIN_CHARS, clean, refusal
from corpus.documents import Document, read_documents, write_documents
from corpus.licences import is_permissive, licence_of
from corpus.neardup import NearDuplicates, signature
from corpus.packages import HeldOutError, held_out_names, refuse_held_out
from corpus.paths import CODE, is_built_or_foreign, kind_of, variant_key, variant_rank

NEAR = 0.8
"""Likeness from which the second of two documents is dropped."""
NEAR_HELD_OUT = 0.5
"""The same against held-out documents: rather too much is dropped than a copy seen."""
PACKAGE_BYTES = 2_600_000
OTHER_SHARE = 0.08
"""Of a package, JSON, CSS, HTML, Markdown and typings are kept up to this share of its code."""


def read_package(tarball: Path) -> tuple[dict, list[tuple[str, bytes]]]:
    """package.json and the files of a tarball, paths without the first folder. Raises ValueError where it is broken."""
    try:
        with tarfile.open(tarball) as tar:
            files = []
            manifest = None
            for member in tar:
                if not member.isfile() or '/' not in member.name:
                    continue
                path = member.name.split('/', 1)[1]
                if path == 'package.json':
                    manifest = json.load(tar.extractfile(member))
                elif kind_of(path) and MIN_CHARS <= member.size <= 1.1 * MAX_CHARS:
                    files.append((path, tar.extractfile(member).read()))
    except (tarfile.TarError, EOFError, OSError) as error:
        raise ValueError(f'{tarball} cannot be read: {error}') from None
    if manifest is None or not manifest.get('name'):
        raise ValueError(f'{tarball} has no package.json that names it')
    return manifest, files


def choose_code(files: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """TypeScript where the package ships its sources, else JavaScript; of several builds of a file the best one."""
    by_kind = {kind: [f for f in files if kind_of(f[0]) == kind] for kind in CODE}
    typed = by_kind['ts'] + by_kind['tsx']
    plain = by_kind['js'] + by_kind['jsx']
    typed_bytes = sum(len(data) for _, data in typed)
    plain_bytes = sum(len(data) for _, data in plain)
    chosen = typed if typed_bytes > 40_000 or typed_bytes > 0.3 * plain_bytes else plain
    best: dict[str, tuple[str, bytes]] = {}
    for path, data in chosen:
        key = variant_key(path)
        if key not in best or variant_rank(path) < variant_rank(best[key][0]):
            best[key] = (path, data)
    return list(best.values())


class Builder:
    """Takes packages one by one; remembers what it has seen."""

    def __init__(self, held_out: Iterable[Document] = (), package_bytes: int = PACKAGE_BYTES, beside: Iterable[Document] = ()):
        """beside: documents of another part of the corpus; what is like them is dropped as a near-duplicate."""
        self.dropped: Counter[str] = Counter()
        self.packages: list[dict] = []
        self._package_bytes = package_bytes
        self._seen = NearDuplicates(NEAR)
        self._held_out = NearDuplicates(NEAR_HELD_OUT)
        for document in held_out:
            sign = signature(document.text)
            if sign is not None:
                self._held_out.add(sign)
        for document in beside:
            sign = signature(document.text)
            if sign is not None:
                self._seen.add(sign)

    def documents_of(self, tarball: Path) -> Iterator[Document]:
        """Documents of one package that are worth training on; nothing where its licence forbids it."""
        manifest, files = read_package(tarball)
        name, licence = manifest['name'], licence_of(manifest)
        if not is_permissive(licence):
            self.dropped['licence'] += len(files)
            self.packages.append({'package': name, 'version': manifest.get('version'), 'license': licence or 'none',
                                  'documents': 0, 'bytes': {}, 'skipped': 'licence'})
            return
        source = [(p, d) for p, d in files if not is_built_or_foreign(p)]
        self.dropped['path'] += len(files) - len(source)
        code = choose_code(source)
        others = [(p, d) for p, d in source if kind_of(p) not in CODE]
        # The same files are kept whatever else is in the list.
        rng = random.Random(name)
        rng.shuffle(code)
        rng.shuffle(others)
        kept: Counter[str] = Counter()
        count = 0
        for group, room in ((code, lambda: self._package_bytes), (others, lambda: OTHER_SHARE * kept['code'])):
            used = 0
            for path, data in group:
                if used + len(data) > room():
                    self.dropped['share'] += 1
                    continue
                document = self._accept(name, path, data)
                if document is None:
                    continue
                size = len(document.text.encode())
                used += size
                kept[document.kind] += size
                if group is code:
                    kept['code'] += size
                count += 1
                yield document
        del kept['code']
        self.packages.append({'package': name, 'version': manifest['version'], 'license': licence,
                              'documents': count, 'bytes': dict(kept)})

    def _accept(self, package: str, path: str, data: bytes) -> Document | None:
        try:
            text = clean(data.decode('utf8'))
        except UnicodeDecodeError:
            self.dropped['not utf-8'] += 1
            return None
        kind = kind_of(path)
        reason = refusal(text, kind)
        sign = signature(text) if reason is None else None
        if sign is not None and self._held_out.find(sign):
            reason = 'like held-out'
        elif sign is not None and self._seen.find(sign):
            reason = 'near-duplicate'
        if reason:
            self.dropped[reason] += 1
            return None
        if sign is not None:
            self._seen.add(sign)
        return Document(package, path, kind, text)

    def manifest(self) -> dict:
        """What was kept and what was dropped, for the model's card."""
        total: Counter[str] = Counter()
        licences: Counter[str] = Counter()
        for one in self.packages:
            total.update(one['bytes'])
            licences[one['license']] += sum(one['bytes'].values())
        return {'packages': sorted(self.packages, key=lambda one: one['package']), 'bytes': sum(total.values()),
                'bytesByKind': dict(total), 'bytesByLicense': dict(licences), 'dropped': dict(self.dropped)}


def table(manifest: dict) -> str:
    """The packages that documents were kept of, a line each: package, version, licence, documents, bytes of each kind."""
    lines = ['package\tversion\tlicence\tdocuments\tbytes']
    for one in manifest['packages']:
        if one['documents']:
            kinds = ' '.join(f'{kind} {size}' for kind, size in sorted(one['bytes'].items()))
            lines.append('\t'.join([one['package'], one['version'], one['license'], str(one['documents']), kinds]))
    return '\n'.join(lines) + '\n'


def check_apart(training: Path, held_out: Path) -> None:
    """Raises HeldOutError when training documents are of a held-out package, or like a held-out document."""
    index = NearDuplicates(NEAR_HELD_OUT)
    for document in read_documents(held_out):
        sign = signature(document.text)
        if sign is not None:
            index.add(sign)
    names = held_out_names()
    for document in read_documents(training):
        where = f'{document.package}/{document.path}'
        if document.package in names:
            raise HeldOutError(f'{where} is of a held-out package')
        sign = signature(document.text)
        if sign is not None and index.find(sign):
            raise HeldOutError(f'{where} is like a held-out document')


def _documents(builder: Builder, tarballs: list[Path]) -> Iterator[Document]:
    """Of all packages; one that is broken is named and passed over."""
    for tarball in tarballs:
        try:
            yield from builder.documents_of(tarball)
        except ValueError as error:
            print(f'passed over: {error}')
            builder.dropped['broken package'] += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--npm', type=Path, required=True, nargs='+', help='folders of tarballs')
    parser.add_argument('--out', type=Path, required=True, help='documents: .jsonl or .jsonl.xz')
    parser.add_argument('--held-out', type=Path, help='held-out documents, to drop what is like them')
    parser.add_argument('--is-held-out', action='store_true', help='this is the held-out set itself')
    parser.add_argument('--beside', type=Path, nargs='*', default=[], help='documents that are trained on anyway')
    parser.add_argument('--package-bytes', type=int, default=PACKAGE_BYTES, help='code kept of a package at most')
    args = parser.parse_args()
    if (args.held_out is None) != args.is_held_out:
        parser.error('give --held-out FILE, or --is-held-out for the held-out set itself')
    fetched = {name: folder / one['file'] for folder in args.npm
               for name, one in json.loads((folder / 'fetched.json').read_text()).items()}
    if not args.is_held_out:
        refuse_held_out(fetched)
    builder = Builder(read_documents(args.held_out) if args.held_out else [], args.package_bytes,
                      (document for path in args.beside for document in read_documents(path)))
    tarballs = [file for _, file in sorted(fetched.items())]
    # By chance, so that any beginning of the corpus is a sample of it.
    random.Random(1).shuffle(tarballs)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    count = write_documents(args.out, _documents(builder, tarballs))
    manifest = builder.manifest()
    if not args.is_held_out:
        check_apart(args.out, args.held_out)
    target = args.out.with_name(args.out.name.split('.')[0] + '.manifest.json')
    target.write_text(json.dumps(manifest, indent=1))
    target.with_suffix('.tsv').write_text(table(manifest))
    print(f'{count} documents, {manifest["bytes"] / 1e6:.2f} MB of {len(builder.packages)} packages')
    print('kept', manifest['bytesByKind'])
    print('dropped', manifest['dropped'])


if __name__ == '__main__':
    from command import run
    run(main)
