import unittest

import torch

from model.llama import Llama, attend, rotate
from model.presets import PRESETS, Shape, preset

SHAPE = Shape(vocabulary=300, width=128, layers=2, heads=2, key_heads=1, feed_forward=192, context=48)


def model(seed: int = 1) -> Llama:
    one = Llama(SHAPE)
    one.initialise(seed)
    return one.eval()


class Shapes(unittest.TestCase):
    def test_presets(self):
        for name, shape in PRESETS.items():
            self.assertGreaterEqual(shape.head, 64, name)
            for width in (shape.width, shape.feed_forward):
                self.assertEqual(width % 32, 0, name)
            if name != 'toy':
                self.assertEqual((shape.vocabulary, shape.context), (16_384, 2048))
                self.assertAlmostEqual(shape.parameters / 1e6 / int(name[:-1]), 1, delta=0.06)
        self.assertEqual(sum(p.numel() for p in model().parameters()), SHAPE.parameters)

    def test_bad_shapes(self):
        with self.assertRaisesRegex(ValueError, 'no preset 3B'):
            preset('3B')
        with self.assertRaisesRegex(ValueError, '16 bits'):
            preset('toy', 70_000)
        with self.assertRaisesRegex(ValueError, 'does not split'):
            Shape(10, 100, 1, 3, 1, 32, 8)


class Computation(unittest.TestCase):
    def test_later_tokens_do_not_change_earlier_logits(self):
        one = model()
        a = torch.randint(0, 300, (1, 20))
        b = a.clone()
        b[0, 15:] = 7
        with torch.no_grad():
            self.assertTrue(torch.allclose(one.logits(a)[:, :15], one.logits(b)[:, :15], atol=1e-5))

    def test_caches(self):
        one, tokens = model(), torch.randint(0, 300, (2, 20))
        with torch.no_grad():
            whole, caches = one.logits(tokens), one.new_caches()
            parts = [one.logits(tokens[:, a:b], caches) for a, b in ((0, 8), (8, 9), (9, 14), (14, 20))]
        self.assertTrue(torch.allclose(whole, torch.cat(parts, 1), atol=1e-4))

    def test_context_is_the_limit(self):
        with self.assertRaisesRegex(ValueError, 'do not fit'):
            model().logits(torch.zeros(1, 49, dtype=torch.long))

    def test_rotation_turns_neighbouring_pairs_by_distance(self):
        angles = torch.arange(8).float()[:, None] * torch.tensor([1.0, 0.1])
        q, k = torch.randn(4), torch.randn(4)
        at = lambda x, i: rotate(x, angles[i].cos(), angles[i].sin())  # noqa: E731
        self.assertAlmostEqual(float(at(q, 5) @ at(k, 3)), float(at(q, 2) @ at(k, 0)), places=4)
        self.assertAlmostEqual(float(at(q, 3)[:2].norm()), float(q[:2].norm()), places=5)

    def test_attention_against_double_precision(self):
        for queries, keys in ((9, 9), (600, 600), (300, 600), (2, 700)):
            q = torch.randn(1, 2, queries, 16)
            k, v = torch.randn(2, 1, 2, keys, 16)
            scores = (q.double() @ k.double().transpose(-1, -2)) / 4
            hidden = torch.ones(queries, keys).triu(1 + keys - queries).bool()
            expected = scores.masked_fill(hidden, float('-inf')).softmax(-1) @ v.double()
            self.assertLess(float((attend(q, k, v, True) - expected).norm()), 1e-4)

    def test_loss_is_weighted(self):
        one, tokens = model(), torch.randint(0, 300, (1, 10))
        weights = torch.zeros(1, 10)
        weights[0, 4] = 4
        with torch.no_grad():
            expected = -4 * one.logits(tokens)[0, 4].log_softmax(-1)[tokens[0, 5]]
            self.assertAlmostEqual(float(one(tokens, tokens.roll(-1), weights)), float(expected), places=3)


if __name__ == '__main__':
    unittest.main()
