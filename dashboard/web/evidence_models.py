"""What the API takes of evidence: every field with its limits, anything else refused."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from dashboard.web.calls_models import Words, within_reason
from dashboard.web.models import Moment, RevisionNumber, Taken
from data.search_records import NewPiece

Kind = Annotated[str, StringConstraints(min_length=1, max_length=24)]
Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Weight = Annotated[float, Field(strict=True, ge=0, le=100, allow_inf_nan=False)]


def _an_object(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError("write the parameters as an object")  # pydantic turns ValueError into its answer
    return value


Params = Annotated[dict[str, Any], BeforeValidator(_an_object)]


class EvidenceIn(Taken):
    """A piece of evidence about where a household is."""

    kind: Kind
    params: Params
    reliability: Share = 0.8
    weight: Weight = 1.0
    at: Moment | None = None
    source: Words = ""
    words: Words = ""

    def piece(self) -> NewPiece:
        """Return the evidence as the store keeps it."""
        within_reason(self.at)
        return NewPiece(**self.model_dump())


class EvidenceChange(Taken):
    """A new state of a piece of evidence, on top of the revision that one has seen."""

    revision: RevisionNumber
    on: bool | None = None
    reliability: Share | None = None
    weight: Weight | None = None
    withdrawn: bool | None = None
    note: Words = ""

    def values(self) -> dict[str, Any]:
        """Return what changes."""
        sent = {name: getattr(self, name) for name in ("on", "reliability", "weight", "withdrawn")}
        return {name: value for name, value in sent.items() if value is not None}


class Accepted(Taken):
    """How far an accepted clue is believed; without it, as its words suggest."""

    reliability: Share | None = None
