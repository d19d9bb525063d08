"""A small cache with an owner: bounded by bytes, safe between threads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

V = TypeVar("V")


class Lru(Generic[V]):
    """Keeps what was used last, as long as the sum of sizes stays under a limit."""

    def __init__(self, *, limit_bytes: int, size: Callable[[V], int]) -> None:
        self._limit, self._size = limit_bytes, size
        self._kept: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """Return what is kept under the key, made now when there is nothing."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found[0]
        # Made outside the lock: two threads may make the same value, none waits for another's work.
        value = make()
        self._keep(key, value)
        return value

    def _keep(self, key: Hashable, value: V) -> None:
        size = self._size(value)
        with self._lock:
            stale = self._kept.pop(key, None)
            self._bytes += size - (stale[1] if stale else 0)
            self._kept[key] = (value, size)
            while self._bytes > self._limit and len(self._kept) > 1:
                _, (_, freed) = self._kept.popitem(last=False)
                self._bytes -= freed

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0
