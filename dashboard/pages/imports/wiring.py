"""Which controls of the page make a draft: shared by looking at a file and importing it."""

from __future__ import annotations

from typing import Any, Final

from dash import ALL, State

from dashboard import ids
from dashboard.pages.imports import draft as drafts
from dashboard.pages.imports.draft import Draft, Form

FILE = (
    State(ids.IMPORT_UPLOAD, "data"),
    State(ids.IMPORT_KIND, "value"),
    State(ids.IMPORT_PROFILE, "value"),
    State(ids.IMPORT_LAYER, "value"),
    State(ids.IMPORT_DRAFT, "data"),
)
CONTROLS = (
    (ids.IMPORT_SITE_KIND, "value"),
    (ids.IMPORT_CRS, "value"),
    (ids.IMPORT_ZONE, "value"),
    (ids.IMPORT_ORDER, "value"),
    (ids.IMPORT_AREA, "value"),
)
_FIELDS = ids.import_field("")["part"]
EVERY_FIELD: Final = {"part": _FIELDS, "name": ALL}


def said(listed: Any) -> dict[str, Any]:
    """Return the values of a group of controls by name."""
    return {entry["id"]["name"]: entry.get("value") for entry in listed}


def draft_of(fields: dict[str, Any], controls: Any, file: Any, going: Any = ()) -> Draft:
    """Return the draft that the controls of the page make."""
    _, kind, profile, layer, draft = file
    names = ("source", "source_name", "tlp", "store", "law_enforcement", "partial")
    said = Form(fields, *controls, **dict(zip(names, going, strict=False)))
    return drafts.of_form(kind, profile, layer, said, base=(draft or {}).get("base") or {})
