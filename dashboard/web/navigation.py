"""Whether a person opened an address in a browser, and the page that tells them why there is nothing."""

from __future__ import annotations

from html import escape

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.types import Scope

from dashboard.web.headers import SIGN_IN
from dashboard.web.sign_in_page import document
from data.errors import WatchfloorError

_TITLES = {
    400: "This address cannot be read",
    403: "This is not open to you",
    404: "There is nothing at this address",
    503: "Not ready yet",
}


def navigates(scope: Scope) -> bool:
    """Return whether a person opened this address in a browser, as against a script asking for data."""
    headers = Headers(scope=scope)
    mode = headers.get("sec-fetch-mode")
    asked_for_page = mode == "navigate" if mode else "text/html" in headers.get("accept", "")
    return bool(scope["method"] == "GET" and asked_for_page)


def error_page(scope: Scope, error: WatchfloorError) -> HTMLResponse:
    """Return an error as a page with a way back; everything that came from outside is escaped."""
    settings = scope["app"].state.services.settings
    title = _TITLES.get(error.status, "This could not be shown")
    hint = f"<p>{escape(error.hint)}</p>" if error.hint else ""
    body = f"""<h1>{escape(title)}</h1><p>{escape(error.message)}</p>{hint}
<p><a class="button" href="/">Open the watch floor</a></p>"""
    page = document(title=f"{title} · {settings.center_name}", exercise=settings.exercise, main=body)
    return HTMLResponse(page, status_code=error.status, headers={"Content-Security-Policy": SIGN_IN})
