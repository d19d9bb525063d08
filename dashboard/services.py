"""What the routes and pages work with, made once and passed in."""

from __future__ import annotations

from dataclasses import dataclass

from data.clock import Clock, SystemClock
from data.mirror import Mirror
from data.settings import Settings
from data.store import Store, open_store


@dataclass(frozen=True, slots=True)
class Services:
    """The parts behind the pages: settings, store, its mirror, and the time."""

    settings: Settings
    store: Store
    mirror: Mirror
    clock: Clock


def open_services(settings: Settings, *, clock: Clock | None = None) -> Services:
    """Return services over the store that the settings name; the mirror is made but not yet loaded."""
    chosen = clock or SystemClock()
    store = open_store(settings, clock=chosen)
    return Services(settings=settings, store=store, mirror=Mirror(store), clock=chosen)
