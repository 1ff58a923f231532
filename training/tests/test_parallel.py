"""Several processes compute what one does: the first 50 losses are equal."""
import os
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from tests.synthetic import losses_of, write_shards

ROOT = Path(__file__).resolve().parent.parent
STEPS = 50


def has_fsdp() -> bool:
    """PyTorch 2.6 built without CUDA has a fully_shard, which fails on the CPU; that of 2.14 does not."""
    import torch
    if not torch.cuda.is_available() and tuple(int(part) for part in torch.__version__.split('.')[:2]) <= (2, 6):
        return False
    try:
        from torch.distributed.fsdp import fully_shard  # noqa: F401
        return True
    except (ImportError, ValueError):
        return False


def as_torchrun(processes: int) -> list[dict[str, str]]:
    """What torchrun tells each process. It does not start itself in every build: Debian's of PyTorch 2.6 has no libuv."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    return [{'RANK': str(rank), 'LOCAL_RANK': str(rank), 'WORLD_SIZE': str(processes), 'MASTER_ADDR': '127.0.0.1',
             'MASTER_PORT': str(port), 'USE_LIBUV': '0'} for rank in range(processes)]


class Parallel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory()
        cls.folder = Path(cls._folder.name)
        write_shards(cls.folder / 'shards')
        cls.alone = cls.run_trainer('single', 1)

    @classmethod
    def tearDownClass(cls):
        cls._folder.cleanup()

    @classmethod
    def run_trainer(cls, mode: str, processes: int, *more: str, name: str | None = None) -> list[float]:
        out = cls.folder / (name or f'{mode}-{processes}')
        # On the CPU, where the sums of one and of two processes differ by rounding alone.
        environment = {**os.environ, 'OMP_NUM_THREADS': '1', 'CUDA_VISIBLE_DEVICES': ''}
        command = [
            sys.executable, '-m', 'trainer.train', '--shards', str(cls.folder / 'shards'), '--out', str(out),
            '--preset', 'toy', '--steps', str(STEPS), '--batch-rows', '8', '--micro-rows', '2', '--warmup', '5',
            '--log-every', '1', '--parallel', mode, '--threads', '1', *more]
        launched = [{}] if mode == 'single' else as_torchrun(processes)
        with tempfile.TemporaryFile('w+') as errors:
            running = [subprocess.Popen(command, cwd=ROOT, env={**environment, **one}, stdout=subprocess.DEVNULL, stderr=errors)
                       for one in launched]
            codes = [process.wait(300) for process in running]
            errors.seek(0)
            if any(codes):
                raise AssertionError(errors.read()[-2000:])
        return losses_of(out)

    def check(self, mode: str) -> None:
        together = self.run_trainer(mode, 2)
        self.assertEqual(len(self.alone), STEPS)
        self.assertEqual(len(together), STEPS)
        worst = max(abs(a - b) / a for a, b in zip(self.alone, together))
        print(f'{mode}: {self.alone[0]:.4f} to {self.alone[-1]:.4f}, largest relative difference {worst:.1e}')
        self.assertLess(worst, 1e-3)
        self.assertLess(self.alone[-1], 0.7 * self.alone[0])

    def test_replicas(self):
        self.check('ddp')

    def test_split_optimizer(self):
        self.check('zero1')

    def test_a_checkpoint_is_resumed_by_another_mode(self):
        self.run_trainer('zero1', 2, '--stop-after', '20', name='mixed')
        self.run_trainer('single', 1, '--stop-after', '35', '--resume', name='mixed')
        mixed = self.run_trainer('ddp', 2, '--resume', name='mixed')
        self.assertEqual(len(mixed), STEPS)
        self.assertLess(max(abs(a - b) / a for a, b in zip(self.alone, mixed)), 1e-3)

    @unittest.skipUnless(has_fsdp(), 'this PyTorch has no fully_shard')
    def test_everything_split(self):
        self.check('fsdp')


if __name__ == '__main__':
    unittest.main()
