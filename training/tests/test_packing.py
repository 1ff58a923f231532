import random
import unittest

import numpy as np

from corpus.documents import Document
from packing.brackets import pairs
from packing.build import make_shard, shares_of
from packing.neighbours import Package, head
from packing.rows import pack
from packing.samples import Mix, Sampler
from packing.spans import SHARES, choose_span
from tests.corpora import own_sources, tokenizer


class Spans(unittest.TestCase):
    def test_brackets(self):
        text = 'f(a, "(", [b, c]) // )\n{ x: 1, }'
        self.assertEqual([(text[a:b + 1], len(c)) for a, b, c in pairs(text)],
                         [('[b, c]', 1), ('(a, "(", [b, c])', 2), ('{ x: 1, }', 1)])
        self.assertEqual(pairs("don't (close"), [])

    def test_every_kind_is_chosen_and_shows_something(self):
        rng, seen = random.Random(1), set()
        inside = 0
        for _ in range(600):
            text = rng.choice(own_sources()).text
            start, end, kind = choose_span(text, rng)
            seen.add(kind)
            self.assertTrue(text[start:end].strip())
            self.assertLessEqual(end - start, 600)
            if kind in ('rest', 'line'):
                self.assertNotIn('\n', text[start:end])
                self.assertEqual(text[end:end + 1] or '\n', '\n')
            inside += text[start - 1:start].isalnum() and text[start:start + 1].isalnum()
        self.assertEqual(seen, set(SHARES))
        self.assertGreater(inside, 60, 'cuts inside identifiers')

    def test_blank_text(self):
        self.assertIsNone(choose_span('\n \n', random.Random(1)))


class Samples(unittest.TestCase):
    def test_rearranged_samples_hold_the_text(self):
        t, rng = tokenizer(), random.Random(4)
        package = Package(list(own_sources()))
        orders = set()
        for _ in range(200):
            document = rng.choice(own_sources())
            sample = Sampler(t, 600).rearrange(package, document, 0, 900, rng)
            self.assertLessEqual(len(sample), 600)
            self.assertEqual(sample[-1], t.end)
            p, s, m = (sample.index(token) for token in (t.prefix, t.suffix, t.middle))
            orders.add(p < s)
            prefix = sample[p + 1:s if s > p else m]
            suffix = sample[s + 1:p if p > s else m]
            shown = t.decode(prefix) + t.decode(sample[m + 1:-1]) + t.decode(suffix)
            self.assertIn(shown, document.text)
            if min(p, s) > 0:
                self.assertEqual(sample[0], t.separator)
                self.assertTrue(t.decode(sample[:min(p, s)]).endswith(f'{document.path}\n'))
        self.assertEqual(orders, {True, False})

    def test_share_of_rearranged_documents(self):
        t = tokenizer()
        sequences = list(Sampler(t, 512).samples(Package(list(own_sources()) * 8), random.Random(2)))
        fim = sum(len(s) for s in sequences if t.middle in s) / sum(map(len, sequences))
        self.assertGreater(fim, 0.5)
        self.assertLess(fim, 0.97)
        self.assertLessEqual(max(map(len, sequences)), 512)

    def test_plain_documents_are_whole(self):
        t = tokenizer()
        document = own_sources()[0]
        sampler = Sampler(t, 256, Mix(fim=0, others=0, path=0))
        parts = list(sampler.samples(Package([document]), random.Random(1)))
        self.assertEqual(t.decode([token for part in parts for token in part]), document.text)

    def test_neighbours(self):
        a = Document('p', 'src/a.ts', 'ts', "import { b } from './b.js';\n")
        b = Document('p', 'src/b.ts', 'ts', 'export const b = 1;\n')
        package = Package([a, b, Document('p', 'src/c/d.ts', 'ts', 'x\n')])
        self.assertEqual(package.imported(a), [b])
        for seed in range(20):
            found = package.neighbours(a, random.Random(seed))
            self.assertNotIn(a, found)
            self.assertEqual(len({one.path for one in found}), len(found))
        self.assertEqual(head('ab\ncd\nef\n', 6), 'ab\ncd')


class Rows(unittest.TestCase):
    def test_nothing_is_lost(self):
        rng = random.Random(1)
        sequences = [[rng.randrange(10, 99)] * rng.randint(1, 64) for _ in range(300)]
        rows = pack([list(s) for s in sequences], 64, 6, rng)
        self.assertEqual(rows.dtype, np.uint16)
        self.assertEqual(sorted(rows[rows != 6].tolist()), sorted(x for s in sequences for x in s))
        self.assertLess((rows == 6).mean(), 0.1)
        with self.assertRaisesRegex(ValueError, 'does not fit'):
            pack([[1] * 65], 64, 6, rng)

    def test_shards_are_reproducible_and_differ_by_epoch(self):
        groups = [list(own_sources())]
        one = make_shard(groups, tokenizer(), 256, 2, 1, 0, 0)
        self.assertTrue((one == make_shard(groups, tokenizer(), 256, 2, 1, 0, 0)).all())
        other = make_shard(groups, tokenizer(), 256, 2, 1, 1, 0)
        self.assertFalse(one.shape == other.shape and (one == other).all())

    def test_shards_are_mixed_as_asked(self):
        groups = [list(own_sources())]
        t = tokenizer()
        for share in (0.0, 1.0):
            rows = make_shard(groups, t, 256, 1, 1, 0, 0, Mix(fim=1, suffix_first=share, others=0, path=0))
            first = [row[np.isin(row, (t.prefix, t.suffix))][0] for row in rows[:20] if np.isin(row, (t.prefix, t.suffix)).any()]
            sooner = [token == t.suffix for token in first]
            self.assertGreater(len(sooner), 5)
            self.assertEqual(np.mean(sooner), share)

    def test_kinds_are_shown_by_their_shares(self):
        groups, t = [list(own_sources())], tokenizer()
        kinds = {document.kind for document in groups[0]}
        full = make_shard(groups, t, 256, 1, 1, 0, 0, shares={})
        self.assertLess(len(make_shard(groups, t, 256, 1, 1, 0, 0, shares=dict.fromkeys(kinds, 0.3))), 0.6 * len(full))
        self.assertEqual(shares_of('ts=0.2,js=1'), {'ts': 0.2, 'js': 1.0})
        for bad in ('ts', 'ts=2', 'ts=x'):
            with self.assertRaises(ValueError, msg=bad):
                shares_of(bad)


if __name__ == '__main__':
    unittest.main()
