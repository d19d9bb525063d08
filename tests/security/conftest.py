"""The application over an empty store on SQLite, for those who mean no good."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data.store import Store
from tests.support.served import Served, served


@pytest.fixture
def site(sqlite_store: Store) -> Iterator[Served]:
    """Return the running application."""
    with served(sqlite_store) as running:
        yield running
