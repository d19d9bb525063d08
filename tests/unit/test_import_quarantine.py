"""The quarantine of the Import page without a browser: lists, mending many, setting aside, and the wall."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.pages.imports import quarantine_view, report_view
from dashboard.pages.imports.desk import Desk
from dashboard.pages.imports.draft import Draft
from dashboard.web.upload_shelf import Upload
from data.access import Actor
from data.errors import Conflict, NotFound
from data.model import Role, Tlp
from data.store import Store
from data.store.batches import Batches
from data.store.quarantined import page, piles, take_back
from tests.support.import_page import desk_over, ended, sent, text_of
from tests.support.imports import row
from tests.support.records import World

SOON = {"date": "soon"}


@pytest.fixture
def desk(sqlite_store: Store) -> Desk:
    """Return the desk of a page over an empty store."""
    return desk_over(sqlite_store)


@pytest.fixture
def actor(sqlite_world: World) -> Actor:
    """Return an analyst who sees every store."""
    return sqlite_world.analyst()


def imported(desk: Desk, actor: Actor, rows: list[dict[str, str]], **about: Any) -> Upload:
    good = [row(n) for n in range(100, 140)]  # enough of them that the columns are recognised
    upload = sent(desk, actor, [*good, *rows])
    desk.start(actor, upload, Draft("incidents", source="calls", **about), dry_run=False)
    assert ended(desk, upload).report is not None
    return upload


def test_piles_and_pages_count_the_same_rows(desk: Desk, actor: Actor) -> None:
    zero = [row(n, lat="0", lon="0") for n in range(20, 25)]
    imported(desk, actor, [row(1), *(row(n, **SOON) for n in range(2, 5)), *zero])
    store = desk.services.store
    found = piles(store, actor)
    assert {pile.reason: pile.rows for pile in found} == {"unreadable_date": 3, "zero_coordinates": 5}
    for pile in found:
        rows, total = page(store, actor, batch_id=pile.batch_id, reason=pile.reason, limit=2)
        assert (len(rows), total) == (2, pile.rows)
    assert quarantine_view.batch_choices(found)[0]["label"].endswith("8 rows")


def test_many_rows_are_mended_and_sent_again_at_once(desk: Desk, actor: Actor) -> None:
    imported(desk, actor, [row(1), *(row(n, **SOON) for n in range(2, 7)), row(9, date="never")])
    room = desk.send_again(
        actor,
        batch_id=None,
        reason="unreadable_date",
        mend=lambda one: quarantine_view.replaced(
            one, column="date", find="soon", replace="2021-08-02 10:00"
        ),
    )
    job = ended(desk, room)
    assert job.report == {"sent": 6, "taken": 5, "still": 1, "total": 6}
    assert "5 rows taken in" in text_of(report_view.ended(job))
    rows, total = page(desk.services.store, actor)
    assert total == 1
    assert rows[0].original["date"] == "never"
    assert len(Batches(desk.services.store).all(actor)) == 2  # the import, and one for all rows sent again


def test_one_row_that_cannot_be_sent_does_not_hold_back_the_others(desk: Desk, actor: Actor) -> None:
    imported(desk, actor, [row(1), *(row(n, **SOON) for n in range(2, 5))])
    room = desk.send_again(
        actor,
        batch_id=None,
        reason="",
        mend=lambda one: {} if one["id"] == "A3" else {**one, "date": "2021-08-02 10:00"},
    )
    assert ended(desk, room).report == {"sent": 3, "taken": 2, "still": 1, "total": 3}


def test_a_discarded_row_can_be_taken_back(desk: Desk, actor: Actor) -> None:
    imported(desk, actor, [row(1), row(2, **SOON)])
    store = desk.services.store
    (waiting,), _ = page(store, actor)
    Batches(store).settle(actor, waiting.seq, state="discarded")
    assert page(store, actor)[1] == 0
    assert page(store, actor, state="discarded")[1] == 1
    take_back(store, actor, waiting.seq)
    assert page(store, actor)[1] == 1
    with pytest.raises(Conflict):
        take_back(store, actor, waiting.seq)


def test_the_quarantine_of_a_scope_is_hidden_from_who_may_not_see_it(
    desk: Desk, actor: Actor, sqlite_world: World
) -> None:
    imported(desk, actor, [row(1), row(2, **SOON)], tlp=Tlp.RED)
    elsewhere = sqlite_world.agency("Elsewhere")
    other = sqlite_world.actor(role=Role.ANALYST, agency_id=elsewhere)
    store = desk.services.store
    (waiting,), _ = page(store, actor)
    assert piles(store, other) == []
    assert page(store, other) == ([], 0)
    with pytest.raises(NotFound):
        take_back(store, other, waiting.seq)


def test_replacing_touches_one_column_and_nothing_else() -> None:
    original = {"a": "x1x", "b": "x", "c": None}
    assert quarantine_view.replaced(original, column="a", find="x", replace="") == {
        "a": "1",
        "b": "x",
        "c": None,
    }
    assert quarantine_view.replaced(original, column="c", find="x", replace="y") == original
    assert quarantine_view.replaced(original, column="a", find="", replace="y") == original
    assert original["a"] == "x1x"
