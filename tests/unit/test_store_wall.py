"""The wall: what an actor may not see is, for every question, as if it were not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from data.access import Actor
from data.errors import Forbidden, NotFound
from data.model import Role, StoreKind, Tlp
from tests.support.records import World

Hide = Callable[[World], int]

HIDDEN: dict[str, Hide] = {
    "a suspicious activity report": lambda w: w.scope(StoreKind.SAR, Tlp.GREEN),
    "criminal intelligence": lambda w: w.scope(StoreKind.INTEL, Tlp.CLEAR),
    "RED of one's own agency without clearance": lambda w: w.scope(StoreKind.INCIDENT, Tlp.RED),
    "AMBER+STRICT of another agency": lambda w: w.scope(
        StoreKind.INCIDENT, Tlp.AMBER_STRICT, agency_id=w.agency("State Police", law_enforcement=True)
    ),
}


@pytest.fixture(params=HIDDEN.values(), ids=HIDDEN.keys())
def hidden_scope(request: pytest.FixtureRequest, world: World) -> int:
    return request.param(world)


def test_a_hidden_record_looks_like_one_that_never_was(world: World, hidden_scope: int) -> None:
    officer, hidden = world.officer(), world.incident(scope_id=hidden_scope)
    actions: list[Callable[[], Any]] = [
        lambda: world.store.incidents.get(officer, hidden.id),
        lambda: world.store.incidents.history(officer, hidden.id),
        lambda: world.store.incidents.comments(officer, hidden.id),
        lambda: world.store.incidents.comment(officer, hidden.id, "x"),
        lambda: world.store.incidents.update(officer, hidden.id, revision=1, changes={"title": "x"}),
        lambda: world.store.incidents.update(officer, hidden.id, revision=99, changes={"title": "x"}),
        lambda: world.store.attachments.of(officer, hidden.id),
    ]
    absent = type(hidden.id)(int=hidden.id.int ^ 1)
    with pytest.raises(NotFound) as never_was:
        world.store.incidents.get(officer, absent)
    for action in actions:
        with pytest.raises(NotFound) as refused:
            action()
        assert refused.value.as_dict() == never_was.value.as_dict()
    assert world.store.incidents.by_seq(officer, [hidden.seq]) == []


def test_nobody_writes_what_they_could_not_read(world: World, hidden_scope: int) -> None:
    officer, counter = world.officer(), world.store.changes.counter()
    with pytest.raises(Forbidden):
        world.incident(officer, scope_id=hidden_scope)
    made = world.incident()
    with pytest.raises(Forbidden):
        world.store.incidents.update(officer, made.id, revision=1, changes={"scope_id": hidden_scope})
    changes = world.store.changes.since(counter)
    assert [change.kind for change in changes] == ["incident"]
    assert world.store.incidents.get(officer, made.id).revision == 1


def test_sites_and_areas_stand_behind_the_same_wall(world: World, hidden_scope: int) -> None:
    officer = world.officer()
    site, area = world.site(scope_id=hidden_scope), world.area(scope_id=hidden_scope, name="Hidden Hollow")
    with pytest.raises(NotFound):
        world.store.sites.get(officer, site.id)
    with pytest.raises(NotFound):
        world.store.areas.get(officer, area.id)
    with pytest.raises(NotFound):
        world.store.areas.geometry(officer, area.id)
    assert world.store.areas.search(officer, "hidden") == []


def test_a_source_is_known_only_to_those_who_may_know_of_it(world: World, hidden_scope: int) -> None:
    world.source("secret", scope_id=hidden_scope)
    world.source("open")
    assert [source.key for source in world.store.sources.visible(world.officer())] == ["open"]


def test_a_hidden_report_does_not_make_a_known_source_look_fresh(world: World, hidden_scope: int) -> None:
    officer, source = world.officer(), world.source("shared")
    before = world.store.sources.visible(officer)
    world.incident(source_id=source, scope_id=hidden_scope)
    assert world.store.sources.visible(officer) == before


def test_whoever_was_granted_the_store_sees_its_records(world: World, hidden_scope: int) -> None:
    agency = next(scope.agency_id for scope in world.store.scopes.all() if scope.id == hidden_scope)
    insider = world.actor(role=Role.ANALYST, stores=tuple(StoreKind), clearance=Tlp.RED, agency_id=agency)
    hidden = world.incident(scope_id=hidden_scope)
    assert world.store.incidents.get(insider, hidden.id) == hidden


def test_a_permission_taken_away_counts_from_the_next_question(world: World) -> None:
    officer, made = world.officer(), world.incident()
    narrower = Actor(
        officer.user_id, officer.name, officer.role, officer.agency_id, False, Tlp.CLEAR, officer.stores
    )
    with pytest.raises(NotFound):
        world.store.incidents.get(narrower, made.id)


def test_nobody_of_another_agency_sees_whom_to_assign(world: World) -> None:
    here, elsewhere = world.actor("here"), world.actor("elsewhere", agency_id=world.agency("Elsewhere"))
    assert set(world.store.users.names(here).values()) == {"here"}
    assert set(world.store.users.names(elsewhere).values()) == {"elsewhere"}


def test_a_saved_view_is_its_owners_until_it_is_shared(world: World) -> None:
    mine, colleague = world.actor("mine"), world.actor("colleague")
    stranger = world.actor("stranger", agency_id=world.agency("Elsewhere"))
    views = world.store.views
    own = views.save(mine, "My fires", query="type=fire", map_state={"zoom": 9})
    shared = views.save(mine, "Our fires", query="type=fire", map_state={}, shared=True)
    assert [view.id for view in views.visible(mine)] == [own, shared]
    assert [view.id for view in views.visible(colleague)] == [shared]
    assert views.visible(stranger) == []
    for other in (colleague, stranger):
        with pytest.raises(NotFound):
            views.delete(other, own)
        with pytest.raises(NotFound):
            views.delete(other, shared)
    views.delete(mine, own)
    assert [view.name for view in views.visible(mine)] == ["Our fires"]


def test_a_viewer_cannot_share_a_view_but_may_keep_one(world: World) -> None:
    viewer = world.viewer()
    with pytest.raises(Forbidden):
        world.store.views.save(viewer, "x", query="", map_state={}, shared=True)
    world.store.views.save(viewer, "x", query="", map_state={})
    assert len(world.store.views.visible(viewer)) == 1


def test_files_are_seen_by_whoever_sees_their_incident_and_nobody_else(
    world: World, hidden_scope: int
) -> None:
    analyst = world.actor(
        role=Role.ANALYST,
        stores=tuple(StoreKind),
        clearance=Tlp.RED,
        agency_id=next(s.agency_id for s in world.store.scopes.all() if s.id == hidden_scope),
    )
    officer, files = world.officer(), world.store.attachments
    hidden, plain = world.incident(scope_id=hidden_scope), world.incident()
    photo = files.add(analyst, hidden.id, name="a.jpg", media_type="image/jpeg", content=b"\xff\xd8photo")
    assert files.content(analyst, hidden.id, photo) == ("image/jpeg", b"\xff\xd8photo")
    assert [(f.name, f.size) for f in files.of(analyst, hidden.id)] == [("a.jpg", 7)]
    # Not by its own id, and not through another incident either.
    for incident in (hidden, plain):
        with pytest.raises(NotFound):
            files.content(officer, incident.id, photo)


def test_a_change_of_marking_moves_no_report_into_another_store(world: World) -> None:
    analyst = world.analyst()
    sar = world.store.scopes.intern(StoreKind.SAR, Tlp.GREEN, agency_id=analyst.agency_id)
    report = world.incident(analyst)
    with pytest.raises(Forbidden, match="another store"):
        world.store.incidents.update(analyst, report.id, revision=1, changes={"scope_id": sar})
    assert world.store.incidents.get(analyst, report.id).scope == report.scope
