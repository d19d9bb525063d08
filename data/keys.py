"""Keys in the home folder: made on first use, readable by their owner alone, never replaced."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return the key in this file, made now where there is none; of two processes at once, one makes it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A name of its own: a shared one would let a second process write into the key that is in place.
        partial = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        partial.touch(mode=0o600)
        partial.write_bytes(make())
        # Linking, unlike renaming, refuses to replace a key that another process made meanwhile.
        try:
            path.hardlink_to(partial)
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    return path.read_bytes()
