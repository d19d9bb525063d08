"""A brief as PDF, and one of its pages as a picture to print."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from data.errors import Invalid
from layers.briefs.document import Document, DocumentPage
from layers.export.typeset import Job, Sheet, compiled

_ASPECT: Final = 0.68
_MOST_PX: Final = 14_000
_NARROWEST_MM: Final = 120.0


def write_pdf(document: Document, path: Path) -> None:
    """Write a tagged PDF: title, language, headings, what each picture shows, the marking on every page."""
    if not document.pages:
        raise Invalid("A brief without pages cannot be printed.", hint="Add a page first.")
    path.write_bytes(compiled(Job(document, Sheet()), document.pages, form="pdf"))


def write_png(
    page: DocumentPage, document: Document, path: Path, *, width_mm: float = 279.4, ppi: float = 200
) -> None:
    """Write one page as a picture: marking, headline, map with all that belongs to it, source."""
    pixels = width_mm / 25.4 * ppi
    if width_mm < _NARROWEST_MM or ppi < 36 or pixels > _MOST_PX:
        raise Invalid(
            f"A picture {width_mm:.0f} mm wide at {ppi:.0f} pixels an inch cannot be made.",
            hint=f"At least {_NARROWEST_MM:.0f} mm and 36 pixels an inch, {_MOST_PX:,} pixels at most.",
        )
    sheet = Sheet(
        width_mm=width_mm,
        height_mm=width_mm * _ASPECT,
        top_mm=19,
        bottom_mm=18,
        side_mm=9,
        headline_pt=16,
        numbered=False,
    )
    path.write_bytes(compiled(Job(document, sheet), (page,), form="png", ppi=ppi))
