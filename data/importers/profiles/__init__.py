"""Mappings for files that come often: one JSON file each, recognised by its columns.

A profile has variants (the files of one publisher differ); a variant names the columns that a file must have
and, where columns do not tell, a pattern in the file's name. Adding a profile is one file in this folder,
its test and its line in README.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from data.errors import NotFound
from data.importers.mapping import Mapping, folded


@dataclass(frozen=True, slots=True)
class Variant:
    """One kind of file that a profile knows."""

    profile: str
    label: str
    file: str
    recognise: tuple[frozenset[str], ...]
    mapping: Mapping

    def score(self, columns: frozenset[str], stem: str) -> int:
        """Return how surely a file is of this kind: the number of its known columns, 0 if it is not."""
        if self.file and not re.search(self.file, stem.lower()):
            return 0
        fits = [len(wanted) for wanted in self.recognise if wanted <= columns]
        return max(fits) * 2 + bool(self.file) if fits else 0


@cache
def variants() -> tuple[Variant, ...]:
    """Return every variant of every shipped profile."""
    out: list[Variant] = []
    for entry in sorted(files(__package__).iterdir(), key=lambda found: found.name):
        if entry.name.endswith(".json") and entry.name != "words.json":
            out += _variants(orjson.loads(entry.read_bytes()))
    return tuple(out)


def _variants(profile: dict[str, Any]) -> list[Variant]:
    return [
        Variant(
            profile=profile["name"],
            label=profile["label"],
            file=found.get("file", ""),
            recognise=tuple(frozenset(map(folded, columns)) for columns in found["recognise"]),
            mapping=Mapping.model_validate(
                {"kind": found.get("kind", profile["kind"]), "profile": profile["name"], **found["mapping"]}
            ),
        )
        for found in profile["variants"]
    ]


def names() -> list[str]:
    """Return the names of the shipped profiles."""
    return sorted({variant.profile for variant in variants()})


def recognise(kind: str, columns: Sequence[str], stem: str, *, name: str = "") -> Variant | None:
    """Return the variant that fits a file best, or None; with `name`, only that profile is asked."""
    have = frozenset(map(folded, columns))
    fitting = [v for v in variants() if v.mapping.kind == kind and (not name or v.profile == name)]
    if name and name not in names():
        raise NotFound(f"There is no profile {name!r}.", hint=f"There are: {', '.join(names())}.")
    scored = [(variant.score(have, stem), variant) for variant in fitting]
    best = max(scored, key=lambda pair: pair[0], default=(0, None))
    return best[1] if best[0] else None


@cache
def words() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the words that tell an incident's type where nothing else does, in the order to try them."""
    rules = orjson.loads(files(__package__).joinpath("words.json").read_bytes())["rules"]
    return tuple((re.compile(pattern), code) for pattern, code in rules)
