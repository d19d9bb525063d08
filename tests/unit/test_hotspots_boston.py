"""Hurricane Irene over Boston, 28 August 2011, as the city's own requests tell it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import shapely
from shapely.geometry import shape

from data.importers.opening import Options
from data.importers.pipeline import run
from data.mirror import Mirror
from data.query import Query
from data.settings import Settings
from data.store import Store, open_store
from layers.hotspots import Against, Asked, Kind, hotspots
from layers.hotspots.names import names
from layers.hotspots.ranked import ranked
from tests.support.places import real_data

DAY = "from=2011-08-28T00:00-04:00&to=2011-08-29T00:00-04:00"
TREES = f"{DAY}&type=weather.tree-down"
DEFAULT_POINT = shapely.Point(-71.0587, 42.3594)
BOSTON = Asked(zone="America/New_York")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Mirror]]:
    """Return August 2011 up to the day after, imported as anybody would."""
    data = real_data()
    if data is None:
        pytest.skip("the real data is not here")
    home = tmp_path_factory.mktemp("boston")
    file = home / "august.parquet"
    every = pl.read_parquet(data / "2_incidents" / "boston_311_2011.give.parquet")
    every.filter(
        pl.col("open_dt").str.slice(0, 10).is_between(pl.lit("2011-08-07"), pl.lit("2011-08-29"))
    ).write_parquet(file)
    store = open_store(Settings(home=home, database_url=""))
    report = run(store, store.system_actor(), Path(file), kind="incidents", options=Options())
    assert report.default_points
    mirror = Mirror(store)
    mirror.refresh()
    yield store, mirror
    store.close()


def test_the_trees_of_irene_are_hotspots_in_the_southern_neighbourhoods(city: tuple[Store, Mirror]) -> None:
    store, mirror = city
    view = mirror.view(store.system_actor(), Query.parse(TREES))
    assert view.total > 300
    found = ranked(view, BOSTON, names=names())
    assert found.total >= 2
    assert all(item["place"] == "Boston, MA" for item in found.items)
    strongest = found.items[0]
    assert strongest["robust"] >= 2
    assert strongest["low"] > 1.5
    assert strongest["lat"] < 42.36
    assert found.behind.method.text.count("28 Aug 2011 00:00 EDT (04:00Z)") == 1


def test_what_happened_that_day_had_not_happened_on_earlier_sundays(city: tuple[Store, Mirror]) -> None:
    store, mirror = city
    actor = store.system_actor()

    def look(query: Query):
        return mirror.view(actor, query)

    asked = Asked(kind=Kind.DIFFERENCE, against=Against.WEEKS)
    found = hotspots(look(Query.parse(TREES)), asked, look=look)
    claimed = found.columns["claim"]
    assert claimed.sum() > 50
    assert (found.columns["sign"][claimed] == 1).all()
    assert "14 Aug 2011" in found.method.text


def test_the_stand_in_for_no_place_is_no_hotspot_unless_it_is_asked_for(city: tuple[Store, Mirror]) -> None:
    store, mirror = city
    actor = store.system_actor()
    found = ranked(mirror.view(actor, Query.parse(TREES)), BOSTON, names=names())
    left_out = found.behind.counted.default_points
    assert left_out > 5
    assert not any(shape(item["outline"]).contains(DEFAULT_POINT) for item in found.items)
    both = [
        hotspots(mirror.view(actor, Query.parse(text)), BOSTON)
        for text in (TREES, f"{TREES}&default_points=1")
    ]
    assert both[1].reports - both[0].reports == left_out
