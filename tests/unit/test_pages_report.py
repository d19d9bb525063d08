"""The new-report form: errors that say how to fix, duplicates before sending, one press one report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dashboard.pages import PAGES, page_at
from dashboard.pages.reports import new_report_view as form_view
from dashboard.services import Services
from data.errors import Forbidden, Invalid
from data.mirror import Mirror
from data.model import LocatedBy, StoreKind, Tlp
from tests.support.records import BOSTON, World
from tests.unit.test_pages_details import text_of


@pytest.fixture
def services(sqlite_world: World) -> Services:
    store = sqlite_world.store
    return Services(settings=store.settings, store=store, mirror=Mirror(store), clock=store.clock)


def a_form(world: World, **values: Any) -> form_view.Form:
    whole = form_view.Form(
        title="Smell of gas at the school",
        type=world.type_code(),
        severity=None,
        narrative="",
        persons=None,
        place={"lon": BOSTON.lon, "lat": BOSTON.lat, "how": "drawn", "accuracy_m": 50},
        accuracy_m=50,
        address="",
        when="2026-11-01 07:00:00",
        told_by="Engine 4",
        reliability="B",
        credibility="2",
        tlp="green",
        store="incident",
    )
    return replace(whole, **values)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"title": "  "}, "one line"),
        ({"type": None}, "type"),
        ({"when": ""}, "when"),
        ({"place": None}, "where"),
        ({"reliability": None}, "both"),
    ],
)
def test_what_is_missing_is_said_with_how_to_mend_it(
    sqlite_world: World, values: dict[str, Any], word: str
) -> None:
    wrong = form_view.faults(a_form(sqlite_world, **values))
    assert len(wrong) == 1
    assert word in wrong[0].lower()


def test_a_whole_form_becomes_one_report_however_often_it_is_pressed(
    sqlite_world: World, services: Services
) -> None:
    form, officer = a_form(sqlite_world), sqlite_world.officer()
    assert form_view.faults(form) == []
    first = form_view.send(officer, services, form, key="once")
    again = form_view.send(officer, services, form, key="once")
    assert first.id == again.id
    assert (first.place, first.located_by, first.scope.tlp) == (BOSTON, LocatedBy.DRAWN, Tlp.GREEN)
    # Seven in the morning in Boston: summer time ended that night.
    assert first.occurred.isoformat() == "2026-11-01T12:00:00+00:00"
    assert (first.reliability, first.credibility) == ("B", "2")
    assert "Engine 4" in first.narrative


def test_a_report_is_not_marked_above_or_stored_beyond_what_the_sender_may_see(
    sqlite_world: World, services: Services
) -> None:
    officer = sqlite_world.officer()
    for values in ({"tlp": "red"}, {"store": StoreKind.SAR.value}):
        with pytest.raises(Forbidden):
            form_view.send(officer, services, a_form(sqlite_world, **values), key="")


@pytest.mark.parametrize(
    "values",
    [
        {"type": "no.such.type"},
        {"type": ["fire"]},
        {"when": "yesterday"},
        {"place": {"lon": "x", "lat": 1}},
        {"place": {"lon": 999, "lat": 1}},
        {"title": "x" * 5000},
        {"tlp": "purple"},
        {"accuracy_m": -5},
        {"persons": -1},
    ],
)
def test_nonsense_is_refused_and_nothing_is_kept(
    sqlite_world: World, services: Services, values: dict[str, Any]
) -> None:
    with pytest.raises(Invalid):
        form_view.send(sqlite_world.officer(), services, a_form(sqlite_world, **values), key="k")
    services.mirror.refresh()
    assert len(services.mirror.incidents) == 0


def test_likely_duplicates_are_shown_before_sending(sqlite_world: World, services: Services) -> None:
    sqlite_world.incident(title="Gas smell at school", place=BOSTON)
    sqlite_world.incident(title="Secret gas smell", place=BOSTON, scope_id=sqlite_world.scope(StoreKind.SAR))
    services.mirror.refresh()
    asked: dict[str, Any] = {
        "narrative": "",
        "place": {"lon": BOSTON.lon, "lat": BOSTON.lat},
        "when": "2026-11-01 07:00:00",
    }
    shown = form_view.duplicates(
        sqlite_world.officer(), services, title="Smell of gas at the school", **asked
    )
    assert "Gas smell at school" in text_of(shown)
    assert "Secret" not in text_of(shown)
    asked["place"] = {"lon": BOSTON.lon + 0.5, "lat": BOSTON.lat}
    none = form_view.duplicates(sqlite_world.officer(), services, title="Flooded cellar in Hyannis", **asked)
    assert "Gas smell" not in text_of(none)


def test_every_page_is_found_by_its_address_and_its_letter_is_its_own() -> None:
    for page in PAGES:
        assert page_at(page.path) is page
        assert page_at(page.path.rstrip("/") + "/") is page
    assert page_at("/nowhere") is None
    letters = [page.key for page in PAGES if page.key]
    assert len(letters) == len(set(letters))
