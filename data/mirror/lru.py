"""A small cache with an owner: bounded by bytes, safe between threads, each value made once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

V = TypeVar("V")


class Lru(Generic[V]):
    """Keeps what was used last, as long as the sum of sizes stays under a limit."""

    def __init__(self, *, limit_bytes: int, size: Callable[[V], int]) -> None:
        self._limit, self._size = limit_bytes, size
        self._kept: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self._making: dict[Hashable, Future[V]] = {}
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """Return what is kept under the key, made now when there is nothing.

        Whoever asks while it is being made waits for it: after a change a hundred browsers ask at once.
        An error goes to all who waited, and is not kept.
        """
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found[0]
            waited = self._making.get(key)
            if waited is None:
                mine: Future[V] = Future()
                self._making[key] = mine
        return self._make(key, mine, make) if waited is None else waited.result()

    def _make(self, key: Hashable, mine: Future[V], make: Callable[[], V]) -> V:
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                self._making.pop(key, None)
            mine.set_exception(error)
            raise
        self._keep(key, value)
        mine.set_result(value)
        return value

    def _keep(self, key: Hashable, value: V) -> None:
        size = self._size(value)
        with self._lock:
            self._making.pop(key, None)
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
