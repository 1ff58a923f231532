import io
import json
import random
import tarfile
import tempfile
import unittest
from pathlib import Path

from corpus import fetch
from corpus.build import Builder, check_apart, table
from corpus.content import clean, refusal
from corpus.documents import Document, read_documents, write_documents
from corpus.licences import is_permissive, licence_of
from corpus.neardup import NearDuplicates, signature, similarity
from corpus.packages import HeldOutError, held_out_names, parse_entry, read_list, refuse_held_out
from corpus.paths import is_built_or_foreign, kind_of, variant_key, variant_rank
from corpus.portions import write_portions
from corpus.secrets import has_secret

ROOT = Path(__file__).resolve().parent.parent


def code(name: str, lines: int = 40) -> str:
    """Source that passes the filters, different for every name."""
    return ''.join(
        f'export function {name}{i}(value: number): number {{\n  const {name} = value + "{name * (i % 3)}".length;\n'
        f'  return {name} * other{i}(value, "{chr(97 + i % 26)}");\n}}\n\n' for i in range(lines))


def tarball(folder: Path, name: str, files: dict[str, str], licence: str = 'MIT') -> Path:
    path = folder / f'{name.replace("/", "-").strip("@")}.tgz'
    contents = {'package.json': json.dumps({'name': name, 'version': '1.0.0', 'license': licence}), **files}
    with tarfile.open(path, 'w:gz') as tar:
        for file, text in contents.items():
            info = tarfile.TarInfo(f'package/{file}')
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))
    return path


class Lists(unittest.TestCase):
    def test_entries(self):
        self.assertEqual(parse_entry('@a/b@1.2.3'), ('@a/b', '1.2.3'))
        self.assertEqual(parse_entry('@a/b'), ('@a/b', 'latest'))
        for bad in ('a b', '../x', 'https://x', '@a', 'a@1 2'):
            with self.assertRaises(ValueError, msg=bad):
                parse_entry(bad)

    def test_committed_lists_are_well_formed_and_hold_nothing_held_out(self):
        for file in ('packages.txt', 'toy-packages.txt'):
            names = [name for name, _ in read_list(ROOT / file)]
            self.assertGreater(len(names), 5)
            refuse_held_out(names)

    def test_held_out_is_refused(self):
        self.assertIn('pino', held_out_names())
        with self.assertRaisesRegex(HeldOutError, 'pino'):
            refuse_held_out(['zod', 'pino'])


class Fetching(unittest.TestCase):
    def test_one_that_cannot_be_had_takes_none_with_it(self):
        asked = []

        def pack(packages, folder):
            asked.append(len(packages))
            if ('gone', 'latest') in packages:
                raise RuntimeError('404')
            for name, _ in packages:
                (folder / name).write_bytes(b'')
            return {name: {'version': '1.0.0', 'file': name} for name, _ in packages}

        original, fetch.pack = fetch.pack, pack
        self.addCleanup(setattr, fetch, 'pack', original)
        with tempfile.TemporaryDirectory() as folder:
            wanted = [(f'p{number}', 'latest') for number in range(24)] + [('gone', 'latest')]
            self.assertEqual(fetch.fetch(wanted, Path(folder)), ['gone: 404'])
            self.assertEqual(asked, [20, 5, 1, 1, 1, 1, 1])
            self.assertEqual(len(json.loads((Path(folder) / 'fetched.json').read_text())), 24)
            asked.clear()
            fetch.fetch(wanted[:24], Path(folder))
            self.assertEqual(asked, [])


class Licences(unittest.TestCase):
    def test_expressions(self):
        for good in ('MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', '(MIT OR GPL-3.0)',
                     'Apache-2.0 AND MIT'):
            self.assertTrue(is_permissive(good), good)
        for bad in ('', 'GPL-3.0', 'MIT AND GPL-3.0', 'UNLICENSED', 'SEE LICENSE IN LICENSE', 'MPL-2.0', 'BSD-4-Clause',
                    'CC-BY-4.0', 'MITX'):
            self.assertFalse(is_permissive(bad), bad)

    def test_old_forms(self):
        self.assertEqual(licence_of({'license': {'type': 'MIT'}}), 'MIT')
        self.assertEqual(licence_of({'licenses': [{'type': 'MIT'}, {'type': 'GPL-2.0'}]}), 'MIT OR GPL-2.0')


class Filters(unittest.TestCase):
    def test_paths(self):
        self.assertEqual([kind_of(p) for p in ('a.ts', 'a.d.mts', 'a.tsx', 'a.cjs', 'a.png')],
                         ['ts', 'dts', 'tsx', 'js', None])
        for bad in ('dist/umd/a.js', 'a.min.js', 'vendor/x.ts', 'src/locales/de.ts', 'x.generated.ts', 'CHANGELOG.md'):
            self.assertTrue(is_built_or_foreign(bad), bad)
        self.assertFalse(is_built_or_foreign('src/minimum.ts'))
        self.assertEqual(variant_key('lib/esm/a/b.mjs'), variant_key('src/a/b.ts'))
        self.assertLess(variant_rank('src/a.ts'), variant_rank('dist/a.js'))

    def test_cleaning(self):
        text = clean('\ufeff/* Copyright X. MIT licence */\r\nconst a = 1;  \r\n\r\n\r\n\r\nb();\n//# sourceMappingURL=x\n')
        self.assertEqual(text, 'const a = 1;\n\nb();\n')

    def test_refusals(self):
        good = code('good')
        self.assertIsNone(refusal(good, 'ts'))
        self.assertEqual(refusal('x\n', 'ts'), 'size')
        self.assertEqual(refusal('// @generated\n' + good, 'ts'), 'generated')
        self.assertEqual(refusal(good + 'var __awaiter = 1;\n', 'js'), 'transpiled')
        self.assertEqual(refusal(good + 'a' * 600 + '\n', 'js'), 'long lines')
        self.assertEqual(refusal(good + '\0', 'js'), 'not ascii')
        self.assertEqual(refusal(good + f'const key = "AKIA{"Q7" * 8}";\n', 'ts'), 'secret')

    def test_secrets(self):
        for bad in ('-----BEGIN RSA PRIVATE KEY', 'ghp_' + 'a1B2' * 9, "apiKey: 'x9Kq2mZ8vL4tR7wB1nY6'"):
            self.assertTrue(has_secret(bad), bad)
        for good in ("password: 'correct-horse-battery-staple'", 'const token = next();', "secret = 'aaaaaaaaaaaaaaaaaaaaaaa1'"):
            self.assertFalse(has_secret(good), good)


class Likeness(unittest.TestCase):
    def test_signatures(self):
        a, b = code('alpha'), code('beta')
        self.assertGreater(similarity(signature(a), signature(a.replace('alpha3', 'gamma3'))), 0.8)
        self.assertLess(similarity(signature(a), signature(b)), 0.5)
        self.assertIsNone(signature('too short'))

    def test_index(self):
        index = NearDuplicates(0.8)
        index.add(signature(code('alpha')))
        self.assertTrue(index.find(signature(code('alpha') + '\nlast();\n')))
        self.assertFalse(index.find(signature(code('delta'))))


class Building(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name)
        self.addCleanup(self._folder.cleanup)

    def test_package(self):
        builder = Builder()
        package = tarball(self.folder, '@x/y', {
            'src/a.ts': code('alpha', 120), 'src/copy.ts': code('alpha', 120), 'dist/a.js': code('alpha'),
            'src/b.ts': code('beta', 120), 'README.md': code('readme', 5)})
        found = list(builder.documents_of(package))
        code_found = [d.path for d in found if d.kind == 'ts']
        self.assertEqual(len(code_found), 2, found)
        self.assertIn('src/b.ts', code_found)
        self.assertEqual(builder.dropped['near-duplicate'], 1)
        one = builder.manifest()['packages'][0]
        row = table(builder.manifest()).splitlines()[1].split('\t')
        self.assertEqual(row[:4], [one['package'], '1.0.0', one['license'], str(one['documents'])])
        self.assertEqual((one['package'], one['version'], one['license']), ('@x/y', '1.0.0', 'MIT'))
        self.assertEqual(one['bytes']['ts'], sum(len(d.text) for d in found if d.kind == 'ts'))

    def test_licence_and_broken_tarball(self):
        builder = Builder()
        package = tarball(self.folder, 'copyleft', {'index.js': code('alpha')}, 'GPL-3.0')
        self.assertEqual(list(builder.documents_of(package)), [])
        self.assertEqual(builder.manifest()['packages'][0]['skipped'], 'licence')
        self.assertEqual(table(builder.manifest()).count('\n'), 1)
        broken = self.folder / 'broken.tgz'
        broken.write_bytes(b'no archive')
        with self.assertRaisesRegex(ValueError, 'broken.tgz cannot be read'):
            list(builder.documents_of(broken))

    def test_held_out_content_is_dropped_and_refused(self):
        secret = Document('pino', 'lib/a.js', 'js', code('alpha'))
        builder = Builder([secret])
        package = tarball(self.folder, 'copier', {'index.js': code('alpha') + 'more();\n', 'b.js': code('beta')})
        self.assertEqual([d.path for d in builder.documents_of(package)], ['b.js'])
        self.assertEqual(builder.dropped['like held-out'], 1)

        held, training = self.folder / 'held.jsonl', self.folder / 'training.jsonl.xz'
        write_documents(held, [secret])
        write_documents(training, [Document('copier', 'index.js', 'js', code('alpha') + 'more();\n')])
        with self.assertRaisesRegex(HeldOutError, 'copier/index.js is like'):
            check_apart(training, held)
        write_documents(training, [Document('pino', 'x.js', 'js', code('beta'))])
        with self.assertRaisesRegex(HeldOutError, 'is of a held-out package'):
            check_apart(training, held)

    def test_documents_file(self):
        documents = [Document('a', 'b.ts', 'ts', 'é\n')]
        for name in ('d.jsonl', 'd.jsonl.xz'):
            write_documents(self.folder / name, documents)
            self.assertEqual(list(read_documents(self.folder / name)), documents)
        (self.folder / 'bad.jsonl').write_text('{"package": "a"}\n')
        with self.assertRaisesRegex(ValueError, 'line 1 is no document'):
            list(read_documents(self.folder / 'bad.jsonl'))

    def test_portions_hold_everything(self):
        rng = random.Random(1)
        documents = [Document(f'p{i // 3}', f'{i}.ts', 'ts', rng.randbytes(400_000).hex() + '\n') for i in range(9)]
        paths = write_portions(documents, self.folder / 'carry', 5_000_000)
        self.assertGreater(len(paths), 1)
        self.assertEqual([d for path in paths for d in read_documents(path)], documents)
        for path in paths:
            self.assertLess(path.stat().st_size, 5_000_000)


if __name__ == '__main__':
    unittest.main()
