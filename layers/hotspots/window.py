"""The time that a map of hotspots is about, in words too."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from data.clock import from_ms
from data.mirror import View
from data.query import Dimension
from layers.hotspots.counted import Counted


@dataclass(frozen=True, slots=True)
class Window:
    """From the first moment included to the first excluded; `asked` when the filter says so."""

    start_ms: int
    end_ms: int
    asked: bool

    @property
    def length_ms(self) -> int:
        """How long it is."""
        return self.end_ms - self.start_ms

    def text(self, zone: str) -> str:
        """Return both ends in local time and Z: "21 Nov 2026 14:31 EST (19:31Z) to …"."""
        return f"{moment(self.start_ms, zone)} to {moment(self.end_ms, zone)}"


def window_of(view: View, found: Counted) -> Window | None:
    """Return the time of the filter, or of the reports where the filter sets none; None without either."""
    asked = Dimension.TIME not in view.query.inverted
    start, end = view.query.window_ms(view.now_ms) if asked else (None, None)
    if view.query.last_ms is not None and asked:
        end = view.now_ms
    if len(found.occurred_ms):
        first, last = int(found.occurred_ms.min()), int(found.occurred_ms.max())
        said = start is not None or end is not None
        start = first if start is None else start
        # What is dated ahead (a warning) lengthens a moving window.
        end = last + 1 if end is None or (view.query.last_ms is not None and last >= end) else end
        return Window(start, max(end, start + 1), said)
    return None if start is None or end is None else Window(start, end, asked=True)


def moment(ms: int, zone: str) -> str:
    """Return a moment as local time with its zone and as Z."""
    at = from_ms(ms)
    local = at.astimezone(ZoneInfo(zone))
    if local.utcoffset() == at.utcoffset():
        return f"{at:%-d %b %Y %H:%M}Z"
    return f"{local:%-d %b %Y %H:%M %Z} ({at:%H:%M}Z)"
