"""Warm-up, stable, decay (Hu et al., arXiv 2404.06395)."""
from __future__ import annotations


def rate(step: int, progress: float, warmup: int, decay: float) -> float:
    """
    Factor of the learning rates, 0 to 1: rises over `warmup` steps, stays, falls to 0 over the last `decay` of the run.
    progress: share of the run that is done, 0 to 1.
    """
    rise = min(1.0, (step + 1) / max(1, warmup))
    fall = 1.0 if decay <= 0 else min(1.0, max(0.0, 1 - progress) / decay)
    return rise * fall
