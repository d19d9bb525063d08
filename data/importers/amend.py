"""What a person says about a file, laid over what was detected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from data.errors import Invalid
from data.importers import dates
from data.importers.detect import Detected
from data.importers.mapping import FIELDS, Kind, folded
from data.importers.mapping import Mapping as FileMapping


@dataclass(frozen=True, slots=True)
class Amendment:
    """Columns for fields, one value for all rows of a field, and other parts of the mapping."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, Any] = field(default_factory=dict)  # crs, timezone, areas, date_order, …


def of_texts(kind: Kind, maps: Sequence[str], values: Sequence[str], parts: Mapping[str, Any]) -> Amendment:
    """Return what "field=column" and "field=value" ask for; "occurred=col:dmy" tells the order of a date."""
    fields: dict[str, list[str]] = {}
    more = {name: value for name, value in parts.items() if value}
    for text in maps:
        name, equals, column = text.partition("=")
        if not equals or name not in FIELDS[kind] or not column:
            raise Invalid(
                f"{text[:80]!r} is no mapping of {kind}.",
                hint=f"field=column, with one of: {', '.join(FIELDS[kind])}.",
            )
        if name.startswith("occurred"):
            column, order = dates.parse_order(column)
            more |= {"date_order": order} if order else {}
        fields.setdefault(name, []).append(column)
    pairs = [text.partition("=") for text in values]
    bad = next((text for text, pair in zip(values, pairs, strict=True) if not pair[1]), None)
    if bad is not None:
        raise Invalid(f"{bad[:80]!r} sets nothing.", hint="Write field=value.")
    return Amendment(fields, {name: value for name, _, value in pairs}, more)


def amend(detected: Detected, told: Amendment, *, columns: Sequence[str]) -> Detected:
    """Return the mapping as amended, without the questions it answers; raise Invalid on unknown columns."""
    have = {folded(name) for name in columns}
    for name, wanted in told.fields.items():
        for column in wanted:
            if not {folded(one) for one in column.split("|")} & have:
                raise Invalid(
                    f"The file has no column {column[:80]!r} for {name}.",
                    hint=f"It has: {', '.join(columns[:40])}.",
                )
    mapping = detected.mapping
    said = {
        **mapping.model_dump(),
        **told.parts,
        "fields": {**mapping.fields, **{name: tuple(wanted) for name, wanted in told.fields.items()}},
        "values": {**mapping.values, **told.values},
    }
    answered = {*told.fields, *told.values, *told.parts}
    try:
        amended = FileMapping.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(
            f"The mapping cannot be used: {'.'.join(map(str, first['loc']))}: {first['msg']}."
        ) from error
    questions = tuple(question for question in detected.questions if question.field not in answered)
    return Detected(amended, detected.findings, questions)
