"""Reading the files that ship with the demo."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def read_json(name: str) -> dict[str, Any]:
    """Return one shipped demo file as parsed JSON."""
    parsed: dict[str, Any] = json.loads(files("data.demo").joinpath(name).read_bytes())
    return parsed
