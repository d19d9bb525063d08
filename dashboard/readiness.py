"""Start-up: records are read into the mirror beside the running server; `/readyz` tells how far it is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from dashboard.places import BASEMAP, BUNDLE
from dashboard.services import Services
from data.clock import to_ms
from layers.basemap import DamagedBasemap, open_archive

logger = logging.getLogger(__name__)

_RETRY_S = 2.0


class Readiness:
    """Loads the mirror once, and knows whether that is done."""

    def __init__(self, services: Services, *, loaded: bool, warm: Callable[[], object]) -> None:
        """Take what is loaded, and what else is made ready behind it, once requests are answered."""
        self.services = services
        self._warm = warm
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
            self._warm()

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
    def basemap_word() -> str:
        """Return in a word whether the map's own ground is there and whole."""
        if not BASEMAP.is_file():
            return "missing"
        try:
            open_archive(BASEMAP).close()
        except DamagedBasemap:
            return "damaged"
        return "present"

    @staticmethod
    def bundle_present() -> bool:
        """Return whether the page's JavaScript was built."""
        return (BUNDLE / "watchfloor.js").is_file()
