"""What an import did: every row is counted once."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Report:
    """The counts of one import. `read` is the sum of the five that follow, and of `left` after a cancel."""

    kind: str
    file: str
    format: str = ""
    layer: str = ""
    profile: str = ""
    source: str = ""
    marking: str = ""
    batch: int | None = None
    state: str = "done"
    dry_run: bool = False
    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    quarantined: int = 0
    left: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    unlocated: int = 0
    default_points: list[dict[str, Any]] = field(default_factory=list)
    unmapped_types: dict[str, int] = field(default_factory=dict)
    gone: int = 0
    moved: int = 0
    changed: int = 0
    moves: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    began_s: float = field(default_factory=time.monotonic, compare=False, repr=False)

    @property
    def adds_up(self) -> bool:
        """Return whether every row that was read is accounted for once."""
        parts = (self.added, self.updated, self.unchanged, self.duplicate, self.quarantined, self.left)
        return self.read == sum(parts)

    def stop_clock(self) -> None:
        """Note how long it took, from its beginning to now."""
        self.seconds = time.monotonic() - self.began_s

    def as_dict(self) -> dict[str, Any]:
        """Return the report as `--json` and `--report` write it."""
        out: dict[str, Any] = {
            "read": self.read,
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "duplicate": self.duplicate,
            "quarantined": self.quarantined,
            "reasons": dict(self.reasons),
        }
        if self.kind == "sites":
            out |= {"gone": self.gone, "moved": self.moved, "changed": self.changed, "moves": self.moves}
        if self.left:
            out["left"] = self.left
        return out | {
            "state": self.state,
            "dry_run": self.dry_run,
            "kind": self.kind,
            "file": self.file,
            "format": self.format,
            "layer": self.layer,
            "profile": self.profile,
            "source": self.source,
            "marking": self.marking,
            "batch": self.batch,
            "unlocated": self.unlocated,
            "default_points": {
                "rows": sum(point["rows"] for point in self.default_points),
                "points": self.default_points,
            },
            "unmapped_types": self.unmapped_types,
            "notes": self.notes,
            "seconds": round(self.seconds, 3),
        }
