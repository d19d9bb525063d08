"""The differencing attack: whoever compares all the counts that they were ever given isolates no record."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from data.mirror import Mirror
from data.model import LonLat, StoreKind, Tlp
from data.query import Query
from data.release import NewRecipient, RecipientKind
from layers.release import ProductAsk, release_product
from layers.release.counts import counts_file
from layers.release.ledger import Ledger
from tests.support.records import BOSTON, NOON, World

LEAST = 5
RECORDS = 60

sets = st.lists(
    st.one_of(
        st.frozensets(st.integers(0, RECORDS - 1), max_size=RECORDS),
        # What attackers ask: nearly the same twice, and everything but one.
        st.integers(0, RECORDS - 1).map(lambda one: frozenset(range(RECORDS)) - {one}),
        st.integers(1, RECORDS).map(lambda many: frozenset(range(many))),
    ),
    min_size=1,
    max_size=25,
)


def _isolated(asked: list[frozenset[int]]) -> int:
    """Return how many records whoever knows every count, and what was counted, tells from all others."""
    ledger, given_sets = Ledger(), []
    for wanted in asked:
        counted = ledger.counted(np.array(sorted(wanted), dtype=np.int64), least=LEAST)
        assert len(counted) == 0 or len(counted) >= LEAST
        given_sets.append(frozenset(counted.tolist()))
        ledger = Ledger.read(ledger.content())
    # Adding and subtracting counts never parts records that are in exactly the same sets (an oracle that
    # knows nothing of the ledger's groups).
    known = frozenset().union(*given_sets)
    alike = Counter(tuple(one in given for given in given_sets) for one in known)
    return sum(many for many in alike.values() if many < LEAST)


@given(sets)
@examples(max_examples=25)
def test_no_arithmetic_over_all_counts_isolates_a_record(asked: list[frozenset[int]]) -> None:
    assert _isolated(asked) == 0


@pytest.mark.slow
@given(sets)
@examples(max_examples=1_000)
def test_no_arithmetic_over_all_counts_isolates_a_record_in_a_thousand_histories(
    asked: list[frozenset[int]],
) -> None:
    assert _isolated(asked) == 0


def test_without_the_ledger_the_attack_would_work() -> None:
    everything, but_one = frozenset(range(20)), frozenset(range(19))
    alike = Counter((one in everything, one in but_one) for one in everything)
    assert min(alike.values()) == 1


def test_the_attack_through_the_door_finds_nothing(sqlite_world: World, tmp_path: Path) -> None:
    """Releases a record apart: a later one, another filter, another window, a move."""
    store, clear = sqlite_world.store, sqlite_world.scope(tlp=Tlp.CLEAR)
    public = store.recipients.put(
        sqlite_world.system,
        NewRecipient(
            key="public",
            name="Public",
            kind=RecipientKind.PUBLIC,
            stores=frozenset({StoreKind.INCIDENT}),
        ),
    )
    assert public.smallest_cell == LEAST
    before = NOON - timedelta(days=2)

    def add(number: int, **values: object) -> object:
        place = LonLat(BOSTON.lon + number % 3 * 1e-4, BOSTON.lat)
        about = {"place": place, "occurred": before, "type_code": "fire", "scope_id": clear}
        return sqlite_world.incident(**about | values)

    target, *_ = [add(number) for number in range(12)]
    for number in range(4):
        add(number, place=LonLat(BOSTON.lon + 0.5, BOSTON.lat))  # a cell of four
    mirror = Mirror(store)

    def counts(text: str = "") -> dict[str, int]:
        ask = ProductAsk(
            actor=sqlite_world.system,
            what="hotspots",
            form="geojson",
            recipient=public,
            purpose="open data",
            filter=text,
        )
        mirror.refresh()
        left = release_product(
            store,
            ask,
            lambda standing, path: counts_file(
                store, mirror, ask, standing=standing, query=Query.parse(text), path=path
            ),
        )
        return {
            one["id"]: one["properties"]["count"] for one in json.loads(left.file.read_bytes())["features"]
        }

    first = counts()
    assert list(first.values()) == [12]  # the four are not there
    add(1, title="late")
    add(1, type_code="crime")
    answers = [counts(), counts("type=fire"), counts("type=fire&not=type"), counts("q=late&not=q")]
    answers += [counts("last=3d"), counts("from=2026-10-30T00:00Z"), counts("last=1m")]
    answers += [counts("shape=c:-71.0589,42.3601,5"), counts("shape=c:-71.0589,42.3601,5&not=shape")]
    changed = {"place": LonLat(BOSTON.lon + 0.2, BOSTON.lat)}
    store.incidents.update(sqlite_world.system, target.id, revision=1, changes=changed)
    answers.append(counts())
    numbers = [sum(one.values()) for one in [first, *answers]]
    isolated = [(a, b) for a in numbers for b in numbers if 0 < abs(a - b) < LEAST]
    assert isolated == []
    for number in range(5):
        add(number, title="five more")
    assert sum(counts().values()) >= 17
