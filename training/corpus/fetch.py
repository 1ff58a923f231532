"""Fetches the packages of a list with `npm pack`: tarballs in a folder, and what came in fetched.json beside them."""
from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path

from corpus.packages import HELD_OUT, read_list, refuse_held_out


BATCH = 20
"""Packages that one npm fetches: starting it costs more than most of them."""


def pack(packages: list[tuple[str, str]], folder: Path) -> dict[str, dict]:
    """Fetches packages, all or none. Returns {name: {version, file}}. Raises RuntimeError with npm's own words."""
    run = subprocess.run(
        ['npm', 'pack', *(f'{name}@{version}' for name, version in packages), '--json', '--ignore-scripts',
         '--pack-destination', str(folder)], capture_output=True, text=True, timeout=60 + 30 * len(packages))
    if run.returncode != 0:
        lines = [line for line in run.stderr.splitlines() if 'error' in line.lower()]
        raise RuntimeError(lines[0] if lines else f'npm pack ended with {run.returncode}')
    answer = json.loads(run.stdout)
    return {one['name']: {'version': one['version'], 'file': one['filename'].replace('@', '').replace('/', '-')}
            for one in (answer if isinstance(answer, list) else answer.values())}


def fetch(packages: list[tuple[str, str]], folder: Path) -> list[str]:
    """Fetches what is not there yet. Returns the names that could not be had, with the reason."""
    folder.mkdir(parents=True, exist_ok=True)
    index = folder / 'fetched.json'
    have = json.loads(index.read_text()) if index.exists() else {}

    def is_there(name: str, version: str) -> bool:
        known = have.get(name)
        return bool(known) and version in ('latest', known['version']) and (folder / known['file']).exists()

    missing = [one for one in packages if not is_there(*one)]
    failed = []
    groups = [missing[start:start + BATCH] for start in range(0, len(missing), BATCH)]
    while groups:
        group = groups.pop(0)
        try:
            have.update(pack(group, folder))
            print(f'{len(have)} packages, {group[-1][0]} the last', flush=True)
        except (RuntimeError, subprocess.TimeoutExpired, ValueError) as error:
            # One that cannot be had takes the others with it: each is asked for alone.
            if len(group) > 1:
                groups[:0] = [[one] for one in group]
            else:
                failed.append(f'{group[0][0]}: {error}')
        index.write_text(json.dumps(have, indent=1, sort_keys=True))
    return failed


def pin(path: Path, folder: Path) -> None:
    """Writes the versions that were fetched into the list, so that it names what was trained on."""
    have = json.loads((folder / 'fetched.json').read_text())
    lines = []
    for line in path.read_text().splitlines():
        name = line.split('#')[0].strip()
        name = name[:name.rfind('@')] if name.rfind('@') > 0 else name
        lines.append(f'{name}@{have[name]["version"]}' if name in have else line)
    path.write_text('\n'.join(lines) + '\n')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--list', type=Path, help='packages to train on')
    parser.add_argument('--held-out', action='store_true', help='fetch the held-out packages instead')
    parser.add_argument('--into', type=Path, required=True)
    parser.add_argument('--pin', action='store_true', help='write the fetched versions into the list')
    args = parser.parse_args()
    if args.held_out == (args.list is not None):
        parser.error('give either --list or --held-out')
    packages = read_list(HELD_OUT if args.held_out else args.list)
    if not args.held_out:
        refuse_held_out(name for name, _ in packages)
    failed = fetch(packages, args.into)
    if args.pin and args.list:
        pin(args.list, args.into)
    print(f'{len(packages) - len(failed)} packages there, {len(failed)} not')
    for line in failed:
        print(' ', line)


if __name__ == '__main__':
    from command import run
    run(main)
