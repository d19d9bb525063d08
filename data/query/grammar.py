"""Query strings to filters: everything unknown or malformed is refused, in words that say what to write."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

from data.clock import to_ms
from data.errors import BadFilter
from data.model import Severity, Status, StoreKind, Tlp
from data.query.model import _UNITS_MS, Dimension, Near, Query
from data.query.shapes import number_text, parse_shapes

MAX_TEXT = 200
MAX_VALUES = 500
MAX_AREAS = 50
MAX_NEAR_M = 200_000.0
_MAX_WINDOW_MS = 3_660 * 86_400_000
_MAX_MS = 253_402_300_800_000  # the year 10000
_CODE = re.compile(r"[a-z0-9_-]{1,40}(\.[a-z0-9_-]{1,40}){0,5}")
_SOURCE = re.compile(r"[^\s,\x00-\x1f\x7f]{1,80}")
_SITES = re.compile(r"[\w *&.-]{1,40}(/[\w &.-]{1,80})?")
_LAST = re.compile(r"([0-9]{1,6})([mhdw])")
_SPACE_FOR_PLUS = re.compile(r" (?=\d\d:?\d\d$)")  # an unescaped + in a URL arrives as a space

_E = TypeVar("_E", bound=Enum)
_V = TypeVar("_V")


def parse(params: str | Mapping[str, str], *, ignore: frozenset[str] = frozenset()) -> Query:
    """Return the filter that a query string or mapping asks for; raise BadFilter on anything unknown."""
    values: dict[str, Any] = {}
    for name, text in _pairs(params):
        if name in ignore or not text:
            continue
        if name not in _FIELDS:
            known = ", ".join(sorted(_FIELDS))
            raise BadFilter(f"There is no filter {name[:40]!r}.", hint=f"Filters are {known}.")
        _check_text(name, text)
        field, read = _FIELDS[name]
        if field in values:
            raise BadFilter(f"The filter {name!r} is given twice.", hint="Join its values with commas.")
        values[field] = read(text)
    return _consistent(values)


def _pairs(params: str | Mapping[str, str]) -> Iterable[tuple[str, str]]:
    if isinstance(params, str):
        try:
            text = params.removeprefix("?")
            return parse_qsl(text, keep_blank_values=True, max_num_fields=60, errors="strict")
        except (ValueError, UnicodeError):
            raise BadFilter("The filter is not a URL query string.") from None
    return [(str(name), str(text)) for name, text in params.items()]


def _check_text(name: str, text: str) -> None:
    if any(ord(char) < 32 or 0xD800 <= ord(char) <= 0xDFFF or ord(char) == 127 for char in text):
        raise BadFilter(f"The filter {name!r} holds control characters.")


def _consistent(values: dict[str, Any]) -> Query:
    """Return the filter of the fields read, or say which of them exclude each other."""
    start, end = values.get("from_ms"), values.get("to_ms")
    if "last_ms" in values and (start is not None or end is not None):
        raise BadFilter("The time is both moving and fixed.", hint="Give last=, or from= and to=.")
    if start is not None and end is not None and start >= end:
        raise BadFilter("The time ends before it starts.", hint="from= must be before to=.")
    inverted = values.pop("inverted", frozenset())
    query = Query(**values)
    # What restricts nothing cannot be turned round: dropping it keeps equal filters equal.
    kept = inverted & query.dimensions()
    return Query(**values, inverted=kept) if kept else query


def _split(name: str, text: str, *, limit: int = MAX_VALUES) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or len(parts) > limit:
        raise BadFilter(f"The filter {name!r} needs 1 to {limit} values.")
    return parts


def _matching(name: str, pattern: re.Pattern[str]) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        parts = _split(name, text)
        for part in parts:
            if not pattern.fullmatch(part):
                raise BadFilter(f"{part[:40]!r} cannot be a value of the filter {name!r}.")
        return tuple(sorted(set(parts)))

    return read


def _one_of(name: str, members: Mapping[str, _V]) -> Callable[[str], tuple[_V, ...]]:
    order = {value: place for place, value in enumerate(members.values())}

    def read(text: str) -> tuple[_V, ...]:
        parts = _split(name, text)
        for part in parts:
            if part not in members:
                raise BadFilter(f"{part[:40]!r} is no {name}.", hint=f"One of {', '.join(members)}.")
        return tuple(sorted({members[part] for part in parts}, key=order.__getitem__))

    return read


def _named(enum: type[_E]) -> dict[str, _E]:
    return {member.name.lower(): member for member in enum}


def _last(text: str) -> int:
    match = _LAST.fullmatch(text)
    length = int(match[1]) * _UNITS_MS[match[2]] if match else 0
    if not 0 < length <= _MAX_WINDOW_MS:
        raise BadFilter(f"{text[:40]!r} is no length of time.", hint="Write 90m, 24h, 7d or 4w.")
    return length


def _moment(text: str) -> int:
    try:
        moment = datetime.fromisoformat(_SPACE_FOR_PLUS.sub("+", text))
        return to_ms(moment.astimezone(UTC) if moment.tzinfo else moment)
    except (ValueError, OverflowError):
        raise BadFilter(f"{text[:40]!r} is no time with a zone.", hint="Write 2026-11-01T00:00Z.") from None


def _since(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16 and int(text) < _MAX_MS):
        raise BadFilter(f"{text[:40]!r} is no time in milliseconds since 1970.")
    return int(text)


def _words(text: str) -> str:
    words = " ".join(text.split())
    if not words or len(words) > MAX_TEXT:
        raise BadFilter(f"The words to search for are empty or longer than {MAX_TEXT} characters.")
    return words


def _areas(text: str) -> tuple[UUID, ...]:
    try:
        return tuple(sorted({UUID(part) for part in _split("area", text, limit=MAX_AREAS)}))
    except ValueError:
        raise BadFilter("An area is named by its id.", hint="Find it with /api/v1/areas?q=name.") from None


def _near(text: str) -> Near:
    sites, _, distance = text.rpartition(":")
    try:
        metres = round(float(distance), 1)
    except ValueError:
        metres = math.nan
    if not _SITES.fullmatch(sites) or not 0 < metres <= MAX_NEAR_M:
        raise BadFilter(
            f"{text[:60]!r} is no distance from sites.",
            hint=f"Write sector:metres or sector/kind:metres, at most {number_text(MAX_NEAR_M)} m.",
        )
    sector, _, kind = sites.partition("/")
    return Near(sector.strip(), kind.strip(), metres)


def _dimensions(text: str) -> frozenset[Dimension]:
    return frozenset(_one_of("dimension", {member.value: member for member in Dimension})(text))


def _flag(text: str) -> bool:
    if text not in {"0", "1"}:
        raise BadFilter(f"{text[:40]!r} is neither 0 nor 1.")
    return text == "1"


_FIELDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "type": ("types", _matching("type", _CODE)),
    "severity": ("severities", _one_of("severity", {str(int(level)): int(level) for level in Severity})),
    "status": ("statuses", _one_of("status", _named(Status))),
    "source": ("sources", _matching("source", _SOURCE)),
    "tlp": ("tlps", _one_of("tlp", _named(Tlp))),
    "store": ("stores", _one_of("store", {store.value: store for store in StoreKind})),
    "last": ("last_ms", _last),
    "from": ("from_ms", _moment),
    "to": ("to_ms", _moment),
    "since": ("since_ms", _since),
    "q": ("text", _words),
    "area": ("areas", _areas),
    "shape": ("shapes", parse_shapes),
    "near": ("near", _near),
    "not": ("inverted", _dimensions),
    "default_points": ("default_points", _flag),
}
