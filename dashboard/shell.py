"""What surrounds every page: top bar, marking banner, navigation, and the router between pages."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import Input, Output, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard import ids, theme
from dashboard.components.attrs import attrs
from dashboard.components.panels import empty, icon
from dashboard.components.times import ago_text
from dashboard.guard import current_actor, guarded
from dashboard.pages import PAGES, Page, page_at
from data.access import Actor, Permission
from data.clock import to_ms
from data.model import Role, Tlp, label
from data.records import Source

if TYPE_CHECKING:
    from dashboard.services import Services

STALE_AFTER_S = 900


def layout(actor: Actor, services: Services) -> Component:
    """Return the whole application for this actor; the page itself comes by the router."""
    settings = services.settings
    whole: Component = dmc.MantineProvider(
        id=ids.PROVIDER,
        theme=theme.mantine(),
        forceColorScheme="dark",
        children=html.Div(
            [
                dcc.Location(id=ids.LOCATION, refresh="callback-nav"),
                html.A("Skip to the page", href=f"#{ids.PAGE}", className="skip"),
                _top_bar(actor, services),
                _banner(exercise=settings.exercise),
                html.Div(id=ids.PAGE, className="page", tabIndex=-1),
                html.Div(id=ids.NOTICE, className="notice", role="status", **attrs({"aria-live": "polite"})),
                *_alerts_now(),
                html.Dialog(id=ids.HELP, className="dialog", **attrs({"aria-label": "Keys"})),
                dcc.Store(id=ids.LIVE),
            ],
            className="app",
            **attrs({"data-wf-app": json.dumps(_facts(actor, services))}),
        ),
    )
    return whole


def register(app: Any, services: Services) -> None:
    """Register the router and the list of sources."""
    guard = guarded(app)

    @guard.callback(
        Permission.VIEW,
        Output(ids.PAGE, "children"),
        Output(ids.NAV, "children"),
        Input(ids.LOCATION, "pathname"),
    )
    def route(path: str | None) -> tuple[Component, list[Component]]:
        if path is None:  # before the address is known; the page would be made twice
            raise PreventUpdate
        actor = current_actor()
        return page(actor, services, path), navigation(actor, path)

    @guard.callback(Permission.VIEW, Output(ids.SOURCES_LIST, "children"), Input(ids.LIVE, "data"))
    def sources(_live: Any) -> Component:
        visible = services.store.sources.visible(current_actor())
        return source_list(visible, now=services.clock.now())


def page(actor: Actor, services: Services, path: str) -> Component:
    """Return the page at `path`, or what to do instead where there is none for this actor."""
    found = page_at(path)
    if found is None:
        return empty(
            "There is no page at this address.", "Choose one from the bar above, or press g and then w."
        )
    if not actor.may(found.permission):
        return empty(
            f"The role {label(actor.role).lower()} does not open {found.label}.",
            "Ask an administrator for a role that does.",
        )
    return found.layout(actor, services)


def navigation(actor: Actor, path: str) -> list[Component]:
    """Return a link to each page that the actor may open; the open one says so."""
    here = page_at(path)
    links: list[Component] = []
    for entry in PAGES:
        if not entry.label or not actor.may(entry.permission):
            continue
        current = {"aria-current": "page"} if entry is here else {}
        # dcc.Link has no aria attributes: the mark sits on the item around it.
        links.append(
            html.Li(
                dcc.Link(_worded(entry), href=entry.path, title=f"{entry.label} (g {entry.key})"),
                className="nav-item current" if current else "nav-item",
            )
        )
    return links


def _worded(entry: Page) -> Any:
    # JavaScript writes the number: it changes without the navigation being made anew.
    return [entry.label, html.Span(id=entry.badge, className="nav-badge")] if entry.badge else entry.label


def source_list(visible: list[Source], *, now: datetime) -> Component:
    """Return every source with the age of what it sent last; the late ones say so in words."""
    fed = [source for source in visible if source.last_received is not None]
    silent = [source for source in visible if source.last_received is None]
    if not visible:
        return empty("No sources yet.", "Import a file, or send a report, and its source appears here.")
    rows = [
        _source_row(source, now) for source in sorted(fed, key=lambda source: source.last_received or now)
    ]
    rows += [_source_row(source, now) for source in silent]
    oldest = min((to_ms(source.last_received) for source in fed if source.last_received), default=0)
    late = sum(_is_late(source, now) for source in fed)
    return html.Ul(
        rows,
        className="source-list",
        **attrs({"data-wf-sources": json.dumps({"count": len(visible), "oldest_ms": oldest, "late": late})}),
    )


def _is_late(source: Source, now: datetime) -> bool:
    if source.last_received is None or source.expected_every_s is None:
        return False
    return (now - source.last_received).total_seconds() > 2 * source.expected_every_s


def _source_row(source: Source, now: datetime) -> Component:
    last = source.last_received
    late = _is_late(source, now)
    age: Any = (
        "nothing received yet"
        if last is None
        else html.Span(ago_text(last, now), **attrs({"data-wf-age": str(to_ms(last))}))
    )
    return html.Li(
        [
            html.Span(source.name, className="source-name"),
            html.Span("late", className="late") if late else None,
            html.Span(age, className="muted"),
        ]
    )


def _facts(actor: Actor, services: Services) -> dict[str, Any]:
    """Return what JavaScript must know of the installation and of who looks at it."""
    return {
        "user": actor.user_id,
        "zone": services.settings.timezone,
        "may": sorted(permission.value for permission in Permission if actor.may(permission)),
        "pages": {page.key: page.path for page in PAGES if page.key and actor.may(page.permission)},
    }


def _top_bar(actor: Actor, services: Services) -> Component:
    return html.Header(
        [
            html.Span(services.settings.center_name, className="brand"),
            html.Nav(html.Ul(id=ids.NAV, className="nav"), **attrs({"aria-label": "Pages"})),
            _search(),
            _sources(),
            html.Span(
                [html.Span(className="dot"), html.Span("connecting", className="connection-text")],
                id=ids.CONNECTION,
                className="connection",
                role="status",
                **attrs({"data-state": "connecting"}),
            ),
            html.Span(
                [
                    html.Time("--:--Z", id=ids.CLOCK_UTC, className="clock"),
                    html.Time("--:--", id=ids.CLOCK_LOCAL, className="clock local"),
                ],
                className="clocks",
                title=f"UTC and {services.settings.timezone}",
            ),
            html.Button(
                icon("bell"),
                id=ids.ALERTS_SOUND,
                type="button",
                className="fold sound",
                **attrs({"data-wf-do": "sound", "aria-label": "Sound of alerts", "aria-pressed": "false"}),
            ),
            _user_menu(actor, services),
        ],
        className="topbar",
    )


def _alerts_now() -> list[Component]:
    """Return where new alerts are shown, and where they are read out: at once if severe, else in turn."""
    quiet, severe = {"aria-live": "polite"}, {"aria-live": "assertive"}
    return [
        html.Section(id=ids.ALERTS_NOW, className="alerts-now", **attrs({"aria-label": "New alerts"})),
        html.Div(id=ids.ALERTS_SAID, className="notice", **attrs(quiet)),
        html.Div(id=ids.ALERTS_SAID_SEVERE, className="notice", **attrs(severe)),
    ]


def _search() -> Component:
    # Filled by JavaScript: suggestions are fetched while somebody types, and never travel through callbacks.
    return html.Div(id=ids.SEARCH, className="search", role="search")


def _sources() -> Component:
    return html.Details(
        [
            html.Summary("Sources", id=ids.SOURCES_SUMMARY, title="Age of every source"),
            html.Div(html.Div(id=ids.SOURCES_LIST), className="popover"),
        ],
        id=ids.SOURCES,
        className="sources menu",
    )


def _user_menu(actor: Actor, services: Services) -> Component:
    initials = (
        "".join(word[0] for word in actor.name.replace(".", " ").replace("_", " ").split()[:2]).upper() or "?"
    )
    agency = next((found.name for found in services.store.agencies.all() if found.id == actor.agency_id), "")
    item = "menu-item"
    return html.Details(
        [
            html.Summary(initials, className="avatar", title=f"{actor.name}: account and settings"),
            html.Div(
                [
                    html.Div(
                        [
                            html.Strong(actor.name),
                            html.Div(f"{_role(actor.role)}, {agency}", className="muted"),
                        ]
                    ),
                    html.Button(
                        "Light theme", type="button", className=item, **attrs({"data-wf-do": "theme"})
                    ),
                    html.Button("Wall mode", type="button", className=item, **attrs({"data-wf-do": "wall"})),
                    html.Button(
                        ["Keys", html.Kbd("?")],
                        type="button",
                        className=item,
                        **attrs({"data-wf-do": "help"}),
                    ),
                    html.Button(
                        "Sign out", type="button", className=item, **attrs({"data-wf-do": "sign-out"})
                    ),
                ],
                className="popover",
            ),
        ],
        id=ids.USER_MENU,
        className="menu",
    )


def _role(role: Role) -> str:
    return label(role)


def _banner(*, exercise: bool) -> Component:
    return html.Div(
        [
            # Unmarked means most restrictive until the page knows what it shows.
            html.Span(
                Tlp.RED.label,
                id=ids.BANNER_MARKING,
                className="tlp tlp-red",
                title="Highest marking on screen",
            ),
            html.Span("EXERCISE", className="exercise") if exercise else None,
        ],
        id=ids.BANNER,
        className="banner exercise-banner" if exercise else "banner",
        role="region",
        **attrs({"aria-label": "Marking of what is on screen"}),
    )


def zone_of(services: Services) -> ZoneInfo:
    """Return the local time zone of this installation."""
    return ZoneInfo(services.settings.timezone)
