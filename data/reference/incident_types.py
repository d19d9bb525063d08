"""The incident types that a new store starts with: a tree of about ten roots.

A code is a path (`weather.flood.coastal`); its parent is what stands before the last dot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from data.reference.files import read_json


@dataclass(frozen=True, slots=True)
class TypeRow:
    """One incident type as shipped: its place in the tree, its look, the standards' codes it covers."""

    code: str
    parent: str | None
    label: str
    glyph: str
    position: int
    severity: int
    apco: tuple[str, ...] = ()
    niem: tuple[str, ...] = ()
    niem_sar: tuple[str, ...] = ()

    @property
    def root(self) -> str:
        """Return the first step of the path, as in "fire" of "fire.alarm.heat"."""
        return self.code.partition(".")[0]


@cache
def types() -> tuple[TypeRow, ...]:
    """Return the shipped incident types, parents before children, in the order in which lists show them.

    NIEM categories are inherited: a type that names none has those of its parent.
    """
    rows: dict[str, TypeRow] = {}
    for position, entry in enumerate(read_json("incident_types.json")["types"]):
        parent = entry["code"].rpartition(".")[0] or None
        inherited = rows[parent].niem if parent else ()
        rows[entry["code"]] = TypeRow(
            code=entry["code"],
            parent=parent,
            label=entry["label"],
            glyph=entry["glyph"],
            position=position,
            severity=entry["severity"],
            apco=tuple(entry.get("apco", ())),
            niem=tuple(entry.get("niem", inherited)),
            niem_sar=tuple(entry.get("niem_sar", ())),
        )
    return tuple(rows.values())


@cache
def type_of_apco() -> Mapping[str, str]:
    """Return the type code of each APCO incident category code: `{"GASLEAK": "hazmat.gas-leak", …}`."""
    return MappingProxyType({apco: row.code for row in types() for apco in row.apco})
