"""Numbers as a leader reads them aloud."""

from __future__ import annotations

import math

_SCALES = {1: "one of three scales, so not robust", 2: "two of three scales", 3: "all three scales"}


def plural(number: int, one: str, many: str = "") -> str:
    """Return "1 report", "1,284 reports"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def length(metres: float) -> str:
    """Return a length as people say it: 250 m, 1.5 km."""
    return f"{metres:g} m" if metres < 1_000 else f"{metres / 1_000:g} km"


def about(value: float) -> str:
    """Return an expected number without digits that it does not have."""
    if value >= 10:
        return f"{value:,.0f}"
    return f"{value:.1f}".removesuffix(".0") if value >= 0.1 else "fewer than 0.1"


def tries(chance: float) -> str:
    """Return "less than once in 1,000 tries" for a probability, never promising more than it says."""
    if chance >= 0.5:
        return "about every other time or more"
    wanted = 1 / max(chance, 1e-6)
    power = 10 ** math.floor(math.log10(wanted))
    often = max(step * power for step in (1, 2, 5) if step * power <= wanted)
    return f"less than once in {often:,} tries"


def sentence(*, count: int, expected: float, chance: float, robust: int, than: str = "would be usual") -> str:
    """Return what a hotspot means in one sentence."""
    reports = plural(count, "report")
    usual = about(expected)
    usual = usual if usual.startswith("fewer") else f"about {usual}"
    return (
        f"{reports} where {usual} {than}; a difference this large would come by chance "
        f"{tries(chance)}; seen at {_SCALES.get(robust, _SCALES[1])}."
    )
