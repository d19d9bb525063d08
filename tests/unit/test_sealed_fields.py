"""A field marked above its record: nobody below reads it, finds it, counts by it or gets it in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import Forbidden, Invalid
from data.mirror import Mirror
from data.model import LonLat, StoreKind, Tlp
from data.query import Query
from data.release import NewRecipient
from layers.export.forms import Form
from layers.release import Ask, release
from tests.support.records import NOON, World

HOME = LonLat(-71.111111, 42.222222)


def _sealed(world: World):
    record = world.incident(
        title="Threat", narrative="Jane Roe at Elm", address="5 Elm", place=HOME, persons_affected=7
    )
    markings = {"narrative": "TLP:AMBER", "place": "TLP:RED", "persons": "TLP:AMBER"}
    return world.store.incidents.update(
        world.system, record.id, revision=1, changes={"field_markings": markings}
    )


def test_only_who_may_see_a_field_reads_it_and_nobody_finds_by_it(world: World) -> None:
    record = _sealed(world)
    incidents, mirror = world.store.incidents, Mirror(world.store)
    low, middle, high = (world.actor(clearance=tlp) for tlp in (Tlp.GREEN, Tlp.AMBER, Tlp.RED))
    seen = {who.clearance: incidents.get(who, record.id) for who in (low, middle, high)}
    assert (seen[Tlp.GREEN].narrative, seen[Tlp.GREEN].place, seen[Tlp.GREEN].persons_affected) == (
        "",
        None,
        None,
    )
    assert (seen[Tlp.AMBER].narrative, seen[Tlp.AMBER].place) == ("Jane Roe at Elm", None)
    assert (seen[Tlp.RED].place, seen[Tlp.RED].address, seen[Tlp.RED].accuracy_m) == (HOME, "5 Elm", 20.0)
    assert seen[Tlp.AMBER].hidden == {"place"}
    for who in (low, high):
        view = mirror.view(who, Query(), now=NOON)
        assert (view.total, view.unlocated) == (1, 1)
        assert mirror.view(who, Query(text="Roe"), now=NOON).total == 0
        assert mirror.view(who, Query(text="Elm"), now=NOON).total == 0
    assert mirror.view(low, Query(text="Threat"), now=NOON).total == 1


def test_a_field_is_changed_by_those_who_see_it_and_its_past_is_hidden_with_it(world: World) -> None:
    record = _sealed(world)
    incidents = world.store.incidents
    low, high = world.actor(clearance=Tlp.GREEN), world.actor(clearance=Tlp.RED)
    with pytest.raises(Forbidden):
        incidents.update(low, record.id, revision=2, changes={"narrative": "nothing"})
    with pytest.raises(Forbidden):
        incidents.update(low, record.id, revision=2, changes={"field_markings": {}})
    with pytest.raises(Invalid):
        incidents.update(high, record.id, revision=2, changes={"field_markings": {"title": "TLP:RED"}})
    incidents.update(high, record.id, revision=2, changes={"narrative": "John Doe at Oak"})
    assert incidents.get(low, record.id).narrative == ""
    assert "Doe" not in str(incidents.history(low, record.id))
    assert "Doe" in str(incidents.history(high, record.id))
    opened = incidents.update(high, record.id, revision=3, changes={"field_markings": {}})
    assert (opened.narrative, opened.place, opened.persons_affected) == ("John Doe at Oak", HOME, 7)
    assert incidents.get(low, record.id).place == HOME


def test_sealed_comments_are_read_by_who_may_see_them(world: World) -> None:
    record = _sealed(world)
    incidents = world.store.incidents
    low, high = world.actor(clearance=Tlp.GREEN), world.actor(clearance=Tlp.RED)
    incidents.comment(high, record.id, "The caller is an informant")
    assert len(incidents.comments(low, record.id)) == 1
    marked = dict(record.field_markings) | {"comments": "TLP:RED"}
    incidents.update(high, record.id, revision=2, changes={"field_markings": marked})
    assert incidents.comments(low, record.id) == []
    assert [one.text for one in incidents.comments(high, record.id)] == ["The caller is an informant"]


def test_a_recipient_gets_the_record_without_the_field(sqlite_world: World, tmp_path: Path) -> None:
    record = _sealed(sqlite_world)
    store = sqlite_world.store
    agreed = NewRecipient(key="eoc", name="EOC", clearance=Tlp.GREEN, stores=frozenset({StoreKind.INCIDENT}))
    to = store.recipients.put(sqlite_world.system, agreed)
    ask = Ask(
        actor=sqlite_world.system, kind="incident", filter="", recipient=to, purpose="x", form=Form.GEOJSON
    )
    text = release(store, Mirror(store), ask, tmp_path / "out.geojson").file.read_text()
    assert str(record.id) in text
    assert not [word for word in ("Roe", "Elm", "71.11", "42.22") if word in text]
