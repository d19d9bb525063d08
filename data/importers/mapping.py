"""What goes where: which columns feed which field, and how their values are to be understood."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["incidents", "sites", "areas"]
RECORD_OF: Final[dict[str, str]] = {"incidents": "incident", "sites": "site", "areas": "area"}

# The fields that a mapping may fill, per kind of file.
_PLACE: Final = ("lon", "lat", "latlon", "wkt", "address", "accuracy_m")
FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "incidents": (
        "id",
        "title",
        "narrative",
        "type",
        "severity",
        "status",
        "occurred",
        "occurred_time",
        "occurred_end",
        "occurred_end_time",
        "reported",
        "persons_affected",
        *_PLACE,
    ),
    "sites": ("id", "name", "kind", "owner", "phone", "contact", "closed", *_PLACE),
    "areas": ("id", "name", "kind", "parent", "wkt"),
}
DATE_ORDERS: Final = ("ymd", "dmy", "mdy", "epoch_s", "epoch_ms", "excel", "yyyymm", "yyyymmdd")

Short = Annotated[str, Field(max_length=300)]
Box = tuple[float, float, float, float]


class SourceInfo(BaseModel):
    """Where the rows come from; `key` may say {stem}, which becomes the name of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str = Field(default="", max_length=80)
    name: str = Field(default="", max_length=200)
    url: str | None = Field(default=None, max_length=500)
    licence: str | None = Field(default=None, max_length=200)


class Mapping(BaseModel):
    """A complete answer to "how is this file to be read", to be saved under a name and used again.

    `fields` names our fields and, for each, the columns that feed it: several are joined with ", ";
    "a|b" is whichever of the two the file has. Column names compare without case and punctuation.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    profile: str = Field(default="", max_length=80)
    fields: dict[Short, tuple[Short, ...]] = Field(default_factory=dict, max_length=40)
    values: dict[Short, Short] = Field(default_factory=dict, max_length=40)  # one value for every row
    source: SourceInfo = SourceInfo()
    layer: str = Field(default="", max_length=200)
    store: Literal["incident", "sar", "intel", "open"] | None = None
    tlp: Literal["clear", "green", "amber", "amber_strict", "red"] | None = None
    crs: str = Field(default="", max_length=60)
    swapped: bool = False  # the columns are named the wrong way round
    date_order: Literal["ymd", "dmy", "mdy", "epoch_s", "epoch_ms", "excel", "yyyymm", "yyyymmdd"] | None = (
        None
    )
    timezone: str = Field(default="", max_length=60)
    zone_column: str = Field(default="", max_length=200)
    zones: dict[Short, Short] = Field(default_factory=dict)  # value of zone_column -> time zone
    time_precision: Literal["second", "minute", "hour", "day", "month", "year"] | None = None
    types: dict[Short, Short] = Field(default_factory=dict)  # category as written, folded -> our code
    type_rules: tuple[tuple[Short, Short], ...] = ()  # (pattern, code), the first that is found wins
    type_separator: str = Field(default="", max_length=5)  # several categories in one field
    severities: dict[Short, int] = Field(
        default_factory=dict
    )  # category or code -> level, else the type's own
    statuses: dict[Short, Short] = Field(default_factory=dict)
    kinds: dict[Short, Short] = Field(default_factory=dict)  # category of a site -> our kind
    located_by: Literal["unknown", "gps", "address", "intersection", "place_name", "centroid", "drawn"] = (
        "unknown"
    )
    intersection_pattern: str = Field(default="", max_length=100)
    accuracy_m: float | None = Field(default=None, gt=0)
    areas: tuple[Box, ...] = ()  # west, south, east, north: the places that rows may be in
    nulls: tuple[Short, ...] = ()
    unescape: bool = False  # text holds HTML entities
    keep: tuple[Short, ...] | None = None  # columns kept beside the record; None keeps all that feed no field
    vintage: str = Field(default="", max_length=40)


def folded(name: str) -> str:
    """Return a name as names are compared: lower case, only letters and digits, words joined by "_"."""
    return re.sub(r"[^0-9a-z#]+", "_", name.lower()).strip("_")


def columns_of(mapping: Mapping, name: str, available: dict[str, str]) -> list[str]:
    """Return the file's columns that feed a field; `available` maps folded names to the file's own."""
    out = []
    for wanted in mapping.fields.get(name, ()):
        for alternative in wanted.split("|"):
            found = available.get(folded(alternative))
            if found is not None:
                out.append(found)
                break
    return out
