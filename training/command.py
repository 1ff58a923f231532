"""Ends a command whose input is bad with one line that says why."""
from __future__ import annotations

import sys
from typing import Callable


def run(main: Callable[[], None]) -> None:
    """Calls `main`; where it raises for its input, prints the reason and exits with 1."""
    try:
        main()
    except (ValueError, RuntimeError, OSError) as error:
        sys.exit(f'{type(error).__name__}: {error}' if not str(error).strip() else f'error: {error}')
