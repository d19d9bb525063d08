"""What keeps to a budget when the past does not repeat itself: after an alarm the next has to be rarer.

A threshold learnt of the past holds for futures like it. Storms, seasons and people who enter ten reports at
once are not like it. So each alarm raises what the next one takes tenfold, and that falls back in the time
that the budget allows an alarm for. Whatever happens, in a time t there are then no more alarms than the
budget's for t, and one for each tenfold by which the rarest of them is rarer than the threshold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from data.alert_rules import DAY_MS

RAISE: Final = 1.0  # in powers of ten: scores are -log10 of a probability
KEY: Final = "raised"


@dataclass(frozen=True, slots=True)
class Raised:
    """By how much an alarm has to be rarer than the threshold, at a moment."""

    by: float = 0.0
    at_ms: int = 0

    @classmethod
    def of(cls, memory: Mapping[str, Any]) -> Raised:
        """Return what was remembered; nothing where nothing was."""
        return cls(*memory[KEY]) if KEY in memory else cls()

    def at(self, moment_ms: int, *, per_day: float) -> float:
        """Return what is left at a later moment, of which so many alarms a day are allowed."""
        return max(0.0, self.by - RAISE * per_day * max(0, moment_ms - self.at_ms) / DAY_MS)

    def after(self, moment_ms: int, *, per_day: float) -> Raised:
        """Return it after an alarm."""
        return Raised(self.at(moment_ms, per_day=per_day) + RAISE, max(moment_ms, self.at_ms))

    def kept(self) -> dict[str, Any]:
        """Return it as it is remembered."""
        return {KEY: [round(self.by, 4), self.at_ms]} if self.by else {}
