"""How long a brief takes from the store to the paper: two years of reports, six pages, each form."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from dashboard.briefing.compose import Briefing, Wanted
from dashboard.cli.bench_hotspots import best_ms
from dashboard.services import Services
from data.mirror import Mirror
from data.store import Store
from layers.briefs.document import Document
from layers.export.document import write_pdf, write_png
from layers.export.slides import write_pptx

LIMITS_MS: Final = {
    "six-page brief from the store to PDF": 5_000.0,
    "six-page brief from the store to PPTX": 5_000.0,
    "map of the brief as PNG": 2_000.0,
}
_HOURS: Final = 2 * 365 * 24.0  # all that the bench's store holds
_PAGES: Final = 6


def measure(store: Store, *, rounds: int = 3) -> dict[str, float]:
    """Return the best of some rounds in ms, by what was measured."""
    mirror = Mirror(store)
    mirror.refresh()
    services = Services(settings=store.settings, store=store, mirror=mirror, clock=store.clock)
    document = _brief(services)
    with tempfile.TemporaryDirectory(prefix="watchfloor-bench-") as folder:
        out = Path(folder)
        work: dict[str, Callable[[], object]] = {
            "six-page brief from the store to PDF": lambda: write_pdf(_brief(services), out / "brief.pdf"),
            "six-page brief from the store to PPTX": lambda: write_pptx(_brief(services), out / "brief.pptx"),
            "map of the brief as PNG": lambda: write_png(document.pages[0], document, out / "brief.png"),
        }
        return {name: round(best_ms(each, rounds), 1) for name, each in work.items()}


def _brief(services: Services) -> Document:
    """Return a morning brief of six pages, made of everything and kept."""
    briefing = Briefing(services)
    # A title of its own and no brief before: the page of changes would be a seventh.
    wanted = Wanted(template="morning", hours=_HOURS, since=None)
    made = briefing.make(services.store.system_actor(), wanted)
    services.store.briefs.remove(services.store.system_actor(), made.id)
    document = briefing.document(made)
    if len(document.pages) != _PAGES:
        raise AssertionError(f"the brief has {len(document.pages)} pages, not {_PAGES}")
    return document
