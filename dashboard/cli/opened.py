"""The store, opened for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from data.settings import load
from data.store import Store, open_store


@contextmanager
def opened_store() -> Iterator[Store]:
    """Open the store that the settings name, for as long as the block lasts."""
    store = open_store(load())
    try:
        yield store
    finally:
        store.close()
