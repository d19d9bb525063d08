"""Which import batches some process still works on: a lock each, which the system frees with the process."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_FOLDER: Final = "running"


@contextmanager
def working(home: Path, batch_id: int) -> Iterator[None]:
    """Show a batch as alive for as long as the block runs, and not a moment beyond the process."""
    path = _lock(home, batch_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("w") as file:
        # Shared: whoever only looks asks for the lock alone, and lets go of it at once.
        fcntl.flock(file, fcntl.LOCK_SH)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def alive(home: Path, batch_id: int) -> bool:
    """Return whether some process on this machine works on the batch at this moment."""
    try:
        with _lock(home, batch_id).open("r") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _lock(home: Path, batch_id: int) -> Path:
    return home / _FOLDER / f"import-{batch_id}"
