"""The look that screen and paper share: colours, letters, frames and icons, each written down once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from data.errors import Invalid, Unavailable

_HERE: Final = Path(__file__).resolve().parent
DIST: Final = _HERE.parents[1] / "assets" / "dist"
FONTS: Final = DIST / "fonts"
NO_GLYPH: Final = "circle-stroked"
_SITE_GLYPH: Final = "marker"

Outline = tuple[float, float, str]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a theme; `ramp` goes from low to high, and what is most stands out most."""

    theme: str
    ground: str
    panel: str
    line: str
    text: str
    muted: str
    accent: str
    ink: str
    site_status: tuple[str, ...]
    ramp: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale's colours, letters and words by level; from `loud_from` on its colour shows in the frame."""

    colors: tuple[str, ...]
    letters: tuple[str, ...]
    labels: tuple[str, ...]
    loud_from: int = 0


@cache
def palette(theme: str) -> Palette:
    """Return the colours of a theme; raise Invalid for one that is not there."""
    themes = _tokens()["themes"]
    if theme not in themes:
        raise Invalid(f"There is no theme {theme[:30]!r}.", hint="Themes: " + ", ".join(themes) + ".")
    tokens = dict(themes[theme])
    ramp = tuple(_tokens()["ramp"])
    return Palette(
        theme=theme,
        site_status=tuple(tokens.pop("siteStatus")),
        ramp=ramp if theme == "dark" else ramp[::-1],
        **tokens,
    )


@cache
def severity_scale() -> Scale:
    """Return NAPSG's severities, none to extreme."""
    scale = _tokens()["severity"]
    return Scale(
        tuple(scale["colors"]), tuple(scale["letters"]), tuple(scale["labels"]), loud_from=scale["loud_from"]
    )


@cache
def status_letters() -> tuple[str, ...]:
    """Return the letters that stand beside the colours of a site's status."""
    return tuple(_tokens()["site_status"]["letters"])


@cache
def status_labels() -> tuple[str, ...]:
    """Return the words for a site's status."""
    return tuple(_tokens()["site_status"]["labels"])


@cache
def series_colors() -> tuple[str, ...]:
    """Return the colours of a chart's series: Okabe-Ito, then greys."""
    return tuple(_tokens()["series"])


def frame(name: str) -> str:
    """Return an outline in a 40-px square, or a colour, of the frame of an incident."""
    return str(_tokens()["frames"][name])


@cache
def glyphs() -> dict[str, Outline]:
    """Return every icon that a type or a site may have, as width, height and SVG path."""
    try:
        found = json.loads((DIST / "glyphs.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise Unavailable(
            "The icons of the map have not been built.", hint="Run: python assets/build_bundle.py"
        ) from error
    return {name: (float(width), float(height), path) for name, (width, height, path) in found.items()}


def glyph(name: str, fallback: str = NO_GLYPH) -> Outline:
    """Return the outline of an icon; an unknown name gives the fallback's, as on the screen."""
    known = glyphs()
    return known.get(name) or known.get(fallback) or known[NO_GLYPH]


def sector_glyph(sector: str) -> str:
    """Return the name of the icon that stands for a sector when a site has none of its own."""
    return str(_site_glyphs()["sectors"].get(sector, _SITE_GLYPH))


@cache
def _tokens() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_HERE / "palette.json").read_text(encoding="utf-8"))
    return found


@cache
def _site_glyphs() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_HERE / "site_glyphs.json").read_text(encoding="utf-8"))
    return found
