"""The one door through which anything leaves: judged, made, signed, and entered in the dissemination log."""

from layers.release.judged import Ask, Judged, judge
from layers.release.path import Released, release, release_records
from layers.release.product import (
    Build,
    Contents,
    Left,
    ProductAsk,
    approve,
    held_file,
    narrowed,
    release_product,
    released_file,
)

__all__ = [
    "Ask",
    "Build",
    "Contents",
    "Judged",
    "Left",
    "ProductAsk",
    "Released",
    "approve",
    "held_file",
    "judge",
    "narrowed",
    "release",
    "release_product",
    "release_records",
    "released_file",
]
