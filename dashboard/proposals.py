"""Clues in what callers said, that somebody may take as evidence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b

from data.errors import NotFound
from data.model import LonLat
from data.rescue_records import Call, Household
from data.search_records import NewPiece
from layers.rescue.clues import Clue, clues_on
from layers.rescue.ground import Ground

_FIELDS = ("place_text", "narrative")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A clue with the call and the field that it was read in; `key` stays the same while the words do."""

    key: str
    call: Call
    field: str
    clue: Clue

    def piece(self, reliability: float | None) -> NewPiece:
        """Return the evidence that it becomes."""
        clue = self.clue
        return NewPiece(
            kind=clue.kind,
            params=clue.params,
            reliability=clue.weight if reliability is None else reliability,
            at=self.call.received,
            source=f"Read in the call: {clue.why}"[:500],
            words=clue.words[:2000],
        )


def proposals(ground: Ground, here: Household, *, without: Collection[str]) -> list[Proposal]:
    """Return the clues in a household's calls that nobody has decided on, surest first."""
    found: dict[str, Proposal] = {}
    for call in here.calls:
        near = call.place or (None if here.located is None else here.located.place)
        for field in _FIELDS:
            text = getattr(call, field)
            for clue in clues_on(ground, text, near) if text.strip() else []:
                near = near or _first_place(clue)
                key = _key(call, field, clue)
                found[key] = Proposal(key, call, field, clue)
    waiting = [one for key, one in found.items() if key not in without]
    return sorted(waiting, key=lambda one: (-one.clue.weight, one.key))


def chosen(found: list[Proposal], key: str) -> Proposal:
    """Return the proposal with a key; raise NotFound."""
    for one in found:
        if one.key == key:
            return one
    raise NotFound("There is no such clue, or somebody has decided on it.", hint="Load the proposals again.")


def _key(call: Call, field: str, clue: Clue) -> str:
    told = f"{call.id}|{field}|{clue.kind}|{clue.start}|{clue.end}|{clue.words}"
    return blake2b(told.encode(), digest_size=12).hexdigest()


def _first_place(clue: Clue) -> LonLat | None:
    """Return the likeliest place of a clue: what is read next is looked for around it."""
    at = clue.params["places"][0] if clue.kind == "candidates" else clue.params
    return LonLat(at["lon"], at["lat"]) if "lon" in at else None
