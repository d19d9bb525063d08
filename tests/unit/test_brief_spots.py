"""Hotspots that moved between two briefs: told by where they lie, not by their names alone."""

from __future__ import annotations

from layers.briefs.spots import moved


def square(west: float, south: float, side: float = 0.1) -> str:
    east, north = west + side, south + side
    return f"shape=p:{west},{south};{east},{south};{east},{north};{west},{north}"


def test_a_hotspot_moved_when_it_lies_elsewhere_or_over_one_that_is_over() -> None:
    before = {"Salem": square(-71, 42), "Quincy": square(-70, 42), "Lynn": square(-69, 42)}
    now = {"Salem": square(-70.9, 42.2), "Quincy": square(-69.98, 42), "Saugus": square(-68.95, 42)}
    assert moved(before, now) == {"Salem": "Salem", "Saugus": "Lynn"}
    assert moved({"Lynn": square(-69, 42)}, {"Boston": square(-71, 42)}) == {}
    assert moved({}, now) == {}
