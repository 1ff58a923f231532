"""How like the truth an answer is."""
from __future__ import annotations


def first_line(text: str) -> str:
    """Up to the first line end; trailing blanks do not count."""
    return text.split('\n', 1)[0].rstrip()


def edit_similarity(a: str, b: str) -> float:
    """1 - Levenshtein distance / longer length; 1 for two empty texts."""
    if not a and not b:
        return 1.0
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return 1 - row[-1] / max(len(a), len(b))


def judge(answers: list[str], truths: list[str]) -> dict:
    """Exact match of first lines and mean edit similarity, both in percent."""
    pairs = [(first_line(answer), truth.rstrip()) for answer, truth in zip(answers, truths)]
    return {
        'positions': len(pairs),
        'exactMatch': round(100 * sum(a == t for a, t in pairs) / max(1, len(pairs)), 2),
        'editSimilarity': round(100 * sum(edit_similarity(a, t) for a, t in pairs) / max(1, len(pairs)), 2),
    }
