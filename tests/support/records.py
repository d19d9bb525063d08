"""Makes people, markings and records for the tests, through the store's own doors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from shapely.geometry import box

from data.access import Actor
from data.model import LocatedBy, LonLat, Role, StoreKind, Tlp, new_id
from data.records import Area, Incident, NewArea, NewIncident, NewSite, Site
from data.rescue_records import Call, NewCall
from data.store import Store

NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
BOSTON = LonLat(-71.0589, 42.3601)
EVERY_DAY = (StoreKind.INCIDENT, StoreKind.OPEN)
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "[click](javascript:alert(1))",
    "JaVa\tScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "`${alert(1)}`",
    "</script><script>alert(1)</script>",
    "{{7*7}} {%raw%}",
    "evil\u202etxt.exe",
    "Z\u0335\u0321\u0322algo" + "\u0301" * 60,
    "one\r\nX-Injected: two",
    "\u001b[31mred\u001b[0m",
    '#set text(red) *bold* _it_ $x$ "quoted"',
    "=1+1",
    "@SUM(A1)",
    "' OR 1=1--",
    '"quoted", \\slashed\\',
    "../../etc/passwd",
)


@dataclass
class World:
    """A store with people and markings made on demand."""

    store: Store
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _codes: list[str] = field(default_factory=list)

    @property
    def system(self) -> Actor:
        return self.store.system_actor()

    def scope(
        self,
        store: StoreKind = StoreKind.INCIDENT,
        tlp: Tlp = Tlp.GREEN,
        *,
        law_enforcement: bool = False,
        agency_id: int = 1,
    ) -> int:
        return self.store.scopes.intern(store, tlp, law_enforcement=law_enforcement, agency_id=agency_id)

    def agency(self, name: str, *, law_enforcement: bool = False) -> int:
        known = {agency.name: agency.id for agency in self.store.agencies.all()}
        if name in known:
            return known[name]
        return self.store.agencies.add(
            self.system, name, short_name=name[:12], law_enforcement=law_enforcement
        )

    def user(
        self,
        name: str | None = None,
        *,
        role: Role = Role.WATCH_OFFICER,
        stores: Iterable[StoreKind] = EVERY_DAY,
        clearance: Tlp = Tlp.AMBER,
        agency_id: int = 1,
        password: str | None = None,
    ) -> int:
        return self.store.users.add(
            self.system,
            name or f"{role.value}-{new_id().hex[-8:]}",
            role=role,
            agency_id=agency_id,
            clearance=clearance,
            stores=stores,
            password=password,
        )

    def actor(self, name: str | None = None, **about: Any) -> Actor:
        """Return somebody who is signed in; `about` is as in `user`."""
        return self.store.users.actor(self.store.users.open_session(self.user(name, **about)))

    def officer(self) -> Actor:
        """Return a watch officer who sees incidents and open data up to AMBER, and no SAR."""
        return self.actor(role=Role.WATCH_OFFICER)

    def viewer(self) -> Actor:
        return self.actor(role=Role.VIEWER)

    def analyst(self) -> Actor:
        """Return an analyst who sees every store up to RED."""
        return self.actor(role=Role.ANALYST, stores=tuple(StoreKind), clearance=Tlp.RED)

    def source(self, key: str = "cad", *, kind: str = "incidents", scope_id: int | None = None) -> int:
        scope = scope_id or self.scope()
        return self.store.sources.intern(key, name=f"Source {key}", kind=kind, scope_id=scope)

    def type_code(self, position: int = 0) -> str:
        """Return a code of the shipped taxonomy."""
        if not self._codes:
            self._codes += [entry.code for entry in self.store.types.all() if not entry.retired]
        return self._codes[position % len(self._codes)]

    def new_incident(self, **values: Any) -> NewIncident:
        number = next(self._numbers)
        place = LonLat(BOSTON.lon + (number % 40) * 0.002, BOSTON.lat + (number // 40 % 40) * 0.002)
        defaults: dict[str, Any] = {
            "title": f"Incident {number}",
            "occurred": NOON,
            "place": place,
            "accuracy_m": 20.0,
            "located_by": LocatedBy.GPS,
        }
        made_on_demand = {"type_code": self.type_code, "source_id": self.source, "scope_id": self.scope}
        defaults |= {name: make() for name, make in made_on_demand.items() if name not in values}
        return NewIncident(**(defaults | values))

    def incident(self, actor: Actor | None = None, **values: Any) -> Incident:
        return self.store.incidents.add(actor or self.system, self.new_incident(**values))

    def new_call(self, **values: Any) -> NewCall:
        defaults: dict[str, Any] = {
            "source_id": self.source("calls", kind="calls"),
            "scope_id": self.scope(),
        }
        return NewCall(**(defaults | values))

    def call(self, actor: Actor | None = None, **values: Any) -> Call:
        return self.store.calls.add(actor or self.system, self.new_call(**values)).call

    def site(self, actor: Actor | None = None, **values: Any) -> Site:
        defaults: dict[str, Any] = {
            "name": f"Hospital {next(self._numbers)}",
            "sector": "healthcare",
            "kind": "hospital",
            "place": BOSTON,
            "accuracy_m": 30.0,
            "source_id": self.source("sites", kind="sites"),
            "scope_id": self.scope(StoreKind.OPEN, Tlp.CLEAR),
        }
        return self.store.sites.add(actor or self.system, NewSite(**(defaults | values)))

    def area(self, actor: Actor | None = None, **values: Any) -> Area:
        defaults: dict[str, Any] = {
            "name": f"Area {next(self._numbers)}",
            "kind": "town",
            "geometry": box(-71.2, 42.2, -70.9, 42.5),
            "source_id": self.source("areas", kind="areas"),
            "scope_id": self.scope(StoreKind.OPEN, Tlp.CLEAR),
        }
        return self.store.areas.add(actor or self.system, NewArea(**(defaults | values)))

    def sign_in_link(self, user_id: int) -> str:
        """Return the token of a one-time sign-in link."""
        return self.store.users.make_link(user_id)
