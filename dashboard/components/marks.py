"""Markings, severity and status as small marks: each a word or letter first and a colour second."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.attrs import attrs
from dashboard.theme import SEVERITY_LETTER, SITE_STATUS_LETTER
from data.model import Scope, Severity, SiteStatus, Status, Tlp, label


def marking_text(scope: Scope) -> str:
    """Return a record's marking as the banner reads it: "TLP:AMBER", or "TLP:AMBER LES"."""
    return scope.tlp.label + (" LES" if scope.law_enforcement else "")


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
