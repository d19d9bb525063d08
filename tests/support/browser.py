"""A real browser that talks to nothing but this machine, and remembers everything that went wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect, sync_playwright

from tests.support.places import ARTEFACTS, chromium

WIDE = {"width": 1920, "height": 1080}
NARROW = {"width": 1280, "height": 800}
# Software draws every pixel: tests that are not about the size take the smallest that opens both sides.
USUAL = {"width": 1440, "height": 864}
# What the tests wait for is an answer, not a speed; speed is measured elsewhere.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)
_INSIDE = {"127.0.0.1", "localhost", ""}
_FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    # The map is drawn by software: the machines that run the tests have no graphics card.
    "--use-angle=swiftshader",
    "--use-gl=angle",
    "--enable-unsafe-swiftshader",
    # WebGL alone needs it: pages put together by software too cost a third of all a browser does here.
    "--disable-gpu-compositing",
    "--ignore-gpu-blocklist",
    "--force-color-profile=srgb",
]
# Said by Chromium of the software renderer, not by our page.
_NOT_OURS = re.compile(r"GPU stall due to ReadPixels|Automatic fallback to software WebGL|GroupMarkerNotSet")


@dataclass
class Watched:
    """What a browser context asked of the outside, and what its pages complained of."""

    context: BrowserContext
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    forgiven: list[re.Pattern[str]] = field(default_factory=list)

    def forgive(self, pattern: str) -> None:
        """Say that complaints of this form are what the test is about."""
        self.forgiven.append(re.compile(pattern))

    def unforgiven(self) -> list[str]:
        """Return the complaints that no test asked for."""
        return [
            text for text in self.complaints if not any(pattern.search(text) for pattern in self.forgiven)
        ]

    def check(self) -> None:
        """Fail when a request left the machine, or a page complained of something unforeseen."""
        assert not self.outside, f"requests to the outside: {self.outside[:5]}"
        complaints = self.unforgiven()
        assert not complaints, "console warnings, errors or exceptions: " + "; ".join(complaints[:5])[:800]


def use_theme(watched: Watched, theme: str) -> None:
    """Have every page of a context open in this theme, as if it had been chosen before."""
    # A blank page has no storage and says so by an exception.
    watched.context.add_init_script(
        f"try {{ localStorage.setItem('wf.theme', JSON.stringify('{theme}')); }} catch {{ /* blank */ }}"
    )


def _heard(watched: Watched) -> Callable[[ConsoleMessage], None]:
    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not _NOT_OURS.search(message.text):
            where = message.location.get("url", "")
            watched.complaints.append(f"{message.type}: {message.text} ({where})")

    return listen


def _guard(watched: Watched) -> Callable[[Route], None]:
    def pass_or_refuse(route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in {"data", "blob"} or address.hostname in _INSIDE:
            route.continue_()
            return
        watched.outside.append(route.request.url)
        route.abort("blockedbyclient")

    return pass_or_refuse


def watch(browser: Browser, **options: Any) -> Watched:
    """Return a new, empty browser context under watch."""
    context = browser.new_context(
        **{"viewport": USUAL, "locale": "en-US", "timezone_id": "America/New_York", **options}
    )
    watched = Watched(context)
    # Only what would leave is intercepted: intercepting everything would slow every tile down.
    outside = re.compile(r"^(?!https?://(127\.0\.0\.1|localhost)[:/])(https?|wss?):")
    context.route(outside, _guard(watched))
    context.on("console", _heard(watched))
    context.on("weberror", lambda error: watched.complaints.append(f"exception: {error.error}"))
    context.set_default_timeout(PATIENCE_MS)
    return watched


@contextmanager
def launched() -> Iterator[Browser]:
    """Run Chromium for as long as the block lasts."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def keep_picture(page: Page, name: str) -> None:
    """Keep a picture of the page in .artefacts, for people to look at."""
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png")


def serious(results: dict[str, Any]) -> list[str]:
    """Return axe's serious and critical findings, one line each, with where they are."""
    return [
        f"{found['impact']}: {found['id']} at {node['target']}: {node['html'][:160]}"
        for found in results["violations"]
        if found["impact"] in {"serious", "critical"}
        for node in found["nodes"]
    ]
