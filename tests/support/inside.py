"""The whole application in this process: every route and every gate, without a socket."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.clock import Clock, FixedClock
from data.mirror import Mirror
from data.settings import Settings
from data.store import open_store
from tests.support.records import NOON, World

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have a client that is not released yet
    from starlette.testclient import TestClient


@dataclass
class Inside:
    """An application over its own store, with a client for each person."""

    world: World
    mirror: Mirror
    app: Any

    @classmethod
    def over(cls, home: Path, *, clock: Clock | None = None, **settings: Any) -> Inside:
        """Return the application over a new store in `home`; its clock stands still."""
        from dashboard.server import create_app
        from dashboard.services import Services

        chosen = clock or FixedClock(NOON)
        made = Settings(home=home, **settings)
        store = open_store(made, clock=chosen)
        mirror = Mirror(store)
        mirror.refresh()
        services = Services(settings=made, store=store, mirror=mirror, clock=chosen)
        return cls(World(store), mirror, create_app(services=services))

    def client(self, user_id: int | None = None) -> TestClient:
        """Return a client on loopback, signed in by a bearer token when it is given a user."""
        client = TestClient(
            self.app, base_url="http://127.0.0.1", client=("127.0.0.1", 50_000), raise_server_exceptions=False
        )
        if user_id is not None:
            token = self.world.store.users.make_bearer(user_id, "test")
            client.headers["Authorization"] = f"Bearer {token}"
        return client

    def close(self) -> None:
        self.world.store.close()
