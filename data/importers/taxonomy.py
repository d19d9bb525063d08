"""From a source's categories to our types: said by the profile, told by words, or counted as unmapped."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass
from typing import Final

import polars as pl

from data.errors import Invalid
from data.importers.mapping import Mapping
from data.importers.profiles import words

UNMAPPED: Final = "other.unclassified"
_LEVELS: Final = {
    "none": 0,
    "low": 1,
    "minor": 1,
    "notice": 2,
    "moderate": 3,
    "medium": 3,
    "watch": 4,
    "high": 5,
    "severe": 5,
    "critical": 6,
    "extreme": 6,
}


@dataclass(frozen=True, slots=True)
class Typed:
    """A code and a severity for each row, and how many rows each category that nobody knew has."""

    code: pl.Series
    severity: pl.Series
    unmapped: Map[str, int]


class Taxonomy:
    """The store's types, by code, with the severity that each proposes."""

    def __init__(self, severity_of: Map[str, int]) -> None:
        self._severity = dict(severity_of)
        self._fallback = UNMAPPED if UNMAPPED in self._severity else "other"

    def typed(self, category: pl.Series, mapping: Mapping, given: pl.Series | None) -> Typed:
        """Return code and severity per row; each different category is looked at once."""
        counts = category.fill_null("").value_counts()
        names = counts[category.name].cast(pl.String).to_list()
        parts = {name: _labels(name, mapping) for name in names}
        labels = sorted({label for found in parts.values() for label in found})
        code_of = self._codes(labels, mapping)
        chosen = {name: self._worst([code_of[label] for label in found]) for name, found in parts.items()}
        unmapped = {name or "(no category)": int(n) for name, n in counts.iter_rows() if chosen[name] is None}
        code_by_name = {name: code or self._fallback for name, code in chosen.items()}
        level_by_name = {name: self._level(name, code, mapping) for name, code in code_by_name.items()}
        key = category.fill_null("").cast(pl.String)
        code = key.replace_strict(code_by_name, return_dtype=pl.String)
        level = key.replace_strict(level_by_name, return_dtype=pl.Int8)
        if given is not None:
            level = _levels(given, mapping).fill_null(level)
        return Typed(code, level, dict(sorted(unmapped.items(), key=lambda item: -item[1])[:200]))

    def known(self, code: str) -> str | None:
        """Return the code, or its nearest ancestor that the store has."""
        while code and code not in self._severity:
            code = code.rpartition(".")[0]
        return code or None

    def _codes(self, labels: list[str], mapping: Mapping) -> dict[str, str | None]:
        series = pl.Series("label", labels, dtype=pl.String)
        out: dict[str, str | None] = {label: self.known(mapping.types.get(label, "")) for label in labels}
        rules = [*mapping.type_rules, *((pattern.pattern, code) for pattern, code in words())]
        for pattern, code in rules:
            try:
                # polars' patterns run in linear time: a mapping cannot hang the import.
                hits = series.str.contains(pattern)
            except pl.exceptions.ComputeError as error:
                raise Invalid(f"The pattern {pattern[:60]!r} cannot be read.") from error
            for label in series.filter(hits):
                out[label] = out[label] or self.known(code)
        return out

    def _worst(self, codes: list[str | None]) -> str | None:
        found = [code for code in codes if code]
        return max(found, key=lambda code: self._severity[code]) if found else None

    def _level(self, name: str, code: str, mapping: Mapping) -> int:
        for key in (name.strip().lower(), code):
            if key in mapping.severities:
                return mapping.severities[key]
        return self._severity.get(code, 0)


def _labels(name: str, mapping: Mapping) -> list[str]:
    parts = name.split(mapping.type_separator) if mapping.type_separator else [name]
    return [part.strip().lower() for part in parts if part.strip()]


def _levels(given: pl.Series, mapping: Mapping) -> pl.Series:
    text = given.cast(pl.String).str.strip_chars().str.to_lowercase()
    words_to_level = {**_LEVELS, **{key.lower(): level for key, level in mapping.severities.items()}}
    named = text.replace_strict(words_to_level, default=None, return_dtype=pl.Int8)
    number = text.cast(pl.Int8, strict=False)
    return named.fill_null(pl.select(pl.when(number.is_between(0, 6)).then(number).alias("n"))["n"])
