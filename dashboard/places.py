"""Where the files are that come with the program."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ASSETS: Final = Path(__file__).resolve().parent.parent / "assets"
BUNDLE: Final = ASSETS / "dist"
BASEMAP: Final = ASSETS / "basemap.pmtiles"
