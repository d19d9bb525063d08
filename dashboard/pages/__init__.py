"""The pages, in the order of the navigation: a folder, a line here, a test and a line in README each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dash.development.base_component import Component

from dashboard import ids
from dashboard.pages import admin, alerts, brief, imports, reports, respond, share, sites, watch
from data.access import Actor, Permission

if TYPE_CHECKING:
    from dashboard.services import Services

Layout = Callable[[Actor, "Services"], Component]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its address, its word in the navigation ("" for none), and who may open it."""

    path: str
    label: str
    permission: Permission
    layout: Layout
    register: Callable[[Any, Services], None]
    key: str = ""  # the letter after `g` that opens it
    badge: str = ""  # the id of the number beside its word in the navigation


PAGES: tuple[Page, ...] = (
    Page("/", "Watch", Permission.VIEW, watch.layout, watch.register, "w"),
    Page("/respond", "Respond", Permission.RESPOND, respond.layout, respond.register, "r"),
    Page(
        "/reports", "Reports", Permission.REPORT, reports.new_report_layout, reports.register_new_report, "p"
    ),
    Page("/alerts", "Alerts", Permission.VIEW, alerts.layout, alerts.register, "l", badge=ids.ALERTS_BADGE),
    Page("/brief", "Brief", Permission.VIEW, brief.layout, brief.register, "b"),
    Page("/sites", "Sites", Permission.VIEW, sites.layout, sites.register, "s"),
    Page("/share", "Share", Permission.EXPORT, share.layout, share.register, "x"),
    Page("/imports", "Import", Permission.IMPORT, imports.layout, imports.register, "i"),
    Page("/admin", "Admin", Permission.READ_AUDIT, admin.layout, admin.register, "a"),
)


def register_pages(app: Any, services: Services) -> None:
    """Register the callbacks of every page."""
    for page in PAGES:
        page.register(app, services)


def page_at(path: str) -> Page | None:
    """Return the page that answers `path`: the one with the longest matching address."""
    path = path.rstrip("/") or "/"
    fitting = [
        page for page in PAGES if path == page.path or (page.path != "/" and path.startswith(page.path + "/"))
    ]
    return max(fitting, key=lambda page: len(page.path), default=None)
