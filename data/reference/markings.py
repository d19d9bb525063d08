"""Markings and evaluation scales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from data.model import Tlp
from data.reference.files import read_json


@dataclass(frozen=True, slots=True)
class TlpMarking:
    """A TLP 2.0 label with its colour on black, its audience and its STIX identifier."""

    label: str
    hex: str
    audience: str
    stix_id: str


@dataclass(frozen=True, slots=True)
class UsMarking:
    """A United States marking: the banner line, the portion mark and what it asks for."""

    mark: str
    portion: str
    note: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A code of a scale and its meaning."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class EvaluationScale:
    """A scale for judging a source and what it says; codes in `no_basis_*` are not on the scale at all."""

    id: str
    name: str
    reliability: tuple[Choice, ...]
    credibility: tuple[Choice, ...]
    nature_of_source: tuple[Choice, ...]
    no_basis_reliability: frozenset[str]
    no_basis_credibility: frozenset[str]


@cache
def tlp_markings() -> Mapping[Tlp, TlpMarking]:
    """Return the five TLP labels, least restrictive first."""
    by_label = {tlp.label: tlp for tlp in Tlp}
    return MappingProxyType(
        {by_label[row["label"]]: TlpMarking(**row) for row in read_json("markings.json")["tlp"]}
    )


@cache
def us_markings() -> tuple[UsMarking, ...]:
    """Return the United States markings that a center may put on a record or product."""
    return tuple(UsMarking(**row) for row in read_json("markings.json")["us"])


@cache
def evaluation_scales() -> Mapping[str, EvaluationScale]:
    """Return the evaluation scales by id."""
    return MappingProxyType({row["id"]: _scale(row) for row in read_json("evaluation_scales.json")["scales"]})


def _scale(row: dict[str, Any]) -> EvaluationScale:
    return EvaluationScale(
        id=row["id"],
        name=row["name"],
        reliability=_choices(row["reliability"]),
        credibility=_choices(row["credibility"]),
        nature_of_source=_choices(row["nature_of_source"]),
        no_basis_reliability=frozenset(row["no_basis"]["reliability"]),
        no_basis_credibility=frozenset(row["no_basis"]["credibility"]),
    )


def _choices(rows: list[dict[str, str]]) -> tuple[Choice, ...]:
    return tuple(Choice(**row) for row in rows)
