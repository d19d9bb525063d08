"""The Dash app: the shell as its layout, our bundle as its only assets, every callback guarded."""

from __future__ import annotations

import hashlib
import logging
from html import escape

import dash_ag_grid  # noqa: F401  # registers its scripts, which must be known before the first page is served
import dash_mantine_components  # noqa: F401  # as above
from dash import Dash, html
from dash.development.base_component import Component
from fastapi import FastAPI

from dashboard import shell
from dashboard.guard import actor_or_none
from dashboard.pages import register_pages
from dashboard.places import BUNDLE
from dashboard.services import Services

logger = logging.getLogger(__name__)

_INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
{{%metas%}}
<title>{{%title%}}</title>
{{%favicon%}}
{{%css%}}
<link rel="stylesheet" href="/assets/dist/watchfloor.css{version}">
<script type="module" src="/assets/dist/watchfloor.js{version}"></script>
</head>
<body>
{{%app_entry%}}
<noscript>Watchfloor draws its map with JavaScript: switch it on for this address.</noscript>
<footer>{{%config%}}{{%scripts%}}{{%renderer%}}</footer>
</body>
</html>"""

# Dash starts once our module has run, so that no clientside callback comes before its function.
_START = "document.addEventListener('DOMContentLoaded', function () { new DashRenderer(); });"


def make_dash(server: FastAPI, services: Services) -> Dash:
    """Return the Dash app on `server` with every page registered and nothing left to set up on first use."""
    dash = Dash(
        __name__,
        server=server,  # type: ignore[arg-type]  # Dash's hints name Flask alone
        backend="fastapi",
        title=escape(services.settings.center_name),
        assets_folder=str(BUNDLE),
        assets_url_path="assets/dist",
        include_assets_files=False,
        serve_locally=True,
        update_title="",
        index_string=_INDEX.format(version=_bundle_version()),
        suppress_callback_exceptions=True,  # pages come one at a time, so ids of the others are absent
        enable_mcp=False,
        websocket_callbacks=False,
    )
    # Otherwise its page keeps trying the socket that the gate refuses, and fills console and log with it.
    dash.backend.websocket_capability = False
    dash.renderer = _START
    dash.layout = lambda: _layout(services)
    shell.register(dash, services)
    register_pages(dash, services)
    # Dash would do this in its first request, and a burst of first requests would find it half done.
    dash._setup_server()  # type: ignore[no-untyped-call]  # Dash has no types here
    return dash


def _layout(services: Services) -> Component:
    actor = actor_or_none()
    # Dash asks for the layout once while it sets itself up, when nobody is there yet.
    return html.Div() if actor is None else shell.layout(actor, services)


def _bundle_version() -> str:
    """Return what makes the bundle's address new when its content is: browsers keep it for long."""
    files = [BUNDLE / "watchfloor.js", BUNDLE / "watchfloor.css"]
    if not all(file.is_file() for file in files):
        logger.warning("the page's bundle is missing in %s: install Watchfloor with `make demo`", BUNDLE)
        return ""
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files))
    return f"?v={digest.hexdigest()[:12]}"
