"""Which faults are on: one name a line in a file that `npm run demo -- fault` writes."""

import os
import time

KEEP_SECONDS = 0.3

_names: frozenset[str] = frozenset()
_read_at = 0.0


def is_fault_on(name: str) -> bool:
    """Whether a fault is on; knows of a switch within KEEP_SECONDS."""
    global _names, _read_at
    now = time.monotonic()
    if now - _read_at > KEEP_SECONDS:
        _read_at = now
        try:
            with open(os.environ["SHOP_FAULTS_FILE"], encoding="utf-8") as file:
                _names = frozenset(file.read().split())
        except FileNotFoundError:
            _names = frozenset()
    return name in _names
