"""Markings, severity and status as small marks: each a word or letter first and a colour second."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard.components.attrs import attrs
from dashboard.theme import SEVERITY_LETTER, SITE_STATUS_LETTER
from data.model import Scope, Severity, SiteStatus, Status, Tlp, label

# What a page says in place of a marking that shows no records; one that says nothing may show anything.
NO_RECORDS: Final = "none"


def marking_text(scope: Scope) -> str:
    """Return a record's marking as the banner reads it: "TLP:AMBER", or "TLP:AMBER LES"."""
    return scope.tlp.label + (" LES" if scope.law_enforcement else "")


def highest_text(scopes: Iterable[Scope]) -> str:
    """Return the highest marking of some records as the banner reads it."""
    known = list(scopes)
    if not known:
        return NO_RECORDS
    caveat = " LES" if any(scope.law_enforcement for scope in known) else ""
    return max(scope.tlp for scope in known).label + caveat


def tlp_chip(tlp: Tlp, *, law_enforcement: bool = False) -> Component:
    """Return a marking as FIRST writes it, with the law-enforcement caveat where it applies."""
    text = tlp.label + (" · LES" if law_enforcement else "")
    return html.Span(text, className=f"tlp tlp-{tlp.name.lower().replace('_', '-')}")


def severity_mark(severity: Severity, *, with_label: bool = True) -> Component:
    """Return a severity as a diamond with its letter, and its word beside it."""
    diamond = html.Span(
        html.Span(SEVERITY_LETTER[severity], className="sev-letter"),
        className=f"sev sev-{int(severity)}",
        **attrs({"aria-hidden": "true"}),
    )
    word = html.Span(label(severity), className="sev-word" if with_label else "visually-hidden")
    return html.Span([diamond, word], className="sev-mark")


def status_mark(status: Status) -> Component:
    """Return the status of an incident; only NEW asks for attention."""
    return html.Span(label(status), className=f"status status-{int(status)}")


def site_status_mark(status: SiteStatus) -> Component:
    """Return a lifeline status as letter, word and colour."""
    return html.Span(
        [
            html.Span(
                SITE_STATUS_LETTER[status],
                className=f"site-status site-{int(status)}",
                **attrs({"aria-hidden": "true"}),
            ),
            html.Span(label(status), className="sev-word"),
        ],
        className="sev-mark",
    )
