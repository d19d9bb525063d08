"""What a map of hotspots can be adjusted for: numbers of people that came with areas."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.access import Actor
from data.errors import BadFilter
from data.store import Store
from layers.hotspots.exposure import Exposure

# Areas come with many numbers; these are of people, or of what stands for them.
_OF_PEOPLE = re.compile(r"pop|people|persons|resid|inhab|househ|exposure", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9_ .-]{1,60}")
_LEAST_AREAS = 2


@dataclass(frozen=True, slots=True)
class Offered:
    """A column that can be adjusted for: the source of its areas, how many have it, and their sum."""

    source_id: int
    source: str
    column: str
    areas: int
    total: float

    @property
    def id(self) -> str:
        """How a question names it."""
        return f"{self.source_id}.{self.column}"

    def as_dict(self) -> dict[str, Any]:
        """Return it as the interface gives it."""
        name = f"{self.column} ({self.source})"
        return {"id": self.id, "name": name, "areas": self.areas, "total": round(self.total)}


def offered(store: Store, actor: Actor) -> list[Offered]:
    """Return the columns that the actor's areas can be adjusted for."""
    held: dict[tuple[int, str], list[Mapping[str, Any]]] = defaultdict(list)
    for source_id, name, extra in store.areas.columns(actor):
        held[source_id, name].append(extra)
    found = []
    for (source_id, name), rows in sorted(held.items()):
        for column in sorted({key for row in rows for key in row if _OF_PEOPLE.search(key)}):
            numbers = _numbers(row.get(column) for row in rows)
            usable = [number for number in numbers if number is not None]
            if _NAME.fullmatch(column) and len(usable) >= _LEAST_AREAS and min(usable) >= 0 < sum(usable):
                found.append(Offered(source_id, name, column, len(usable), sum(usable)))
    return found


def exposure(store: Store, actor: Actor, wanted: str) -> Exposure:
    """Return the exposure of this name; raise BadFilter where the actor is offered none such."""
    one = next((one for one in offered(store, actor) if one.id == wanted), None)
    if one is None:
        raise BadFilter(
            "There is no such exposure.",
            hint="/api/v1/hotspots/exposures lists them; import areas with a column of population.",
        )
    areas = store.areas.of_source(actor, one.source_id)
    numbers = _numbers((area.extra or {}).get(one.column) for area in areas)
    kept = [
        (number, area.geometry)
        for number, area in zip(numbers, areas, strict=True)
        if number is not None and area.geometry is not None
    ]
    return Exposure(
        name=f"population ({one.column} of {one.source})",
        people=np.array([number for number, _ in kept]),
        outlines=np.array([outline for _, outline in kept], dtype=object),
    )


def _numbers(values: Iterable[Any]) -> list[float | None]:
    return [_number(value) for value in values]


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if np.isfinite(number) else None
