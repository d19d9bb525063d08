"""How long it takes to put four thousand households in order of need, the reading of them included."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Final

import numpy as np

from dashboard.cli.bench_hotspots import best_ms
from dashboard.responding import facts_of
from data.model import LonLat, StoreKind, Tlp
from data.rescue_records import Caller, Hazard, Needs, NewCall, Person
from data.settings import Settings
from data.store import Store, open_store
from data.store.call_batches import take_in
from layers.rescue.priority import standings
from layers.rescue.same_people import suggestions

HOUSEHOLDS: Final = 4_000
ORDERED, COMPARED = "4,000 households read and put in order", "4,000 calls compared with each other"
LIMITS_MS: Final = {ORDERED: 1_000.0, COMPARED: 2_000.0}


def measure(*, households: int = HOUSEHOLDS, rounds: int = 5) -> dict[str, float]:
    """Return the best of some rounds in ms, over calls made up in a store that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="watchfloor-bench-") as folder:
        store = open_store(Settings(home=Path(folder), database_url=""))
        try:
            fill(store, households=households)
            actor = store.system_actor()
            calls = [facts_of(call) for one in store.households.all(actor) for call in one.calls]
            ordered = best_ms(lambda: standings(store.households.all(actor), now=store.clock.now()), rounds)
            return {
                ORDERED: round(ordered, 1),
                COMPARED: round(best_ms(lambda: suggestions(calls), rounds), 1),
            }
        finally:
            store.close()


def fill(store: Store, *, households: int) -> None:
    """Fill a store with calls, one in ten about people about whom somebody called before."""
    random, now = np.random.default_rng(1), store.clock.now()
    scope_id = store.scopes.intern(StoreKind.INCIDENT, Tlp.AMBER)
    source_id = store.sources.intern("bench-calls", name="Bench", kind="calls", scope_id=scope_id)
    hazards, calls = list(Hazard), []
    for number in range(households):
        who = number - 1 if number % 10 == 9 else number
        ages = random.integers(0, 95, int(random.integers(1, 6))).tolist()
        calls.append(
            NewCall(
                scope_id=scope_id,
                source_id=source_id,
                source_key=str(number),
                received=now - timedelta(hours=float(random.uniform(0, 96))),
                caller=Caller(name=f"Caller {who}", phone=f"340-555-{who:04d}", relation="family"),
                people=tuple(Person(name=f"P{n} Name{who}", age=age) for n, age in enumerate(ages)),
                place_text=f"house {who} above the bay",
                place=LonLat(-64.8 + float(random.random()) / 10, 18.3 + float(random.random()) / 10),
                needs=Needs(
                    water_until=now + timedelta(hours=float(random.uniform(-12, 60))),
                    medical=["", "insulin", "oxygen", "asthma"][number % 4],
                    hazards=(hazards[number % len(hazards)],) if number % 3 == 0 else (),
                    trapped=number % 5 == 0,
                ),
                narrative="No word since the storm; the road below the house is gone.",
            )
        )
    take_in(store, store.system_actor(), calls, batch_id=None)
