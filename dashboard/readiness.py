"""Start-up: records are read into the mirror beside the running server; `/readyz` tells how far it is."""

from __future__ import annotations

import logging
import threading

from sqlalchemy.exc import SQLAlchemyError

from dashboard.places import BASEMAP, BUNDLE
from dashboard.services import Services
from data.clock import to_ms

logger = logging.getLogger(__name__)

_RETRY_S = 2.0


class Readiness:
    """Loads the mirror once, and knows whether that is done."""

    def __init__(self, services: Services, *, loaded: bool) -> None:
        self.services = services
        self._loaded = threading.Event()
        self._stopping = threading.Event()
        self._owns_mirror = not loaded
        if loaded:
            self._loaded.set()

    @property
    def ready(self) -> bool:
        """Return whether requests can be answered."""
        return self._loaded.is_set() and not self._stopping.is_set()

    @property
    def word(self) -> str:
        """Return in a word how far the start-up is."""
        return "loaded" if self._loaded.is_set() else "loading"

    def load(self) -> None:
        """Read every record into the mirror, then follow the changes; try again while the store is away."""
        while self._owns_mirror and not self._stopping.is_set() and not self._loaded.is_set():
            try:
                self.services.mirror.start()
            except SQLAlchemyError:
                logger.exception("the records cannot be read yet")
                self._stopping.wait(_RETRY_S)
                continue
            self._loaded.set()

    def stop(self) -> None:
        """Stop following the store."""
        self._stopping.set()
        if self._owns_mirror and self._loaded.is_set():
            self.services.mirror.stop()

    def mirror_age_s(self) -> float | None:
        """Return how long ago the mirror last heard from the store, None before the first time."""
        at = self.services.mirror.checked_at
        return None if at is None else round((to_ms(self.services.clock.now()) - to_ms(at)) / 1000, 3)

    @staticmethod
    def basemap_present() -> bool:
        """Return whether the map's own ground is there."""
        return BASEMAP.is_file() and BASEMAP.stat().st_size > 0

    @staticmethod
    def bundle_present() -> bool:
        """Return whether the page's JavaScript was built."""
        return (BUNDLE / "watchfloor.js").is_file()
