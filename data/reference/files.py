"""Reading the files that ship in this folder."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def read_bytes(name: str) -> bytes:
    """Return the content of one shipped reference file."""
    return files("data.reference").joinpath(name).read_bytes()


def read_json(name: str) -> dict[str, Any]:
    """Return one shipped reference file as parsed JSON."""
    parsed: dict[str, Any] = json.loads(read_bytes(name))
    return parsed
