"""Adding, changing or removing what an actor may not see changes no byte of any answer to that actor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from shapely.geometry import box

from data.model import LonLat, Role, Severity, SiteStatus, Status, StoreKind, Tlp
from data.release import NewRecipient
from tests.support.inside import Inside
from tests.support.records import BOSTON, NOON, World

# Questions that go through every way of asking; {…} are filled in with what the officer does see.
QUESTIONS = (
    "/api/v1/summary",
    "/api/v1/summary?type={type}",
    "/api/v1/summary?not=severity&severity=1",
    "/api/v1/summary?q=smell",
    "/api/v1/summary?store=sar",
    "/api/v1/summary?tlp=red",
    "/api/v1/summary?source=secret",
    "/api/v1/summary?area={area}",
    "/api/v1/summary?near=healthcare:5000",
    "/api/v1/summary?near=energy:5000",
    "/api/v1/summary?shape=c:-71.0589,42.3601,3000",
    "/api/v1/incidents?limit=50",
    "/api/v1/incidents?limit=2&order=severe",
    "/api/v1/incidents?q=smell",
    "/api/v1/incidents/{incident}",
    "/api/v1/incidents/{incident}/history",
    "/api/v1/incidents/{incident}/comments",
    "/api/v1/incidents/{incident}/attachments",
    "/api/v1/incidents/likely-duplicates?title=Smell+of+gas&occurred=2026-11-01T12:00:00Z&lon=-71.0589&lat=42.3601",
    "/api/v1/features/incidents/{fid}",
    "/api/v1/export/incidents.csv",
    "/api/v1/export/hotspots.csv?kind=gi_star",
    "/api/v1/export/hotspots.geojson?kind=difference&from=2026-10-25T00:00Z&to=2026-11-02T00:00Z",
    "/api/v1/hotspots?kind=density",
    "/api/v1/hotspots?kind=gi_star",
    "/api/v1/hotspots?kind=trend",
    "/api/v1/hotspots?kind=difference&against=weeks&from=2026-10-25T00:00Z&to=2026-11-02T00:00Z",
    "/api/v1/hotspots/ranked",
    "/api/v1/hotspots/ranked?near=healthcare:5000&cell_m=500",
    "/api/v1/hotspots/exposures",
    "/api/v1/hotspots/analysis/near-sites",
    "/api/v1/sites",
    "/api/v1/sites?q=hospital",
    "/api/v1/sites?q=secret",
    "/api/v1/areas?q=a",
    "/api/v1/areas?q=hidden",
    "/api/v1/search?q=secret",
    "/api/v1/search?q=hospital",
    "/api/v1/search?q=smell",
    "/api/v1/types",
    "/api/v1/sources",
    "/api/v1/people",
    "/api/v1/views",
    "/api/v1/last-look",
    "/api/v1/layers",
    "/api/v1/uploads",
    "/api/v1/alerts?state=all",
    "/api/v1/watch-areas",
    "/api/v1/calls",
    "/api/v1/calls?q=smell",
    "/api/v1/calls/{call}",
    "/api/v1/calls/suggestions",
    "/api/v1/households",
    "/api/v1/households?status=all&q=smell",
    "/api/v1/households/{household}",
    "/api/v1/households/{household}/evidence",
    "/api/v1/households/{household}/proposals",
    "/api/v1/households/{household}/surface",
    "/api/v1/respond/households.geojson",
    "/api/v1/respond/expected.geojson",
    "/api/v1/respond/history",
    "/api/v1/respond/then?at=2026-11-01T12:00:00Z",
    "/api/v1/respond/reach",
    "/api/v1/respond/isochrones?lon=-71.06&lat=42.36&minutes=10",
    "/api/v1/resources",
    "/api/v1/segments",
    "/api/v1/closures",
    "/api/v1/tasks",
    "/api/v1/briefs",
    "/api/v1/briefs/templates",
    "/api/v1/briefs/{brief}",
    "/api/v1/briefs/{brief}/figures/reports",
    "/api/v1/briefs/{brief}/deltas",
    "/api/v1/briefs/{brief}/questions",
    "/api/v1/brief-schedules",
    "/api/v1/recipients",
    # Of one recipient: what the officer exports above stands in the log, too.
    "/api/v1/releases?recipient=eoc",
    "/api/v1/releases?q=storm&recipient=eoc",
    "/api/v1/releases.csv?recipient=eoc",
    "/api/v1/releases/{release}",
    "/api/v1/releases/{release}/notices",
    "/api/v1/releases/{release}/file",
    "/api/v1/releases/{release}/manifest",
    "/api/v1/releases/{release}/held",
    "/api/v1/third-agency",
    "/api/v1/incidents/{incident}/sanitised",
    "/tiles/incidents/0/0/0.mvt",
    "/tiles/incidents/6/19/23.mvt",
    "/tiles/incidents/12/1239/1514.mvt",
    "/tiles/incidents/12/1239/1514.mvt?q=smell",
    "/tiles/sites/6/19/23.mvt",
    "/tiles/sites/12/1239/1514.mvt",
)
# Answered alike to everybody, whatever the store holds.
CONSTANT = frozenset({"/api/v1/openapi.json", "/api/v1/basemap", "/api/v1/basemap/style.json"})

HIDING = {
    "sar": (StoreKind.SAR, Tlp.GREEN, 1),
    "intel": (StoreKind.INTEL, Tlp.CLEAR, 1),
    "above clearance": (StoreKind.INCIDENT, Tlp.RED, 1),
    "another agency's": (StoreKind.INCIDENT, Tlp.AMBER_STRICT, 2),
}
places = st.builds(
    LonLat,
    lon=st.floats(BOSTON.lon - 0.1, BOSTON.lon + 0.1),
    lat=st.floats(BOSTON.lat - 0.1, BOSTON.lat + 0.1),
)
hidden_incidents = st.fixed_dictionaries(
    {
        "title": st.sampled_from(["Smell of gas", "Secret meeting", "Hospital watched", "x"]),
        "place": st.one_of(st.none(), st.just(BOSTON), places),
        "severity": st.sampled_from(Severity),
        "status": st.sampled_from(Status),
        "occurred": st.integers(-500, 500).map(lambda hours: NOON + timedelta(hours=hours)),
        "persons_affected": st.one_of(st.none(), st.integers(0, 1000)),
    }
)
actions = st.sampled_from(
    ["add", "add", "add", "call", "change", "comment", "attach", "site", "area", "view", "source"]
)


class Officer:
    """A watch officer's view of an application in which other people do things."""

    def __init__(self, inside: Inside) -> None:
        self.inside, world = inside, inside.world
        world.agency("State Police", law_enforcement=True)
        self.officer = world.user("officer", role=Role.ANALYST, clearance=Tlp.AMBER)
        self.insider = world.actor("insider", role=Role.ANALYST, stores=tuple(StoreKind), clearance=Tlp.RED)
        types = [entry.code for entry in world.store.types.all()]
        seen = [world.incident(title=f"Smell of gas {n}", type_code=types[n % 5]) for n in range(30)]
        world.site(name="General Hospital")
        area = world.area(name="Downtown")
        call = world.call(narrative="Smell of gas, two people in the cellar", place=BOSTON, accuracy_m=300.0)
        [household] = world.store.households.all(world.system)
        self.fill = {"incident": seen[0].id, "fid": seen[0].fid, "area": area.id, "type": types[0]}
        self.fill |= {"call": call.id, "household": household.id}
        self.types = types
        self.hidden: list[Any] = []
        self.client = inside.client(self.officer)
        self.fill |= self._given(world)
        self.told = self.answers()  # what the officer was told last

    def _given(self, world: World) -> dict[str, Any]:
        """Make a brief of the officer's and release it."""
        self.inside.mirror.refresh()
        eoc = NewRecipient(key="eoc", name="EOC", clearance=Tlp.GREEN, stores=frozenset(StoreKind))
        world.store.recipients.put(world.system, eoc)
        asked = {"template": "morning", "hours": 48}
        brief = self.client.post("/api/v1/briefs", json=asked).json()["id"]
        sent = {"what": "brief", "brief": brief, "form": "kml", "recipient": "eoc", "purpose": "storm"}
        release = self.client.post("/api/v1/releases", json=sent).json()["id"]
        return {"brief": brief, "release": release}

    def answers(self) -> dict[str, tuple[int, dict[str, str], bytes]]:
        self.inside.mirror.refresh()
        got = {}
        for question in QUESTIONS:
            answer = self.client.get(question.format(**self.fill))
            assert answer.status_code < 500, (question, answer.text[:500])
            got[question] = (answer.status_code, dict(answer.headers), answer.content)
        return got

    def happen(self, action: str, hiding: str, values: dict[str, Any], number: int) -> None:
        """Let something happen that the officer may not know of."""
        world, store = self.inside.world, self.inside.world.store
        kind, tlp, agency = HIDING[hiding]
        scope = world.scope(kind, tlp, agency_id=agency)
        mine = [one for one in self.hidden if one.scope.agency_id == 1]
        if action == "change" and mine:
            one = store.incidents.get(self.insider, mine[number % len(mine)].id)
            changes = {name: values[name] for name in ("title", "place", "severity", "status")}
            store.incidents.update(self.insider, one.id, revision=one.revision, changes=changes)
        elif action == "comment" and mine:
            store.incidents.comment(self.insider, mine[number % len(mine)].id, "secret")
        elif action == "attach" and mine:
            store.attachments.add(
                self.insider, mine[number % len(mine)].id, name="a", media_type="image/jpeg", content=b"x"
            )
        elif action == "site":
            world.site(
                name="Secret hospital",
                sector="energy",
                place=values["place"] or BOSTON,
                scope_id=scope,
                status=SiteStatus.RED,
            )
        elif action == "area":
            world.area(name="A hidden area", scope_id=scope, geometry=box(-71.1, 42.3, -71.0, 42.4))
        elif action == "call":
            # About the very people that the officer knows of, and about others.
            people = values["persons_affected"]
            words = f"{values['title']}, two people in the cellar"
            world.call(scope_id=scope, narrative=words, place=values["place"], people_count=people)
        elif action == "view":
            store.views.save(self.insider, "Secret view", query="", map_state={})
        elif action == "source":
            world.source(f"secret-{scope}", scope_id=scope)
        else:
            # Half of them through a source that the officer knows of.
            source = world.source("cad") if number % 2 else world.source(f"secret-{scope}", scope_id=scope)
            type_code = self.types[number % len(self.types)]
            self.hidden.append(
                world.incident(scope_id=scope, source_id=source, type_code=type_code, **values)
            )


@pytest.fixture(scope="module")
def officer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Officer]:
    inside = Inside.over(Path(tmp_path_factory.mktemp("home")))
    yield Officer(inside)
    inside.close()


def _nothing_shows(officer: Officer, action: str, hiding: str, values: dict[str, Any], number: int) -> None:
    # What was told after the last hidden thing is what was told before this one: each is asked but once.
    before = officer.told
    officer.happen(action, hiding, values, number)
    after = officer.told = officer.answers()
    assert [question for question in QUESTIONS if before[question] != after[question]] == []


given_something_hidden = given(actions, st.sampled_from(sorted(HIDING)), hidden_incidents, st.integers(0, 99))


@given_something_hidden
@examples(max_examples=8)
def test_what_is_hidden_changes_no_answer(
    officer: Officer, action: str, hiding: str, values: dict[str, Any], number: int
) -> None:
    _nothing_shows(officer, action, hiding, values, number)


@pytest.mark.slow
@given_something_hidden
@examples(max_examples=1_000)
def test_what_is_hidden_changes_no_answer_a_thousand_times(
    officer: Officer, action: str, hiding: str, values: dict[str, Any], number: int
) -> None:
    _nothing_shows(officer, action, hiding, values, number)


def test_what_is_visible_does_change_the_answers(officer: Officer) -> None:
    """The test above could not fail if nothing ever changed anything."""
    before = officer.answers()
    officer.inside.world.incident(title="Smell of gas again", place=BOSTON)
    after = officer.told = officer.answers()
    changed = {question for question in QUESTIONS if before[question] != after[question]}
    assert {"/api/v1/summary", "/api/v1/incidents?limit=50", "/tiles/incidents/0/0/0.mvt"} <= changed


def test_every_question_that_can_be_asked_is_asked_here(officer: Officer) -> None:
    import re

    paths = officer.client.get("/api/v1/openapi.json").json()["paths"]
    asked = [question.partition("?")[0].format(**officer.fill) for question in QUESTIONS]
    untested = []
    for path, methods in paths.items():
        pattern = re.compile(re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(path)) + "$")
        if (
            "get" in methods
            and path not in CONSTANT
            and not any(pattern.match(question) for question in asked)
        ):
            untested.append(path)
    # An attachment is reached through its record, which the store's tests ask; an upload by who made it;
    # alerts and watch areas one by one as in their lists (what makes alerts: test_alerts_access).
    through_a_record = {
        "/api/v1/incidents/{record_id}/attachments/{attachment_id}",
        "/api/v1/incidents/{record_id}/attachments/{attachment_id}/thumbnail",
        "/api/v1/alerts/{record_id}",
        "/api/v1/watch-areas/{record_id}",
        "/api/v1/uploads/{token}/points",
        # A plan is seen by whoever may see everybody in it (test_search_store).
        "/api/v1/plan/{record_id}",
        # What one's own plan is at, while it is made: kept by who asked.
        "/api/v1/plan/work/{key}",
    }
    assert set(untested) - through_a_record <= {
        "/api/v1/areas/{record_id}",
        "/api/v1/areas/{record_id}/geometry",
        "/api/v1/sites/{record_id}",
        "/api/v1/sites/{record_id}/history",
        "/api/v1/features/sites/{fid}",
    }
