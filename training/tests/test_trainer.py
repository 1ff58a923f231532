import json
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from model.llama import Llama
from model.presets import preset
from tests.synthetic import END, MIDDLE, PAD, losses_of, write_shards
from trainer import checkpoint
from trainer.batches import Rows, to_batch
from trainer.carry import copy_pieces, slim
from trainer.optimizer import Optimizer, orthogonalise, part_of
from trainer.schedule import rate
from trainer.train import main

torch.set_num_threads(1)


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class Schedule(unittest.TestCase):
    def test_warm_up_stable_decay(self):
        at = lambda step: rate(step, step / 100, 10, 0.4)  # noqa: E731
        self.assertAlmostEqual(at(0), 0.1)
        self.assertEqual([at(9), at(30), at(60)], [1, 1, 1])
        self.assertAlmostEqual(at(80), 0.5)
        self.assertEqual(at(100), 0)


class Muon(unittest.TestCase):
    def test_singular_values_come_near_one(self):
        for shape in ((3, 64, 64), (2, 96, 32), (1, 32, 96)):
            values = torch.linalg.svdvals(orthogonalise(torch.randn(shape)))
            self.assertLess(float(values.max()), 1.3)
            self.assertGreater(float(values.median()), 0.6)

    def test_parts_under_fsdp_are_chunks(self):
        class Mesh:
            def __init__(self, rank): self.rank = rank
            def size(self): return 4
            def get_local_rank(self): return self.rank

        class Split:
            def __init__(self, rank): self.device_mesh = Mesh(rank)
            def to_local(self): raise NotImplementedError

        full = torch.arange(12.0).reshape(6, 2)
        parts = [part_of(full, Split(rank)) for rank in range(4)]
        self.assertTrue(torch.equal(torch.cat(parts), full))
        self.assertEqual([len(p) for p in parts], [2, 2, 2, 0])

    def test_state_of_another_model_is_refused(self):
        one = Optimizer(Llama(preset('toy', 64)), 0.02, 0.003, 0)
        with self.assertRaisesRegex(ValueError, 'has no'):
            one.load_state_dict({'steps': 1, 'tensors': {}})


class Batches(Folder):
    def test_rows_go_round_and_resume(self):
        shards = write_shards(self.folder / 'shards', rows=5)
        rows = Rows(shards)
        first = rows.take(7)
        cursor = list(rows.cursor)
        second = rows.take(11)
        again = Rows(shards)
        again.cursor = cursor
        self.assertTrue((again.take(11) == second).all())
        self.assertTrue((second[8:] == first[:3]).all())

    def test_missing_shards(self):
        with self.assertRaisesRegex(ValueError, 'run packing.build first'):
            Rows(self.folder)
        shards = write_shards(self.folder / 'shards', rows=5)
        (shards / 'epoch-000-part-001.npy').unlink()
        with self.assertRaisesRegex(ValueError, 'part-001.npy is missing'):
            Rows(shards).take(6)

    def test_weights(self):
        rows = np.array([[20, 21, MIDDLE, 30, 31, END, 22, PAD, PAD]], np.uint16)
        about = {'middle': MIDDLE, 'end': END, 'pad': PAD}
        tokens, targets, weights = to_batch(rows, about, 4.0)
        self.assertEqual(targets.tolist()[0], [21, MIDDLE, 30, 31, END, 22, PAD, PAD])
        self.assertEqual(weights.tolist()[0], [1, 1, 4, 4, 4, 1, 0, 0])


class Runs(Folder):
    def run_trainer(self, out: str, *more: str) -> list[float]:
        main(['--shards', str(self.folder / 'shards'), '--out', str(self.folder / out), '--preset', 'toy', '--steps', '14',
              '--batch-rows', '4', '--micro-rows', '2', '--warmup', '3', '--log-every', '1', *more])
        return losses_of(self.folder / out)

    def test_a_resumed_run_is_the_same_to_the_bit(self):
        write_shards(self.folder / 'shards', rows=20)
        whole = self.run_trainer('whole', '--validation', str(self.folder / 'shards'), '--validation-rows', '4')
        self.run_trainer('halves', '--stop-after', '6')
        halves = self.run_trainer('halves', '--resume')
        self.assertEqual(whole, halves)
        states = [checkpoint.load(self.folder / name / 'checkpoint') for name in ('whole', 'halves')]
        for key in ('weights', 'optimizer'):
            for name, tensor in states[0][key].items():
                self.assertTrue(torch.equal(tensor, states[1][key][name]), name)
        self.assertEqual(states[0]['cursor'], states[1]['cursor'])
        log = [json.loads(line) for line in (self.folder / 'whole/log.jsonl').read_text().splitlines()]
        self.assertTrue(any('validationMiddle' in line for line in log))

    def test_uneven_batches_and_other_shapes_are_refused(self):
        write_shards(self.folder / 'shards', rows=20)
        with self.assertRaisesRegex(ValueError, 'do not split'):
            self.run_trainer('a', '--batch-rows', '5')
        self.run_trainer('b', '--stop-after', '1')
        with self.assertRaisesRegex(ValueError, 'another shape'):
            self.run_trainer('b', '--resume', '--preset', '25M')
        with self.assertRaisesRegex(ValueError, 'no checkpoint in'):
            self.run_trainer('c', '--resume')

    def test_a_new_schedule_begins_with_given_weights_and_takes_the_context_of_its_rows(self):
        write_shards(self.folder / 'shards', rows=20)
        self.run_trainer('a')
        write_shards(self.folder / 'shards', rows=20, context=48)
        begun = ['--begin-from', str(self.folder / 'a/checkpoint')]
        losses = self.run_trainer('b', *begun)
        self.assertLess(losses[0], 0.9 * self.run_trainer('c')[0])
        self.assertEqual(checkpoint.shape_of(checkpoint.load(self.folder / 'b/checkpoint')).context, 48)
        write_shards(self.folder / 'shards', rows=20, vocabulary=300)
        with self.assertRaisesRegex(ValueError, 'has 256 tokens, the shards 300'):
            self.run_trainer('d', *begun)


class Pieces(Folder):
    def test_pieces_travel_in_portions(self):
        data = np.random.default_rng(1).bytes(2 * checkpoint.PIECE + 5)
        checkpoint.write_pieces(data, self.folder / 'a')
        self.assertLess(checkpoint.PIECE, 16 << 20)
        self.assertEqual(copy_pieces(self.folder / 'a', self.folder / 'b', 0, 2), 1)
        with self.assertRaisesRegex(ValueError, 'piece-002.bin is missing'):
            checkpoint.read_pieces(self.folder / 'b')
        self.assertEqual(copy_pieces(self.folder / 'a', self.folder / 'b', 2, 2), 0)
        self.assertEqual(checkpoint.read_pieces(self.folder / 'b'), data)
        (self.folder / 'b/piece-002.bin').write_bytes(b'12345')
        with self.assertRaisesRegex(ValueError, 'is not what was written'):
            checkpoint.read_pieces(self.folder / 'b')

    def test_slim(self):
        model = Llama(preset('toy', 64))
        model.initialise(1)
        checkpoint.save(self.folder / 'a', {**checkpoint.model_state(model.shape, model.state_dict()), 'step': 3})
        slim(self.folder / 'a', self.folder / 'b')
        again = checkpoint.load_model(self.folder / 'b')
        for name, weight in model.state_dict().items():
            self.assertTrue(torch.allclose(again.state_dict()[name], weight, rtol=1e-2), name)


if __name__ == '__main__':
    unittest.main()
