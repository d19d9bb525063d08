"""Who is helped first: a clock, how vulnerable the people are, and a score whose every point has a reason.

The score is a sum of points that anybody can check by hand; it orders people for help and claims nothing
more. The weights follow what rescue triage agrees on: those who cannot move, those whose lives hang on
water, power or medicine, the very young and the old, and those of whom nothing was heard for long. After
72 hours without word or water the points no longer grow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.clock import from_ms, to_ms
from data.rescue_records import Call, Hazard, Household

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FULL_AFTER_H: Final = 72.0
POINTS: Final = {
    "trapped": 30.0,
    "water": 25.0,
    "silence": 20.0,
    "medical_urgent": 20.0,
    "medical": 10.0,
    "hazard": 15.0,
    "hazard_lesser": 8.0,
    "age_extreme": 10.0,
    "age": 6.0,
    "cut_off": 5.0,
    "water_unknown": 6.0,
}
MOST_FOR_PEOPLE: Final = 10.0
# "Still in trouble?" is asked after so many hours without word, by the score that is reached.
_ASK_AGAIN_H: Final = ((60.0, 2.0), (30.0, 6.0), (0.0, 12.0))
_GRAVE: Final = frozenset({Hazard.FIRE, Hazard.FLOOD, Hazard.LANDSLIDE, Hazard.COLLAPSE, Hazard.GAS})
# Whoever needs these dies without them, or cannot wait: English, Spanish, Portuguese, Creole, French.
_URGENT: Final = re.compile(
    r"oxyg|ox[ií]g|oksij|dial[iy]|di[aá]lis|insulin|diabet|dyabet|ventilat|respirador|heart|coraz|cora[cç]|"
    r"cardia|\bk[eè]\b|c[oœ]e?ur|bleed|sangr|hemorr|h[eé]morr|senyen|pregnan|embaraz|gr[aá]vid|ansent|enceinte|"
    r"unconsc|inconsc|stroke|derrame|seizure|convuls|wheelchair|silla de ruedas|cadeira de rodas|bedridden",
    re.IGNORECASE,
)
_SELF: Final = frozenset({"self", "myself", "yo mismo", "eu mesmo", "mwen menm", "moi-même"})

_FLAGS: Final = frozenset(
    {"word_known", "urgent", "medical", "trapped", "grave", "lesser", "cut_off", "open"}
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of each household, a column each; not-a-number where it is not known."""

    people: Numbers
    oldest: Numbers
    youngest: Numbers
    word_ms: Numbers  # when somebody last had contact with them, or, at the latest, when the first call came
    word_known: Flags
    heard_ms: Numbers  # when we last heard of them at all
    water_ms: Numbers
    urgent: Flags
    medical: Flags
    trapped: Flags
    grave: Flags
    lesser: Flags
    cut_off: Flags
    follow_up_ms: Numbers
    open: Flags


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a household stands, and why; `rank` counts the open ones from 1."""

    household: Household
    score: float
    rank: int | None
    reasons: tuple[str, ...]
    hours_since_contact: float
    contact_known: bool
    water_hours_left: float | None
    follow_up_at: datetime | None
    follow_up_due: bool


def standings(households: Sequence[Household], *, now: datetime) -> list[Standing]:
    """Return the households in the order in which they need help, those that need none at the end."""
    if not households:
        return []
    facts, now_ms = facts_of(households), float(to_ms(now))
    silence = np.maximum(now_ms - facts.word_ms, 0) / 3_600_000
    water = (facts.water_ms - now_ms) / 3_600_000
    parts = _parts(facts, silence=silence, water=water)
    score = np.sum([points for points, _ in parts.values()], axis=0)
    due_ms = np.where(facts.open, _due(facts, score), np.nan)
    order = np.lexsort((np.arange(score.size), -score, ~facts.open))
    rank = 0
    out = []
    for row in order.tolist():
        rank += bool(facts.open[row])
        out.append(
            Standing(
                household=households[row],
                score=round(float(score[row]), 1),
                rank=rank if facts.open[row] else None,
                reasons=_reasons(parts, row),
                hours_since_contact=round(float(silence[row]), 2),
                contact_known=bool(facts.word_known[row]),
                water_hours_left=None if np.isnan(water[row]) else round(float(water[row]), 2),
                follow_up_at=None if np.isnan(due_ms[row]) else from_ms(int(due_ms[row])),
                follow_up_due=bool(due_ms[row] <= now_ms),
            )
        )
    return out


def facts_of(households: Sequence[Household]) -> Facts:
    """Return what the calls of each household say, in columns."""
    rows = [_row(household) for household in households]
    columns: dict[str, Any] = {
        name: np.array([row[name] for row in rows], dtype=bool if name in _FLAGS else float)
        for name in rows[0]
    }
    return Facts(**columns)


def _row(household: Household) -> dict[str, Any]:
    calls = household.calls
    ages = [person.age for call in calls for person in call.people if person.age is not None]
    words = " ".join(text for call in calls for text in _medical(call))
    hazards = {hazard for call in calls for hazard in call.needs.hazards}
    word = [at for call in calls for at in _contacts(call)]
    if household.contact_at is not None:
        word.append(household.contact_at)
    heard = [*word, *(call.received for call in calls)]
    water = [call.needs.water_until for call in calls if call.needs.water_until is not None]
    nan = np.nan
    return {
        "people": household.people_count,
        "oldest": max(ages, default=nan),
        "youngest": min(ages, default=nan),
        "word_ms": to_ms(max(word) if word else min(call.received for call in calls)),
        "word_known": bool(word),
        "heard_ms": to_ms(max(heard)),
        "water_ms": to_ms(min(water)) if water else nan,
        "urgent": _URGENT.search(words) is not None,
        "medical": bool(words.strip()),
        "trapped": any(call.needs.trapped for call in calls),
        "grave": bool(hazards & _GRAVE),
        "lesser": bool(hazards - _GRAVE),
        "cut_off": household.cut_off is True,
        "follow_up_ms": nan if household.follow_up_at is None else to_ms(household.follow_up_at),
        "open": household.open,
    }


def _medical(call: Call) -> list[str]:
    return [call.needs.medical, *(person.medical for person in call.people)]


def _contacts(call: Call) -> list[datetime]:
    """Return when somebody had contact with the people, as far as the call says."""
    found = [] if call.last_contact is None else [call.last_contact]
    # Whoever calls for themselves was in contact when they called.
    return [*found, call.received] if is_own(call) else found


def is_own(call: Call) -> bool:
    """Return whether somebody calls for themselves."""
    return call.caller.relation.strip().casefold() in _SELF


_Part = tuple[Numbers, Sequence[str]]


def _parts(facts: Facts, *, silence: Numbers, water: Numbers) -> dict[str, _Part]:
    """Return the points that each fact gives, and the words for them row by row."""
    known_water = ~np.isnan(water)
    dry = POINTS["water"] * np.clip(1 - np.nan_to_num(water, nan=FULL_AFTER_H) / FULL_AFTER_H, 0, 1)
    quiet = POINTS["silence"] * np.clip(silence / FULL_AFTER_H, 0, 1)
    extreme = (facts.oldest >= 75) | (facts.youngest < 2)
    tender = ((facts.oldest >= 65) | (facts.youngest < 12)) & ~extreme
    lesser_ill = facts.medical & ~facts.urgent
    crowd = np.clip(2.5 * np.log2(np.maximum(facts.people, 1)), 0, MOST_FOR_PEOPLE)
    count = len(silence)
    return {
        "trapped": (_if(facts.trapped, "trapped"), ["Trapped"] * count),
        "water": (np.where(known_water, dry, POINTS["water_unknown"]), _water_words(water)),
        "silence": (quiet, _silence_words(silence, facts.word_known)),
        "urgent": (_if(facts.urgent, "medical_urgent"), ["Medical need that cannot wait"] * count),
        "medical": (_if(lesser_ill, "medical"), ["Medical need"] * count),
        "hazard": (_if(facts.grave, "hazard"), ["In danger where they are"] * count),
        "lesser": (_if(facts.lesser & ~facts.grave, "hazard_lesser"), ["A hazard nearby"] * count),
        "extreme": (_if(extreme, "age_extreme"), _age_words(facts)),
        "tender": (_if(tender, "age"), _age_words(facts)),
        "people": (crowd, [f"{int(people)} people" for people in facts.people]),
        "cut_off": (_if(facts.cut_off, "cut_off"), ["Cut off: no road"] * count),
    }


def _if(flags: Flags, name: str) -> Numbers:
    return np.where(flags, POINTS[name], 0.0)


def _water_words(hours: Numbers) -> list[str]:
    words = []
    for left in hours.tolist():
        if left != left:  # noqa: PLR0124  # not a number
            words.append("Water left is not known")
        elif left <= 0:
            words.append(f"Without water for {_hours(-left)}")
        else:
            words.append(f"Water for {_hours(left)} more")
    return words


def _silence_words(hours: Numbers, known: Flags) -> list[str]:
    return [
        f"No contact for {_hours(one)}" if sure else f"No contact known; first call {_hours(one)} ago"
        for one, sure in zip(hours.tolist(), known.tolist(), strict=True)
    ]


def _age_words(facts: Facts) -> list[str]:
    words = []
    for young, old in zip(facts.youngest.tolist(), facts.oldest.tolist(), strict=True):
        named = [f"aged {int(old)}"] if old >= 65 else []
        if young < 12:
            named.insert(0, "a baby" if young < 2 else f"a child of {int(young)}")
        words.append(" and ".join(named).capitalize())
    return words


def _hours(hours: float) -> str:
    if hours < 1:
        return "less than an hour"
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"


def _due(facts: Facts, score: Numbers) -> Numbers:
    """Return when each household is to be asked again: as somebody set it, or so long after the last word."""
    thresholds, hours = zip(*_ASK_AGAIN_H, strict=True)
    wait_h = np.select([score >= one for one in thresholds], hours, default=hours[-1])
    due: Numbers = np.where(
        np.isnan(facts.follow_up_ms), facts.heard_ms + wait_h * 3_600_000, facts.follow_up_ms
    )
    return due


def _reasons(parts: dict[str, _Part], row: int) -> tuple[str, ...]:
    """Return the reasons of one household with their points, the weightiest first."""
    given = [(float(points[row]), words[row]) for points, words in parts.values() if points[row] >= 0.5]
    given.sort(key=lambda one: -one[0])
    return tuple(f"{words} · {points:.0f}" for points, words in given)


def ask_again(at: datetime) -> datetime:
    """Return when to try again to reach people who did not answer at `at`."""
    return at + timedelta(hours=1)
