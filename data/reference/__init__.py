"""Facts that ship with Watchfloor: types, sectors, lifelines, markings, scales. Read once, never written.

The JSON files beside this module can be edited before a store is made; a store keeps its own copy of the
incident types, which an administrator changes there.
"""

from data.reference.areas import AreaRow, areas
from data.reference.incident_types import TypeRow, type_of_apco, types
from data.reference.markings import (
    Choice,
    EvaluationScale,
    TlpMarking,
    UsMarking,
    evaluation_scales,
    tlp_markings,
    us_markings,
)
from data.reference.sites import (
    Component,
    Lifeline,
    Sector,
    SiteKind,
    lifelines,
    sectors,
    site_kinds,
)

__all__ = [
    "AreaRow",
    "Choice",
    "Component",
    "EvaluationScale",
    "Lifeline",
    "Sector",
    "SiteKind",
    "TlpMarking",
    "TypeRow",
    "UsMarking",
    "areas",
    "evaluation_scales",
    "lifelines",
    "sectors",
    "site_kinds",
    "tlp_markings",
    "type_of_apco",
    "types",
    "us_markings",
]
