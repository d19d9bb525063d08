"""What somebody chose on the import page, read from what the browser sent, in the importers' own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args
from zoneinfo import available_timezones

from data.errors import Invalid
from data.importers.amend import Amendment
from data.importers.mapping import DATE_ORDERS, FIELDS, Box, Kind, SourceInfo
from data.importers.opening import Options
from data.model import StoreKind, Tlp

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Draft:
    """A file with everything that was said about it: the same things that the command line can say."""

    kind: Kind
    profile: str = ""
    layer: str = ""
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    site_kind: str = ""
    crs: str = ""
    zone: str = ""
    order: str = ""
    areas: tuple[Box, ...] | None = None
    source: str = ""
    source_name: str = ""
    tlp: Tlp | None = None
    store: StoreKind | None = None
    law_enforcement: bool = False
    partial: bool = False

    def amendment(self) -> Amendment:
        """Return what is laid over the detected mapping."""
        parts: dict[str, Any] = {"crs": self.crs, "timezone": self.zone, "date_order": self.order}
        parts = {name: value for name, value in parts.items() if value}
        if self.areas is not None:
            parts["areas"] = self.areas
        if self.source:
            parts["source"] = SourceInfo(key=self.source, name=self.source_name or self.source).model_dump()
        values = {"kind": self.site_kind} if self.site_kind else {}
        return Amendment(dict(self.fields), values, parts)

    def options(self, *, name: str, dry_run: bool = False, saved: bool = False) -> Options:
        """Return the options of an import; a saved profile is a mapping of its own."""
        return Options(
            name=name,
            layer=self.layer,
            profile="" if saved else self.profile,
            source_key=self.source,
            store=self.store,
            tlp=self.tlp,
            law_enforcement=self.law_enforcement,
            dry_run=dry_run,
            partial=self.partial,
            told=self.amendment(),
        )


@dataclass(frozen=True, slots=True)
class Form:
    """The controls as the browser sent them: every value may be anything."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    site_kind: Any = None
    crs: Any = None
    zone: Any = None
    order: Any = None
    area: Any = None
    source: Any = None
    source_name: Any = None
    tlp: Any = None
    store: Any = None
    law_enforcement: Any = None
    partial: Any = None


def kind_of(value: Any) -> Kind:
    """Return the kind of records; raise Invalid for anything else."""
    found = next((kind for kind in KINDS if kind == value), None)
    if found is None:
        raise Invalid("Say what the file holds.", hint=f"One of: {', '.join(KINDS)}.")
    return found


def first(kind: Any, profile: Any, layer: Any) -> Draft:
    """Return the draft of a file about which nothing was said but what it is."""
    return Draft(kind=kind_of(kind), profile=_text(profile, 80), layer=_text(layer, 200))


def of_form(kind: Any, profile: Any, layer: Any, form: Form, *, base: Mapping[str, Sequence[str]]) -> Draft:
    """Return the draft of a filled form; fields that stand as detected (`base`) are not said."""
    start = first(kind, profile, layer)
    order = _text(form.order, 20)
    if order and order not in DATE_ORDERS:
        raise Invalid("There is no such order of dates.", hint=f"One of: {', '.join(DATE_ORDERS)}.")
    zone = _text(form.zone, 60)
    if zone and zone not in available_timezones():
        raise Invalid(f"{zone!r} is no time zone.", hint="Write one such as America/New_York.")
    return Draft(
        kind=start.kind,
        profile=start.profile,
        layer=start.layer,
        fields=_changed(start.kind, form.fields, base),
        site_kind=_text(form.site_kind, 80) if start.kind == "sites" else "",
        crs=_text(form.crs, 60),
        zone=zone,
        order=order,
        areas=box_in(form.area),
        source=_text(form.source, 80),
        source_name=_text(form.source_name, 200),
        tlp=Tlp[form.tlp.upper()]
        if isinstance(form.tlp, str) and form.tlp.upper() in Tlp.__members__
        else None,
        store=StoreKind(form.store) if form.store in [kind.value for kind in StoreKind] else None,
        law_enforcement=form.law_enforcement is True,
        partial=form.partial is True and start.kind == "sites",
    )


def _changed(
    kind: Kind, said: Mapping[str, Any], base: Mapping[str, Sequence[str]]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    changed = []
    for name in FIELDS[kind]:
        if name not in said:
            continue
        value = said[name] if isinstance(said[name], list) else []
        columns = tuple(column for column in value if isinstance(column, str))[:20]
        if columns != tuple(base.get(name, ())):
            changed.append((name, columns))
    return tuple(changed)


def box_in(value: Any) -> tuple[Box, ...] | None:
    """Return areas written as "west, south, east, north", several joined by ";"; None for nothing."""
    text = _text(value, 400)
    if not text:
        return None
    found = []
    for part in text.split(";"):
        try:
            west, south, east, north = (float(side) for side in part.split(","))
        except ValueError:
            west, south, east, north = 1.0, 0.0, 0.0, 0.0
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise Invalid(
                f"{part.strip()[:60]!r} is no area.", hint="Write west, south, east, north in degrees."
            )
        found.append((west, south, east, north))
    return tuple(found)


def _text(value: Any, most: int) -> str:
    if isinstance(value, str) and len(value) > most:
        raise Invalid(f"{value[:40]!r}… is too long.", hint=f"Use up to {most} characters.")
    return value.strip() if isinstance(value, str) else ""
