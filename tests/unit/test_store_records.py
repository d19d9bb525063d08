"""Records in the store, on SQLite and on PostgreSQL: added, read, changed, told the history of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from shapely.geometry import LineString, Point, box

from data.clock import FixedClock
from data.errors import Conflict, Forbidden, Invalid, NotFound, WatchfloorError
from data.model import LocatedBy, LonLat, Role, Severity, SiteStatus, Status, TimePrecision, new_id
from data.records import Contact
from data.store import Store
from tests.support.records import HOSTILE, NOON, World


def test_an_incident_comes_back_as_it_went_in(world: World) -> None:
    officer = world.officer()
    new = world.new_incident(
        title="Gas leak",
        narrative="Smell of gas in the cellar.\nTwo people out.",
        address="1 City Hall Square",
        severity=Severity.HIGH,
        occurred=NOON - timedelta(hours=2),
        occurred_end=NOON - timedelta(hours=1),
        time_precision=TimePrecision.MINUTE,
        reported=NOON - timedelta(minutes=30),
        persons_affected=2,
        evaluation_scale="admiralty",
        reliability="B",
        credibility="2",
        extra={"unit": "E10", "nested": [1, None, "x"]},
    )
    made = world.store.incidents.add(officer, new)
    read = world.store.incidents.get(officer, made.id)
    assert read == made
    for name in ("title", "narrative", "address", "severity", "occurred", "occurred_end", "time_precision"):
        assert getattr(read, name) == getattr(new, name), name
    for name in (
        "reported",
        "persons_affected",
        "evaluation_scale",
        "reliability",
        "credibility",
        "extra",
        "place",
    ):
        assert getattr(read, name) == getattr(new, name), name
    assert read.type.code == new.type_code
    assert (read.revision, read.status) == (1, Status.NEW)
    assert read.entered == read.updated == NOON


def test_a_source_without_a_key_of_its_own_gets_the_records_id(world: World) -> None:
    made = world.incident()
    assert made.source_key == str(made.id)


@pytest.mark.parametrize(
    "geometry",
    [
        LineString([(-71.1, 42.3), (-71.0, 42.4)]),
        box(-71.1, 42.3, -71.0, 42.4),
        box(-71.1, 42.3, -71.0, 42.4) - box(-71.08, 42.32, -71.02, 42.38),
        box(-71.1, 42.3, -71.05, 42.4) | box(-71.04, 42.3, -71.0, 42.4),
    ],
    ids=["line", "polygon", "polygon with a hole", "two polygons"],
)
def test_lines_and_polygons_keep_their_shape_and_stand_on_themselves(world: World, geometry) -> None:
    made = world.incident(place=None, geometry=geometry, located_by=LocatedBy.DRAWN)
    read = world.store.incidents.get(world.officer(), made.id)
    assert read.geometry is not None
    assert read.geometry.equals_exact(geometry, 0)
    assert read.place is not None
    assert geometry.distance(Point(read.place.lon, read.place.lat)) < 1e-9


def test_an_incident_without_a_place_is_kept(world: World) -> None:
    made = world.incident(place=None, accuracy_m=None, located_by=LocatedBy.UNKNOWN)
    assert world.store.incidents.get(world.officer(), made.id).place is None


def test_a_place_that_is_none_on_earth_is_refused_and_nothing_is_kept(world: World) -> None:
    before = world.store.changes.counter()
    with pytest.raises(Invalid):
        world.incident(place=LonLat(42.36, -171.06))
    assert world.store.changes.counter() == before


def test_a_naive_time_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="zone"):
        world.incident(occurred=datetime(2026, 1, 1))  # noqa: DTZ001  # that is the point


@pytest.mark.parametrize("year", [1, 1900, 9999])
def test_years_at_the_edges_come_back(world: World, year: int) -> None:
    moment = datetime(year, 6, 1, 3, 4, 5, 678000, tzinfo=UTC)
    made = world.incident(occurred=moment)
    assert world.store.incidents.get(world.officer(), made.id).occurred == moment


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_kept_letter_by_letter(world: World, text: str) -> None:
    made = world.incident(title=text, narrative=text, address=text, extra={text: text})
    read = world.store.incidents.get(world.officer(), made.id)
    assert (read.title, read.narrative, read.address, read.extra) == (text, text, text, {text: text})
    world.store.incidents.matching(text)


@pytest.mark.parametrize("text", ["nul\x00byte", "lone\ud800surrogate"], ids=["NUL", "surrogate"])
@pytest.mark.parametrize("field", ["title", "narrative", "extra"])
def test_text_that_no_database_can_keep_is_refused_with_a_reason(world: World, text: str, field: str) -> None:
    before = world.store.changes.counter()
    with pytest.raises(WatchfloorError) as refused:
        world.incident(**{field: {"field": text} if field == "extra" else text})
    assert refused.value.status == 400
    assert world.store.changes.counter() == before


def test_a_title_of_a_megabyte_is_never_cut_in_silence(world: World) -> None:
    text = "x" * 1_000_000
    assert world.store.incidents.get(world.officer(), world.incident(title=text).id).title == text


def test_an_unknown_type_is_refused(world: World) -> None:
    with pytest.raises(Invalid, match="no_such"):
        world.incident(type_code="no_such.type")


def test_the_second_record_under_one_source_key_is_a_conflict(world: World) -> None:
    world.incident(source_key="CAD-1")
    with pytest.raises(Conflict):
        world.incident(source_key="CAD-1")
    assert world.incident(source_key="CAD-1", source_id=world.source("other")).source_key == "CAD-1"


def test_a_change_makes_a_revision_with_who_when_and_what(world: World, clock: FixedClock) -> None:
    officer = world.actor("first")
    made = world.incident(officer, title="Fire", severity=Severity.LOW)
    clock.at += timedelta(minutes=5)
    changed = world.store.incidents.update(
        officer,
        made.id,
        revision=1,
        changes={"title": "Fire, two alarms", "severity": Severity.EXTREME},
        reason="second call",
    )
    assert (changed.revision, changed.title, changed.severity) == (2, "Fire, two alarms", Severity.EXTREME)
    assert (changed.entered, changed.updated) == (NOON, NOON + timedelta(minutes=5))
    (revision,) = world.store.incidents.history(officer, made.id)
    assert (revision.revision, revision.at, revision.user_name, revision.reason) == (
        2,
        NOON + timedelta(minutes=5),
        "first",
        "second call",
    )
    assert dict(revision.changes) == {"title": ("Fire", "Fire, two alarms"), "severity": ("LOW", "EXTREME")}


def test_a_change_that_changes_nothing_makes_no_revision(world: World) -> None:
    officer = world.officer()
    made = world.incident(title="Fire")
    before = world.store.changes.counter()
    same = world.store.incidents.update(officer, made.id, revision=1, changes={"title": "Fire"})
    assert same.revision == 1
    assert world.store.changes.counter() == before


def test_the_second_of_two_simultaneous_edits_gets_both_versions(world: World) -> None:
    first, second = world.actor("first"), world.actor("second")
    made = world.incident(title="Fire", severity=Severity.LOW)
    world.store.incidents.update(first, made.id, revision=1, changes={"title": "Fire at the mill"})
    with pytest.raises(Conflict) as refused:
        world.store.incidents.update(second, made.id, revision=1, changes={"title": "Fire at the hill"})
    assert refused.value.status == 409
    assert refused.value.details["yours"] == {"title": "Fire at the hill"}
    assert refused.value.details["theirs"] == {"title": "Fire at the mill"}
    assert refused.value.details["revision"] == 2
    assert "first" in refused.value.message
    assert world.store.incidents.get(first, made.id).title == "Fire at the mill"


def test_a_revision_from_the_future_is_a_conflict_too(world: World) -> None:
    made = world.incident()
    with pytest.raises(Conflict):
        world.store.incidents.update(world.officer(), made.id, revision=7, changes={"title": "x"})


def test_moving_an_incident_moves_its_cell_and_says_from_where(world: World) -> None:
    officer = world.officer()
    made = world.incident(place=LonLat(-71.0, 42.0))
    moved = world.store.incidents.update(
        officer,
        made.id,
        revision=1,
        changes={"place": LonLat(-70.5, 41.5), "located_by": LocatedBy.DRAWN, "accuracy_m": 5.0},
    )
    assert moved.place == LonLat(-70.5, 41.5)
    (revision,) = world.store.incidents.history(officer, made.id)
    assert revision.changes["place"] == ([-71.0, 42.0], [-70.5, 41.5])


def test_correcting_the_place_of_a_polygon_loses_no_shape_in_silence(world: World) -> None:
    officer = world.officer()
    made = world.incident(place=None, geometry=box(-71.1, 42.3, -71.0, 42.4))
    changed = world.store.incidents.update(
        officer, made.id, revision=1, changes={"place": LonLat(-71.05, 42.35)}
    )
    (revision,) = world.store.incidents.history(officer, made.id)
    assert changed.geometry is not None or "geometry" in revision.changes


@pytest.mark.parametrize("field", ["id", "seq", "revision", "source_id", "entered", "no_such_field"])
def test_what_is_not_to_be_changed_cannot_be(world: World, field: str) -> None:
    made = world.incident()
    with pytest.raises(Invalid, match=field):
        world.store.incidents.update(world.officer(), made.id, revision=1, changes={field: 1})


def test_a_viewer_may_neither_add_nor_change_nor_comment(world: World) -> None:
    viewer, made = world.viewer(), world.incident()
    with pytest.raises(Forbidden):
        world.incident(viewer)
    with pytest.raises(Forbidden):
        world.store.incidents.update(viewer, made.id, revision=1, changes={"title": "x"})
    with pytest.raises(Forbidden):
        world.store.incidents.comment(viewer, made.id, "x")


def test_comments_are_kept_in_order_with_their_writers(world: World) -> None:
    first, second = world.actor("first"), world.actor("second")
    made = world.incident()
    world.store.incidents.comment(first, made.id, "Unit on the way")
    world.store.incidents.comment(second, made.id, "<b>On scene</b>")
    assert [(c.user_name, c.text) for c in world.store.incidents.comments(first, made.id)] == [
        ("first", "Unit on the way"),
        ("second", "<b>On scene</b>"),
    ]
    with pytest.raises(Invalid):
        world.store.incidents.comment(first, made.id, "  \n ")


def test_by_seq_keeps_the_order_that_was_asked_for(world: World) -> None:
    seqs = [world.incident().seq for _ in range(5)]
    wanted = [seqs[3], seqs[0], 999_999, seqs[4]]
    assert [i.seq for i in world.store.incidents.by_seq(world.officer(), wanted)] == [
        seqs[3],
        seqs[0],
        seqs[4],
    ]


def test_every_write_moves_the_change_counter_and_names_the_record(world: World) -> None:
    officer, counter = world.officer(), world.store.changes.counter()
    made = world.incident(officer)
    world.store.incidents.update(officer, made.id, revision=1, changes={"title": "x"})
    world.store.incidents.comment(officer, made.id, "seen")
    changes = world.store.changes.since(counter)
    assert [(c.kind, c.first_seq, c.last_seq) for c in changes if c.kind == "incident"] == [
        ("incident", made.seq, made.seq)
    ] * 3
    assert [c.counter for c in changes] == sorted({c.counter for c in changes})
    assert world.store.changes.counter() == changes[-1].counter


def test_a_site_comes_back_with_its_contacts_and_is_grey_until_somebody_says_otherwise(world: World) -> None:
    coordinator = world.actor(role=Role.COORDINATOR)
    contacts = (
        Contact("Duty engineer", "A. Smith", "+1 617 555 0100", "ops@example.org", "+1 617 555 0101"),
    )
    made = world.site(coordinator, contacts=contacts, owner="City", vintage="2026", lifeline="health")
    read = world.store.sites.get(world.officer(), made.id)
    assert read.contacts == contacts
    assert read.status is SiteStatus.UNKNOWN
    changed = world.store.sites.update(
        coordinator,
        made.id,
        revision=1,
        changes={"status": SiteStatus.RED, "status_at": NOON, "status_source": "phone"},
    )
    assert (changed.status, changed.status_at, changed.status_source) == (SiteStatus.RED, NOON, "phone")
    with pytest.raises(Forbidden):
        world.store.sites.update(world.officer(), made.id, revision=2, changes={"status": SiteStatus.GREEN})


def test_areas_are_found_by_name_those_that_begin_with_it_first(world: World) -> None:
    officer = world.officer()
    for name in ("Suffolk", "South Suffolk", "Essex", "100% town", "a_b"):
        world.area(name=name)
    assert [area.name for area in world.store.areas.search(officer, "suff")] == ["Suffolk", "South Suffolk"]
    assert [area.name for area in world.store.areas.search(officer, "100%")] == ["100% town"]
    assert [area.name for area in world.store.areas.search(officer, "a_b")] == ["a_b"]
    assert world.store.areas.search(officer, "%", limit=5)[0].name == "100% town"


def test_an_area_keeps_its_outline_and_bounds(world: World) -> None:
    outline = box(-71.2, 42.2, -71.0, 42.4) - box(-71.15, 42.25, -71.1, 42.3)
    made = world.area(geometry=outline)
    assert made.bounds == (-71.2, 42.2, -71.0, 42.4)
    assert world.store.areas.geometry(world.officer(), made.id).equals_exact(outline, 0)


def test_an_area_without_a_polygon_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        world.area(geometry=Point(0, 0))


def test_an_area_cannot_lose_its_polygon(world: World) -> None:
    made = world.area()
    with pytest.raises(Invalid):
        world.store.areas.update(world.officer(), made.id, revision=1, changes={"geometry": None})


def test_nothing_is_found_under_an_id_that_was_never_given(world: World) -> None:
    for repository in (world.store.incidents, world.store.sites, world.store.areas):
        with pytest.raises(NotFound):
            repository.get(world.officer(), new_id())


def test_what_was_acknowledged_is_there_when_the_store_is_opened_again(
    world: World, reopen: Callable[[], Store]
) -> None:
    ids: list[UUID] = [world.incident(title=f"Report {n}").id for n in range(10)]
    again = World(reopen())
    officer = again.officer()
    assert [again.store.incidents.get(officer, i).title for i in ids] == [f"Report {n}" for n in range(10)]


def test_a_changed_label_of_a_type_shows_on_its_incidents_at_once(world: World) -> None:
    officer, made = world.officer(), world.incident()
    world.store.incidents.get(officer, made.id)
    world.store.types.change(world.system, made.type.code, label="Renamed")
    for _ in range(5):
        assert world.store.incidents.get(officer, made.id).type.label == "Renamed"


def test_a_source_knows_when_something_last_came_from_it(world: World, clock: FixedClock) -> None:
    officer = world.officer()
    world.incident()
    clock.at += timedelta(minutes=3)
    made = world.incident()
    (source,) = [s for s in world.store.sources.visible(officer) if s.key == "cad"]
    assert source.last_received == NOON + timedelta(minutes=3)
    assert world.store.incidents.get(officer, made.id).source.last_received == NOON + timedelta(minutes=3)
