import unittest

import numpy as np
import torch

from model.llama import Llama
from model.presets import preset
from model.within import attend_within, plain, starts_of

END = 8


class Starts(unittest.TestCase):
    def test_rows_and_ends_begin_samples(self):
        rows = np.full((2, 64), 20, np.uint16)
        rows[0, 9], rows[1, 63] = END, END
        starts, numbers = starts_of(rows, END)
        self.assertEqual(starts.tolist(), [0, 10, 64, 128, 128])
        self.assertEqual(numbers.tolist(), [3, 64])

    def test_more_samples_than_there_is_room_for_see_each_other(self):
        starts, numbers = starts_of(np.full((1, 96), END, np.uint16), END)
        self.assertEqual(starts.tolist(), [0, 1, 2, 96])
        self.assertEqual(numbers.tolist(), [3, 94])


class Within(unittest.TestCase):
    def test_samples_of_a_row_are_computed_as_if_alone(self):
        model = Llama(preset('toy', 64))
        model.initialise(1)
        a, b = torch.randint(9, 64, (1, 30)), torch.randint(9, 64, (1, 34))
        a[0, -1] = END
        row = torch.cat((a, b), 1)
        with torch.no_grad():
            together = model.logits(row, samples=starts_of(row.numpy(), END))
            # A sample knows distances only, so that it may begin anywhere in the row.
            alone = torch.cat((model.logits(a), model.logits(b)), 1)
            seen = model.logits(row)
        self.assertTrue(torch.allclose(together, alone, atol=1e-4))
        self.assertFalse(torch.allclose(seen, alone, atol=1e-4))

    def test_gradients(self):
        inputs = [torch.randn(2, 3, 32, 8, requires_grad=True) for _ in range(3)]
        tokens = np.full((2, 32), 20, np.uint16)
        tokens[0, 5], tokens[1, 20] = END, END
        samples = starts_of(tokens, END)
        flat = [x.transpose(1, 2).reshape(64, 3, 8) for x in inputs]
        weights = torch.randn(64, 3, 8)
        want = torch.autograd.grad((plain(*flat, *samples) * weights).sum(), inputs)
        out = attend_within(*inputs, *samples).transpose(1, 2).reshape(64, 3, 8)
        got = torch.autograd.grad((out * weights).sum(), inputs)
        for one, other in zip(want, got):
            self.assertTrue(torch.allclose(one, other, atol=1e-5))


if __name__ == '__main__':
    unittest.main()
