"""A filter as a value: frozen, hashable, and equal whenever it means the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote
from uuid import UUID

from data.clock import from_ms
from data.model import Status, StoreKind, Tlp
from data.query.shapes import Shape, number_text, shapes_text

MINUTE_MS = 60_000
_UNITS_MS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": MINUTE_MS}


class Dimension(StrEnum):
    """What a filter may speak of; each can be inverted as a whole with `not=`."""

    TYPE = "type"
    SEVERITY = "severity"
    STATUS = "status"
    SOURCE = "source"
    TLP = "tlp"
    STORE = "store"
    TIME = "time"
    SINCE = "since"
    TEXT = "q"
    AREA = "area"
    SHAPE = "shape"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Near:
    """Within `metres` of sites of a sector ("*" is any), or of one kind of them."""

    sector: str
    kind: str
    metres: float

    def __str__(self) -> str:
        sites = f"{self.sector}/{self.kind}" if self.kind else self.sector
        return f"{sites}:{number_text(self.metres)}"


@dataclass(frozen=True, slots=True)
class Query:
    """One filter over incidents; an empty dimension lets everything pass."""

    types: tuple[str, ...] = ()
    severities: tuple[int, ...] = ()
    statuses: tuple[Status, ...] = ()
    sources: tuple[str, ...] = ()
    tlps: tuple[Tlp, ...] = ()
    stores: tuple[StoreKind, ...] = ()
    last_ms: int | None = None
    from_ms: int | None = None
    to_ms: int | None = None
    since_ms: int | None = None
    text: str = ""
    areas: tuple[UUID, ...] = ()
    shapes: tuple[Shape, ...] = ()
    near: Near | None = None
    inverted: frozenset[Dimension] = frozenset()
    default_points: bool = False

    @classmethod
    def parse(cls, params: str | Mapping[str, str], *, ignore: Iterable[str] = ()) -> Query:
        """Return the filter that a query string or mapping asks for; raise BadFilter on anything unknown.

        `ignore` names the parameters that belong to the route and not to the filter.
        """
        from data.query.grammar import parse

        return parse(params, ignore=frozenset(ignore))

    def window_ms(self, now_ms: int) -> tuple[int | None, int | None]:
        """Return the first moment included and the first excluded, None where open.

        A moving window is floored to the minute, so that its answers can be kept that long, and is open
        at its end: what comes in during the minute belongs to it.
        """
        if self.last_ms is not None:
            return now_ms // MINUTE_MS * MINUTE_MS - self.last_ms, None
        return self.from_ms, self.to_ms

    def dimensions(self) -> frozenset[Dimension]:
        """Return the dimensions that this filter restricts."""
        set_values = {
            Dimension.TYPE: self.types,
            Dimension.SEVERITY: self.severities,
            Dimension.STATUS: self.statuses,
            Dimension.SOURCE: self.sources,
            Dimension.TLP: self.tlps,
            Dimension.STORE: self.stores,
            Dimension.TIME: any(v is not None for v in (self.last_ms, self.from_ms, self.to_ms)),
            Dimension.SINCE: self.since_ms is not None,
            Dimension.TEXT: self.text,
            Dimension.AREA: self.areas,
            Dimension.SHAPE: self.shapes,
            Dimension.NEAR: self.near is not None,
        }
        return frozenset(name for name, value in set_values.items() if value)

    def params(self) -> dict[str, str]:
        """Return the canonical parameters, sorted by name, without whatever is at its default."""
        pairs = {
            "area": ",".join(str(area) for area in self.areas),
            "default_points": "1" if self.default_points else "",
            "from": _moment(self.from_ms),
            "last": _duration(self.last_ms),
            "near": "" if self.near is None else str(self.near),
            "not": ",".join(sorted(self.inverted)),
            "q": self.text,
            "severity": ",".join(str(level) for level in self.severities),
            "shape": shapes_text(self.shapes),
            "since": "" if self.since_ms is None else str(self.since_ms),
            "source": ",".join(self.sources),
            "status": ",".join(status.name.lower() for status in self.statuses),
            "store": ",".join(store.value for store in self.stores),
            "tlp": ",".join(tlp.name.lower() for tlp in self.tlps),
            "to": _moment(self.to_ms),
            "type": ",".join(self.types),
        }
        return {name: value for name, value in pairs.items() if value}

    def canonical(self) -> str:
        """Return the one query string that means this filter."""
        return "&".join(f"{name}={quote(value, safe=',:;|/.-_~*')}" for name, value in self.params().items())


def _moment(ms: int | None) -> str:
    """Return a time as ISO text ending in Z, no finer than it has to be."""
    if ms is None:
        return ""
    finest = "seconds" if ms % 1000 == 0 else "milliseconds"
    timespec = "minutes" if ms % MINUTE_MS == 0 else finest
    return from_ms(ms).isoformat(timespec=timespec).removesuffix("+00:00") + "Z"


def _duration(ms: int | None) -> str:
    """Return a moving window in its largest whole unit."""
    if ms is None:
        return ""
    unit, size = next((unit, size) for unit, size in _UNITS_MS.items() if ms % size == 0)
    return f"{ms // size}{unit}"
