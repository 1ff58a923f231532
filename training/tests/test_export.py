import random
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from engine.compare import compare
from engine.library import _MODULES
from export.convert import FORMATS, export, load_gguf
from export.gguf import STRING, read_gguf, write_gguf
from export.quantize import F16, F32, Q4_0, Q8_0, decode, encode
from model.llama import Llama
from model.presets import Shape
from tests.corpora import own_sources, tokenizer


class Quantising(unittest.TestCase):
    def test_error_and_size(self):
        x = np.random.default_rng(1).normal(size=(64, 128)).astype(np.float32)
        for kind, error, size in ((F32, 0, 4), (F16, 1e-3, 2), (Q8_0, 1e-2, 34 / 32), (Q4_0, 0.11, 18 / 32)):
            data = encode(x, kind)
            self.assertEqual(len(data), int(x.size * size))
            self.assertLessEqual(np.linalg.norm(decode(data, kind, x.shape) - x) / np.linalg.norm(x), error)

    def test_zeros_and_odd_widths(self):
        for kind in (Q8_0, Q4_0):
            self.assertFalse(decode(encode(np.zeros((2, 32)), kind), kind, (2, 32)).any())
            with self.assertRaisesRegex(ValueError, 'do not split into blocks'):
                encode(np.zeros((2, 33)), kind)

    def test_nibbles(self):
        """Elements 0 and 16 share the first byte, as in ggml."""
        x = np.zeros((1, 32), np.float32)
        x[0, 0], x[0, 16] = -8, 7
        data = encode(x, Q4_0)
        self.assertEqual(np.frombuffer(data[:2], np.float16)[0], 1)
        self.assertEqual(data[2], 0 | 15 << 4)


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_round_trip(self):
        path = self.folder / 'x.gguf'
        values = np.arange(64, dtype=np.float32).reshape(2, 32)
        write_gguf(path, {'a': 'é', 'b': 7, 'c': True, 'd': 0.5, 'e': (STRING, ['x', ''])}, {'t': (values, F32)})
        metadata, tensors = read_gguf(path)
        self.assertEqual(metadata, {'a': 'é', 'b': 7, 'c': True, 'd': 0.5, 'e': ['x', '']})
        self.assertTrue((tensors['t'] == values).all())
        path.write_bytes(b'nonsense')
        with self.assertRaisesRegex(ValueError, 'is not a GGUF file'):
            read_gguf(path)

    def model(self) -> Llama:
        model = Llama(Shape(tokenizer().size, width=128, layers=2, heads=2, key_heads=1, feed_forward=192, context=256))
        model.initialise(3)
        return model.eval()

    def test_model_round_trip(self):
        model = self.model()
        for form in FORMATS:
            path = self.folder / f'{form}.gguf'
            export(model, tokenizer(), path, form, 'test')
            again = load_gguf(path)
            self.assertEqual(again.shape.context, 256)
            for name, weight in model.state_dict().items():
                distance = (again.state_dict()[name] - weight).norm() / weight.norm()
                self.assertLess(float(distance), 0.12, f'{form} {name}')
        with self.assertRaisesRegex(ValueError, 'no format q2'):
            export(model, tokenizer(), self.folder / 'x.gguf', 'q2', 'test')

    @unittest.skipUnless(list(_MODULES.glob('node-*/bin/node')), 'the engine is not installed')
    def test_libllama_computes_the_same(self):
        rng = random.Random(1)
        tokens = [tokenizer().encode(rng.choice(own_sources()).text)[:rng.randint(2, 200)] for _ in range(6)]
        for form, most in (('f16', 2e-3), ('q8_0', 2e-2), ('q4_0', 3e-2)):
            path = self.folder / f'{form}.gguf'
            export(self.model(), tokenizer(), path, form, 'test')
            distance, _ = compare(path, tokens)
            self.assertLess(distance, most, form)


torch.set_num_threads(1)
if __name__ == '__main__':
    unittest.main()
