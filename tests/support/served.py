"""The whole application in this process, with somebody of every role at its door."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from dashboard.server import create_app
from dashboard.services import Services
from data.mirror import Mirror
from data.model import Role, StoreKind, Tlp
from data.store import Store
from tests.support.records import World

ADDRESS = "http://testserver"
SAME_ORIGIN = {"Origin": ADDRESS}
PASSWORD = "correct horse battery staple"


@dataclass
class Served:
    """A running application and those who use it."""

    app: FastAPI
    services: Services
    world: World
    stranger: TestClient
    _clients: dict[str, TestClient] = field(default_factory=dict)

    def client(self, *, headers: dict[str, str] | None = None) -> TestClient:
        """Return a browser that nobody has signed in with, on one of our own pages."""
        client = TestClient(
            self.app,
            base_url=ADDRESS,
            client=("127.0.0.1", 50_000),
            headers=SAME_ORIGIN if headers is None else headers,
            follow_redirects=False,
            raise_server_exceptions=False,
        )
        # The portal of the application that is running already: one event loop for all of them.
        client.portal = self.stranger.portal
        return client

    def as_user(self, user_id: int) -> TestClient:
        """Return a browser in which this user has signed in."""
        client = self.client()
        answer = client.get(f"/link/{self.services.store.users.make_link(user_id)}")
        assert answer.status_code == 303, answer.text
        return client

    def as_role(self, role: Role, **about: Any) -> TestClient:
        """Return a browser of somebody with this role; asked again the same way, it is the same one."""
        key = f"{role}{about}"
        if key not in self._clients:
            self._clients[key] = self.as_user(self.world.user(role=role, **about))
        return self._clients[key]

    @property
    def officer(self) -> TestClient:
        """A watch officer who sees incidents and open data up to AMBER, and no SAR."""
        return self.as_role(Role.WATCH_OFFICER)

    @property
    def analyst(self) -> TestClient:
        """An analyst who sees every store up to RED."""
        return self.as_role(Role.ANALYST, stores=tuple(StoreKind), clearance=Tlp.RED)

    def bearer(self, user_id: int) -> TestClient:
        """Return a program that speaks for this user: no cookie, no Origin."""
        token = self.services.store.users.make_bearer(user_id, "test")
        return self.client(headers={"Authorization": f"Bearer {token}"})

    def refresh(self) -> None:
        """Let the mirror take in what was written."""
        self.services.mirror.refresh()


@contextmanager
def served(store: Store) -> Iterator[Served]:
    """Run the application over `store` for as long as the block lasts; its mirror follows when told to."""
    mirror = Mirror(store)
    mirror.refresh()
    services = Services(settings=store.settings, store=store, mirror=mirror, clock=store.clock)
    app = create_app(services=services)
    with TestClient(app, base_url=ADDRESS, client=("127.0.0.1", 50_000), headers=SAME_ORIGIN) as stranger:
        stranger.follow_redirects = False
        yield Served(app, services, World(store), stranger)


def a_report(world: World, **values: Any) -> dict[str, Any]:
    """Return a report as one sends it."""
    made: dict[str, Any] = {
        "title": "Smell of gas in Tremont Street",
        "type": world.type_code(),
        "occurred": "2026-11-01T11:58:00Z",
        "lon": -71.0605,
        "lat": 42.3551,
        "accuracy_m": 25,
        "located_by": "gps",
    }
    return {**made, **values}
