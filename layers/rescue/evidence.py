"""Evidence: one thing that somebody said, saw or measured about where people are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

# What is known of a kind: its parameters, as JSON; see layers/rescue/params.py for how they are read.
KINDS: Final[tuple[str, ...]] = (
    "point",
    "candidates",
    "bearing",
    "near_line",
    "visible_from",
    "area",
    "cell_sector",
    "sighting",
    "footprint",
    "damage",
    "last_known",
    "searched",
)


@dataclass(frozen=True)
class Evidence:
    """A layer of evidence: its kind and parameters, how far it is believed, and where it came from.

    `reliability` r is the probability that it is about these people and true: likelihood = r·L + (1-r).
    `weight` is an exponent on that: 0 silences it, 1 takes it as it is.
    """

    id: str
    kind: str
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    reliability: float = 0.8
    weight: float = 1.0
    at: datetime | None = None
    source: str = ""
    words: str = ""
    on: bool = True
