"""What demo reports say, in the language of the field; no real person, numbers 555-01xx."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from data.demo.files import read_json

_SLOT = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class Phrases:
    """Title and narrative templates of one type."""

    titles: tuple[str, ...]
    dispatch: tuple[str, ...]  # as dispatchers type: capitals, abbreviations
    plain: tuple[str, ...]  # as callers and residents write


@cache
def streets(region: str) -> tuple[str, ...]:
    """Return the street names of a region, or those that many towns have."""
    named = read_json("words.json")["streets"]
    return tuple(named.get(region, named[""]))


@cache
def units() -> tuple[str, ...]:
    """Return radio names of engines, ladders, ambulances and patrols."""
    return tuple(read_json("words.json")["units"])


@cache
def _all() -> dict[str, Phrases]:
    return {code: _split(entry) for code, entry in read_json("words.json")["types"].items()}


def _split(entry: Mapping[str, Sequence[str]]) -> Phrases:
    told = entry["stories"]
    dispatch = tuple(one for one in told if _in_capitals(one))
    plain = tuple(one for one in told if one not in dispatch)
    return Phrases(tuple(entry["titles"]), dispatch or plain, plain or dispatch)


def phrases(code: str) -> Phrases:
    """Return the templates of a type; those of its parents, and at last of "other", where it has none."""
    table = _all()
    while code:
        if code in table:
            return table[code]
        code = code.rpartition(".")[0]
    return table["other"]


def pick(choices: Sequence[str], draw: float) -> str:
    """Return the choice that a number in [0, 1) points at."""
    return choices[int(draw * len(choices))]


def story(template: str, words: Mapping[str, str]) -> str:
    """Return the filled template; what a dispatcher typed is in capitals throughout."""
    filled = template.format_map(words)
    return filled.upper() if _in_capitals(template) else filled


@cache
def _in_capitals(template: str) -> bool:
    return _SLOT.sub("", template).isupper()


def slots(draws: Sequence[float], *, town: str, street: str, names: Sequence[str]) -> Mapping[str, str]:
    """Return what fills the templates, made of eight numbers in [0, 1)."""
    here = street or pick(names, draws[0])
    crossing = pick(names, draws[1])
    return {
        "town": town,
        "site": town,
        "street": here,
        "cross": crossing if crossing != here else pick(names, (draws[1] + 0.5) % 1.0),
        "unit": pick(units(), draws[2]),
        "n": str(2 + int(draws[3] * draws[3] * 9)),
        "ft": str(1 + int(draws[4] * 4)),
        "inches": str(6 + int(draws[4] * 18)),
        "deg": str(44 + int(draws[6] * 14)),
        "min": str(5 * (1 + int(draws[5] * 18))),
        "no": str(10 + int(draws[6] * 380)),
        "no2": f"{int(draws[7] * 100):02d}",
        "customers": str(int(8 * 400 ** draws[6])),
    }
