"""Where the tests find what is not theirs: the real data, the browser, the folder for pictures."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ARTEFACTS = ROOT / ".artefacts"


def real_data() -> Path | None:
    """Return the folder of real data to test against, None where it is absent."""
    named = os.environ.get("WATCHFLOOR_TEST_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    return folder if folder.is_dir() else None


def chromium() -> str | None:
    """Return the browser to drive, None where there is none."""
    named = os.environ.get("WATCHFLOOR_TEST_CHROMIUM")
    if named:
        return named
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    return None
