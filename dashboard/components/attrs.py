"""Attributes with a hyphen in their name, which a keyword argument cannot have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def attrs(named: Mapping[str, str]) -> dict[str, Any]:
    """Return `data-…` and `aria-…` attributes to be passed as `**attrs({…})` to an element."""
    return dict(named)
