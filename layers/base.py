"""What a layer of the map says of itself, so that legend and map need not know which layers there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from data.query import Query


@dataclass(frozen=True, slots=True)
class Legend:
    """One line of a legend; `role` names a colour token, never a colour."""

    key: str
    label: str
    role: str


@dataclass(frozen=True, slots=True)
class MapLayer:
    """A layer that can be switched on: where its data is, and how it is explained."""

    name: str
    title: str
    kind: Literal["tile", "geojson"]
    url: str
    filtered: bool  # whether the incident filter applies to it
    legend: tuple[Legend, ...] = ()
    note: str = ""  # what the layer does not know, shown beneath the legend
    more: tuple[tuple[str, str], ...] = ()  # parameters of its own

    def source(self, query: Query, *, token: str) -> str:
        """Return the address of the layer's data for a filter; another token is another address."""
        params = [*self.more, ("v", token)]
        canonical = query.canonical() if self.filtered else ""
        return f"{self.url}?{'&'.join(part for part in (canonical, urlencode(params)) if part)}"

    def as_dict(self) -> dict[str, Any]:
        """Return the layer as the browser reads it."""
        return {
            "name": self.name,
            "title": self.title,
            "kind": self.kind,
            "url": self.url,
            "filtered": self.filtered,
            "legend": [{"key": line.key, "label": line.label, "role": line.role} for line in self.legend],
            "note": self.note,
            "params": dict(self.more),
        }
