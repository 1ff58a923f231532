"""Copies some pieces of a checkpoint, or of any large file, where only a few small files can leave a machine at a time."""
from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch

from trainer.checkpoint import INDEX, load, model_state, read_pieces, save, shape_of, write_pieces


def copy_pieces(folder: Path, out: Path, first: int, count: int) -> int:
    """Copies `count` pieces from number `first`, and the index. Returns how many pieces are left behind them."""
    names = [one['name'] for one in json.loads((folder / INDEX).read_text())]
    out.mkdir(parents=True, exist_ok=True)
    shutil.copy(folder / INDEX, out / INDEX)
    for name in names[first:first + count]:
        shutil.copy(folder / name, out / name)
    return max(0, len(names) - first - count)


def slim(folder: Path, out: Path) -> None:
    """Weights alone, 16 bits: for measuring and exporting, not for an exact resume."""
    state = load(folder)
    weights = {name: weight.to(torch.bfloat16 if weight.dim() > 1 else weight.dtype)
               for name, weight in state['weights'].items()}
    save(out, model_state(shape_of(state), weights))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest='command', required=True)
    one = commands.add_parser('copy', help='copy pieces FIRST to FIRST + COUNT')
    one.add_argument('folder', type=Path)
    one.add_argument('out', type=Path)
    one.add_argument('--first', type=int, default=0)
    one.add_argument('--count', type=int, default=4)
    for name, words in (('split', 'a file into a folder of pieces'), ('join', 'a folder of pieces into a file'),
                        ('slim', 'a checkpoint into one of weights alone')):
        one = commands.add_parser(name, help=words)
        one.add_argument('source', type=Path)
        one.add_argument('out', type=Path)
    args = parser.parse_args()
    if args.command == 'copy':
        left = copy_pieces(args.folder, args.out, args.first, args.count)
        print(f'{left} pieces are left' + (f', from --first {args.first + args.count}' if left else ''))
    elif args.command == 'split':
        write_pieces(args.source.read_bytes(), args.out)
    elif args.command == 'join':
        args.out.write_bytes(read_pieces(args.source))
    else:
        slim(args.source, args.out)


if __name__ == '__main__':
    from command import run
    run(main)
