"""Judges what `quire complete` wrote for cases of evaluation.evaluate, and how long it took."""
from __future__ import annotations

import argparse
import json
from pathlib import Path

from evaluation.metrics import judge


def quantile(values: list[float], share: float) -> float:
    """The value below which `share` of them lie; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def score(cases: list[dict], results: list[dict]) -> dict:
    """
    By kind: exact match and edit similarity of the model's text, and of what would be shown. Of all: milliseconds to the
    first token and to the last, tokens a second of prefill and decode. Raises ValueError where a case has no result.
    """
    by_id = {one['id']: one for one in results}
    missing = [one['id'] for one in cases if one['id'] not in by_id]
    if missing:
        raise ValueError(f'{len(missing)} cases have no result, the first is {missing[0]}')
    figures: dict = {}
    for kind in ('rest', 'block'):
        chosen = [one for one in cases if str(one['id']).startswith(kind)]
        truths = [one['truth'] for one in chosen]
        figures[kind] = {
            'text': judge([by_id[one['id']]['text'] or '' for one in chosen], truths),
            'shown': judge([by_id[one['id']]['shown'] or '' for one in chosen], truths),
            'nothingShown': sum(by_id[one['id']]['shown'] is None for one in chosen),
        }
    for key in ('firstTokenMs', 'totalMs'):
        values = [one[key] for one in results if one.get(key) is not None]
        figures[key] = {'p50': round(quantile(values, 0.5), 1), 'p95': round(quantile(values, 0.95), 1)}
    prefill = [(r['promptTokens'] - r['cachedTokens'], r['firstTokenMs']) for r in results if r['firstTokenMs']]
    decode = [(r['generatedTokens'] - 1, r['totalMs'] - r['firstTokenMs']) for r in results if r['generatedTokens'] > 1]
    for name, pairs in (('prefill', prefill), ('decode', decode)):
        tokens, ms = sum(t for t, _ in pairs), sum(m for _, m in pairs)
        figures[f'{name}TokensPerSecond'] = round(1000 * tokens / ms) if ms else None
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--cases', type=Path, required=True)
    parser.add_argument('--results', type=Path, required=True)
    args = parser.parse_args()
    read = lambda path: [json.loads(line) for line in path.read_text().splitlines() if line]  # noqa: E731
    print(json.dumps(score(read(args.cases), read(args.results)), indent=1))


if __name__ == '__main__':
    from command import run
    run(main)
