"""Every mode on the GPU, one process each, on small shards: their losses against those of a plain, compiled run."""
from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.synthetic import losses_of, write_shards


def run(folder: Path, mode: str, compiled: bool) -> list[float]:
    """Losses of 50 steps. Raises RuntimeError with the end of what a failed run printed."""
    out = folder / mode
    launch = [] if mode == 'single' else [
        '-m', 'torch.distributed.run', '--standalone', '--nproc_per_node', '1', '--redirects', '1:1', '--tee', '1:1']
    # The package of the tests hides the GPU.
    environment = {key: value for key, value in os.environ.items() if key != 'CUDA_VISIBLE_DEVICES'}
    done = subprocess.run(
        [sys.executable, *launch, '-m', 'trainer.train', '--shards', str(folder / 'shards'), '--out', str(out),
         '--preset', 'toy', '--steps', '50', '--batch-rows', '8', '--micro-rows', '4', '--warmup', '5', '--log-every', '1',
         '--parallel', mode, *([] if compiled else ['--no-compile'])], env=environment,
        capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-1500:])
    return losses_of(out)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_shards(folder / 'shards')
        alone = run(folder, 'single', True)
        print(f'single: {alone[0]:.4f} to {alone[-1]:.4f}')
        for mode in ('ddp', 'zero1', 'fsdp'):
            try:
                losses = run(folder, mode, False)
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                print(f'{mode} failed: {error}')
                continue
            worst = max(abs(a - b) / a for a, b in zip(alone, losses))
            print(f'{mode}: {losses[0]:.4f} to {losses[-1]:.4f}, largest relative difference {worst:.1e}')


if __name__ == '__main__':
    main()
