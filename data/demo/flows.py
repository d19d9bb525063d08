"""What happens in a demo, how often, when, and who reports it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flow:
    """One type of incident: its expected number, its kernel in time and space, and how long it stays open."""

    code: str
    count: float
    kernel: str
    by: Mapping[str, float]  # source key: share
    open_h: float = 2.0  # median hours until closed
    graver: float = 0.0  # share that is a step graver than usual
    persons: float = 0.0  # mean number of people affected, 0: not told
    customers: float = 0.0  # mean number of customers out


def scaled(rows: str, by: Mapping[str, Mapping[str, float]]) -> tuple[Flow, ...]:
    """Return flows from lines of `code count kernel reporters open_h graver persons customers`."""
    flows = []
    for line in rows.strip().splitlines():
        code, count, kernel, reporters, *rest = line.split()
        open_h, graver, persons, customers = [float(value) for value in rest] + [2.0, 0.0, 0.0, 0.0][
            len(rest) :
        ]
        flows.append(Flow(code, float(count), kernel, by[reporters], open_h, graver, persons, customers))
    return tuple(flows)
