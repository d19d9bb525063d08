"""Fixtures that all tests share: stores on both databases, people, a real server, a real browser."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from data.clock import FixedClock
from data.settings import Settings
from data.store import Store, open_store
from tests.support import postgres
from tests.support.made_stores import MadeStores, made_stores
from tests.support.places import ARTEFACTS, chromium, real_data
from tests.support.records import NOON, World

# The tester's own settings must not reach the tests.
for _name in [name for name in os.environ if name.startswith("WATCHFLOOR_") and "_TEST_" not in name]:
    del os.environ[_name]

_PROCESSES = ("/tests/fault/", "/tests/load/", "/tests/api/test_live.py", "/tests/api/test_cli.py")
_RELAXED = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}
hypothesis_settings.register_profile("default", max_examples=15, derandomize=True, **_RELAXED)
hypothesis_settings.register_profile("prove", max_examples=1_000, **_RELAXED)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser or asks PostgreSQL, so that it can be chosen or left out.

    What drives a browser or other processes on a machine that others share is run once more when it fails;
    the summary names it, and whoever sees a name there twice looks for the race.
    """
    for item in items:
        names, path = getattr(item, "fixturenames", ()), item.path.as_posix()
        if "browser" in names or "/tests/browser/" in path:
            item.add_marker(pytest.mark.browser)
        if item.get_closest_marker("browser") or any(part in path for part in _PROCESSES):
            item.add_marker(pytest.mark.flaky(reruns=1))
        if "postgres" in item.name:
            item.add_marker(pytest.mark.postgres)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data (../shared/data, or $WATCHFLOOR_TEST_DATA)."""
    folder = real_data()
    if folder is None:
        pytest.skip("no real data: neither ../shared/data nor $WATCHFLOOR_TEST_DATA is there")
    return folder


@pytest.fixture(scope="session")
def pg_cluster() -> Iterator[postgres.Cluster]:
    """Run a throw-away PostgreSQL server for this test process."""
    reason = postgres.reason_to_skip()
    if reason:
        pytest.skip(reason)
    with postgres.cluster() as running:
        yield running


@pytest.fixture
def pg_url(pg_cluster: postgres.Cluster) -> str:
    """Return the address of an empty PostgreSQL database."""
    return pg_cluster.new_database()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """Return the kind of database; whoever asks for it runs once on each."""
    return str(request.param)


@pytest.fixture
def clock() -> FixedClock:
    """Return a clock that stands at noon UTC on 1 November 2026."""
    return FixedClock(NOON)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings with a home of their own, on SQLite."""
    return Settings(home=tmp_path / "home")


@pytest.fixture(scope="session")
def made() -> Iterator[MadeStores]:
    """Return the stores that were made once, to lay copies of."""
    with made_stores() as stores:
        yield stores


@pytest.fixture
def store_settings(
    database: str, settings: Settings, made: MadeStores, request: pytest.FixtureRequest
) -> Settings:
    """Return settings that name a database of the kind under test, empty unless the test asks for a store."""
    with_store = "reopen" in request.fixturenames
    if database == "sqlite":
        if with_store:
            made.lay(settings.home)
        return settings
    cluster = request.getfixturevalue("pg_cluster")
    url = made.database(cluster) if with_store else cluster.new_database()
    return settings.model_copy(update={"database_url": url})


@pytest.fixture
def reopen(store_settings: Settings, clock: FixedClock) -> Iterator[Callable[[], Store]]:
    """Return a function that opens the store under test once more, as another process would."""
    opened: list[Store] = []

    def again() -> Store:
        opened.append(open_store(store_settings, clock=clock))
        return opened[-1]

    yield again
    for store in opened:
        store.close()


@pytest.fixture
def store(reopen: Callable[[], Store]) -> Store:
    """Return an empty store, once on SQLite and once on PostgreSQL."""
    return reopen()


@pytest.fixture
def world(store: Store) -> World:
    """Return what makes people, markings and records in `store`."""
    return World(store)


@pytest.fixture
def sqlite_store(settings: Settings, clock: FixedClock, made: MadeStores) -> Iterator[Store]:
    """Return an empty store on SQLite, for tests that have nothing to do with the database."""
    made.lay(settings.home)
    opened = open_store(settings, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_world(sqlite_store: Store) -> World:
    """Return what makes people, markings and records in `sqlite_store`."""
    return World(sqlite_store)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Return the browser to drive."""
    found = chromium()
    if found is None:
        pytest.skip("no Chromium (apt-get install chromium, or set WATCHFLOOR_TEST_CHROMIUM)")
    return found


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Return the folder for what people should look at after the tests."""
    ARTEFACTS.mkdir(exist_ok=True)
    return ARTEFACTS
