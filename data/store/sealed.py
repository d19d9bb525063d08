"""Fields that are marked above their record: taken out of their columns, put back for who may see them.

A sealed field is in no list, tile, count, search or file, because its columns are empty: only reading one
record as somebody who may see the field puts it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from data.access import Actor, may_see_field
from data.errors import Forbidden, Invalid
from data.model import Scope, Tlp

# Field as people call it -> its columns, each with what it holds while it is sealed.
_COLUMNS: Final[Mapping[str, Mapping[str, Any]]] = {
    "narrative": {"narrative": ""},
    "place": {
        "lon": None,
        "lat": None,
        "cell": None,
        "geometry": None,
        "accuracy_m": None,
        "located_by": 0,
        "address": "",
    },
    "persons": {"persons_affected": None},
    "reporter": {"extra": None},
    "photo": {},  # the record's files
    "comments": {},  # what is written beneath it
}
# What a change to a record calls them.
_NAMES: Final[Mapping[str, frozenset[str]]] = {
    "narrative": frozenset({"narrative"}),
    "place": frozenset({"place", "geometry", "accuracy_m", "located_by", "address"}),
    "persons": frozenset({"persons_affected"}),
    "reporter": frozenset({"extra"}),
    "photo": frozenset(),
    "comments": frozenset(),
}
FIELDS: Final = tuple(_COLUMNS)
_LABELS: Final = {tlp.label: tlp for tlp in Tlp}

Row = Mapping[str, Any]


def markings_of(row: Row) -> dict[str, str]:
    """Return the fields of a row that are marked by themselves."""
    return {name: Tlp(kept["tlp"]).label for name, kept in (row.get("sealed") or {}).items()}


def hidden_from(actor: Actor, scope: Scope, row: Row) -> frozenset[str]:
    """Return the fields of a row that the actor may not see."""
    sealed = row.get("sealed") or {}
    return frozenset(
        name for name, kept in sealed.items() if not may_see_field(actor, scope, Tlp(kept["tlp"]))
    )


def opened(row: Row, *, but: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return the row with its sealed fields put back, but for some of them."""
    whole = dict(row)
    for name, kept in (row.get("sealed") or {}).items():
        if name not in but:
            whole |= {column: _thawed(column, value) for column, value in kept["columns"].items()}
    return whole


def sealed_columns(row: Row) -> frozenset[str]:
    """Return the columns of a row that are sealed: nobody but a person writes them."""
    return frozenset(column for name in row.get("sealed") or {} for column in _COLUMNS[name])


def sealing(row: Row, columns: dict[str, Any], markings: Mapping[str, Tlp]) -> None:
    """Turn the changed `columns` of a row into what is written where these fields are to be sealed."""
    before = row.get("sealed") or {}
    whole = opened(row) | columns
    for name in before:
        if name not in markings:
            columns |= {column: whole[column] for column in _COLUMNS[name]}
    sealed = {}
    for name, tlp in markings.items():
        kept = {column: _frozen(whole[column]) for column in _COLUMNS[name]}
        sealed[name] = {"tlp": int(tlp), "columns": kept}
        columns |= _COLUMNS[name]
    if sealed or before:
        columns["sealed"] = sealed or None


def asked_markings(given: Mapping[str, Any], scope: Scope) -> dict[str, Tlp]:
    """Return markings by field from their labels; raise Invalid for what is no field or no marking.

    A field at or below its record's own marking needs none.
    """
    made: dict[str, Tlp] = {}
    for name, label in given.items():
        if name not in _COLUMNS:
            raise Invalid(f"{name[:40]!r} is not marked by itself.", hint=f"{', '.join(FIELDS)}.")
        if label in (None, ""):
            continue
        if label not in _LABELS:
            raise Invalid(f"{str(label)[:40]!r} is no marking.", hint=f"{', '.join(_LABELS)}.")
        if _LABELS[label] > scope.tlp:
            made[name] = _LABELS[label]
    return made


def check_may_change(
    actor: Actor, scope: Scope, row: Row, names: frozenset[str], markings: Mapping[str, Tlp] | None
) -> None:
    """Raise Forbidden when the actor would change, or mark anew, a field that they may not see."""
    hidden = hidden_from(actor, scope, row)
    blind = [name for name in hidden if _NAMES[name] & names]
    if markings is not None:
        before = {name: Tlp(kept["tlp"]) for name, kept in (row.get("sealed") or {}).items()}
        blind += [name for name in hidden if markings.get(name) != before[name]]
        blind += [name for name, tlp in markings.items() if not may_see_field(actor, scope, tlp)]
    if blind:
        raise Forbidden(
            f"The {blind[0]} of this incident is marked above what you may handle.",
            hint="Ask somebody with the clearance for it.",
        )


def without(changes: Mapping[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    """Return the changes of a revision without those of hidden fields."""
    names = frozenset(name for field in hidden for name in _NAMES[field])
    return {name: pair for name, pair in changes.items() if name not in names}


def _frozen(value: Any) -> Any:
    return {"hex": bytes(value).hex()} if isinstance(value, bytes | memoryview) else value


def _thawed(column: str, value: Any) -> Any:
    return bytes.fromhex(value["hex"]) if column == "geometry" and value is not None else value
