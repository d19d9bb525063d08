"""Figures of this process, counted by hand: a few lines need no library."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BOUNDS_S = (0.005, 0.02, 0.05, 0.15, 0.25, 0.8, 1.5, 5.0)
_KINDS = ("/tiles/", "/api/", "/_dash-update-component", "/assets/")


@dataclass(slots=True)
class Figures:
    """Counts of requests by kind and outcome, how long they took, and gauges read when asked."""

    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    within: Counter[tuple[str, float]] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    gauges: dict[str, Callable[[], float]] = field(default_factory=dict)

    def note(self, path: str, *, status: int, seconds: float) -> None:
        """Count one request."""
        kind = next((name.strip("/") for name in _KINDS if path.startswith(name)), "other")
        self.requests[kind, f"{status // 100}xx"] += 1
        self.seconds[kind] += seconds  # type: ignore[assignment]  # a Counter adds floats as well
        for bound in _BOUNDS_S:
            if seconds <= bound:
                self.within[kind, bound] += 1

    def text(self) -> str:
        """Return everything in Prometheus' text format."""
        lines = ["# TYPE watchfloor_requests_total counter"]
        lines += [
            f'watchfloor_requests_total{{kind="{kind}",outcome="{outcome}"}} {count}'
            for (kind, outcome), count in sorted(self.requests.items())
        ]
        lines.append("# TYPE watchfloor_request_seconds histogram")
        for kind in sorted(self.seconds):
            total = sum(count for (of, _), count in self.requests.items() if of == kind)
            lines += [
                f'watchfloor_request_seconds_bucket{{kind="{kind}",le="{bound}"}} {self.within[kind, bound]}'
                for bound in _BOUNDS_S
            ]
            lines.append(f'watchfloor_request_seconds_bucket{{kind="{kind}",le="+Inf"}} {total}')
            lines.append(f'watchfloor_request_seconds_sum{{kind="{kind}"}} {self.seconds[kind]:.6f}')
            lines.append(f'watchfloor_request_seconds_count{{kind="{kind}"}} {total}')
        for name, read in sorted(self.gauges.items()):
            lines += [f"# TYPE watchfloor_{name} gauge", f"watchfloor_{name} {read():g}"]
        return "\n".join(lines) + "\n"


class Measured:
    """ASGI middleware that counts every request."""

    def __init__(self, app: ASGIApp, *, figures: Figures) -> None:
        self.app = app
        self.figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note what became of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, began = 500, time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            self.figures.note(scope["path"], status=status, seconds=time.perf_counter() - began)
