"""The form of step 2: which column is what, how it is to be read, where it goes, and keeping all that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.components.attrs import attrs
from dashboard.pages.imports.view import field_rows
from dashboard.pages.imports.words import ORDER_LABELS
from dashboard.pages.watch.lookups import STORE_LABELS, words
from data.access import Actor
from data.importers.mapping import Mapping as FileMapping
from data.importers.preview import Preview
from data.model import StoreKind, Tlp
from data.reference.sites import site_kinds

if TYPE_CHECKING:
    from dashboard.services import Services


def form(actor: Actor, services: Services, preview: Preview) -> Component:
    """Return the form of a file, filled with what was detected."""
    mapping = preview.mapping
    return html.Div(
        [
            _group("Columns", [field_rows(mapping.kind, preview)]),
            _group("How to read them", [_reading(mapping, services)]),
            _group("Where they go", [_going(actor, mapping)]),
            _group("Keep this mapping", [_keeping()]),
        ]
    )


def _group(title: str, children: list[Any]) -> Component:
    return html.Div(
        [html.H2(title), *children], className="fieldset", role="group", **attrs({"aria-label": title})
    )


def _reading(mapping: FileMapping, services: Services) -> Component:
    zone = mapping.timezone or services.settings.timezone
    controls = [
        dmc.Select(
            id=ids.IMPORT_ZONE,
            label="Time zone of times that state none",
            data=sorted(available_timezones()),
            value=zone if zone in available_timezones() else None,
            searchable=True,
            limit=50,
            size="xs",
        ),
        dmc.Select(
            id=ids.IMPORT_ORDER,
            label="Order of dates",
            placeholder="Detected over the whole column",
            data=[{"value": code, "label": label} for code, label in ORDER_LABELS.items()],
            value=mapping.date_order,
            clearable=True,
            size="xs",
        ),
        dmc.TextInput(
            id=ids.IMPORT_CRS,
            label="Coordinate system",
            placeholder="Degrees (WGS 84); or EPSG:2249, or local:-71.06,42.36",
            value=mapping.crs,
            debounce=600,
            size="xs",
        ),
        html.Div(
            [
                dmc.TextInput(
                    id=ids.IMPORT_AREA,
                    label="Area of the rows: W, S, E, N",
                    placeholder="Anywhere; rows outside go to quarantine",
                    value=area_text(mapping),
                    debounce=600,
                    size="xs",
                ),
                html.Button(
                    "What the map shows", type="button", className="button", **attrs({"data-wf-area": "view"})
                ),
            ],
            className="with-button low",
        ),
    ]
    if mapping.kind == "sites":
        controls.append(_site_kind(mapping))
        controls.append(
            dmc.Checkbox(
                id=ids.IMPORT_PARTIAL,
                label="Not the whole list: no site is gone because it is missing here",
                checked=False,
                size="xs",
            )
        )
    else:
        # Kept in the page for every kind, so that the callbacks find what they ask for.
        controls.append(html.Div([_site_kind(mapping), dmc.Checkbox(id=ids.IMPORT_PARTIAL)], hidden=True))
    return html.Div(controls, className="pairs")


def _site_kind(mapping: FileMapping) -> Component:
    choice: Component = dmc.Select(
        id=ids.IMPORT_SITE_KIND,
        label="Kind of site, where no column says",
        data=[{"value": kind, "label": words(kind)} for kind in sorted(site_kinds())],
        value=mapping.values.get("kind") if mapping.kind == "sites" else None,
        searchable=True,
        clearable=True,
        size="xs",
    )
    return choice


def area_text(mapping: FileMapping) -> str:
    """Return the declared areas as one writes them."""
    return "; ".join(", ".join(f"{side:g}" for side in box) for box in mapping.areas)


def _going(actor: Actor, mapping: FileMapping) -> Component:
    usual = StoreKind.INCIDENT if mapping.kind == "incidents" else StoreKind.OPEN
    store = StoreKind(mapping.store) if mapping.store else usual
    return html.Div(
        [
            dmc.TextInput(
                id=ids.IMPORT_SOURCE_NAME, label="Name of the source", value=mapping.source.name, size="xs"
            ),
            dmc.TextInput(
                id=ids.IMPORT_SOURCE,
                label="Key of the source; the same key again brings a newer version",
                value=mapping.source.key,
                size="xs",
            ),
            dmc.Select(
                id=ids.IMPORT_TLP,
                label="Marking; unmarked counts as TLP:RED",
                placeholder="Unmarked",
                data=[
                    {"value": tlp.name.lower(), "label": tlp.label} for tlp in Tlp if tlp <= actor.clearance
                ],
                value=_marking(actor, mapping),
                clearable=True,
                size="xs",
            ),
            dmc.Select(
                id=ids.IMPORT_STORE,
                label="Store",
                data=[
                    {"value": kind.value, "label": STORE_LABELS[kind]}
                    for kind in StoreKind
                    if kind in actor.stores
                ],
                value=store.value if store in actor.stores else None,
                allowDeselect=False,
                size="xs",
            ),
            dmc.Checkbox(
                id=ids.IMPORT_POLICE,
                label="Law enforcement sensitive: only law-enforcement agencies see these records",
                checked=False,
                disabled=not actor.law_enforcement,
                size="xs",
            ),
        ],
        className="pairs",
    )


def _marking(actor: Actor, mapping: FileMapping) -> str | None:
    """Return the marking to begin with: what the profile says, as far as the actor may give it."""
    told = Tlp[mapping.tlp.upper()] if mapping.tlp else None
    return told.name.lower() if told is not None and told <= actor.clearance else None


def _keeping() -> Component:
    return html.Div(
        [
            html.Div(
                [
                    dmc.TextInput(
                        id=ids.IMPORT_SAVE_NAME,
                        label="Name of the profile",
                        placeholder="county-cad",
                        inputProps={"maxLength": 80},
                        size="xs",
                    ),
                    html.Button("Save", id=ids.IMPORT_SAVE, type="button", className="button"),
                ],
                className="with-button low",
            ),
            html.Div(id=ids.IMPORT_SAVED, **attrs({"aria-live": "polite"})),
        ]
    )
