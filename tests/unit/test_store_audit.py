"""The audit log in the store: everything is in it, and whoever tampers with the database is found out."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update

from data.errors import Conflict, Unauthenticated
from data.store import Store
from data.store import tables as t
from tests.support.records import World


@pytest.fixture
def busy(world: World) -> World:
    """Return a store in which a dozen things have happened."""
    officer = world.actor("jd")
    made = [world.incident(officer) for _ in range(5)]
    world.store.incidents.update(officer, made[0].id, revision=1, changes={"title": "x"}, reason="why")
    world.store.incidents.comment(officer, made[1].id, "seen")
    return world


def actions(store: Store) -> list[str]:
    return [str(entry["action"]) for entry in reversed(store.audit.entries(limit=1000))]


def test_a_store_in_use_has_a_whole_log(busy: World) -> None:
    check = busy.store.audit.verify()
    assert check.whole, check.problem
    with busy.store.reading() as connection:
        assert check.entries == connection.execute(select(func.count()).select_from(t.audit)).scalar()


def test_every_write_is_in_the_log_with_who_and_what(world: World) -> None:
    officer = world.actor("jd")
    before = len(actions(world.store))
    made = world.incident(officer)
    world.store.incidents.update(officer, made.id, revision=1, changes={"title": "x"}, reason="why")
    world.store.incidents.comment(officer, made.id, "seen")
    world.store.views.save(officer, "v", query="", map_state={})
    world.store.attachments.add(officer, made.id, name="a", media_type="text/plain", content=b"x")
    new = list(reversed(world.store.audit.entries(limit=5)))
    assert actions(world.store)[before:] == ["add", "change", "comment", "save_view", "attach"]
    assert {entry["user_name"] for entry in new} == {"jd"}
    assert {entry["record"] for entry in new if entry["kind"] == "incident"} == {str(made.id)}
    assert new[1]["detail"]["fields"] == ["title"]
    assert new[1]["detail"]["reason"] == "why"
    assert all(entry["session"] for entry in new)


def test_what_was_rolled_back_is_not_in_the_log(busy: World) -> None:
    before = actions(busy.store)
    with pytest.raises(Conflict):
        busy.incident(source_key=_first_key(busy))
    assert actions(busy.store) == before
    assert busy.store.audit.verify().whole


def _first_key(world: World) -> str:
    with world.store.reading() as connection:
        return str(connection.execute(select(t.incident.c.source_key).limit(1)).scalar())


def test_a_refused_sign_in_is_in_the_log_and_its_password_is_not(world: World) -> None:
    with pytest.raises(Unauthenticated):
        world.store.users.authenticate("jd\r\n2026-01-01 forged entry", "hunter2-hunter2")
    (entry,) = world.store.audit.entries(limit=1)
    assert (entry["action"], entry["outcome"]) == ("sign_in", "refused")
    assert "hunter2" not in str(entry)


def _change_one(connection: Connection) -> None:
    connection.execute(update(t.audit).where(t.audit.c.seq == 3).values(action="nothing"))


def _change_who(connection: Connection) -> None:
    connection.execute(
        update(t.audit).where(t.audit.c.seq == 4).values(user_name="somebody else", user_id=99)
    )


def _change_time(connection: Connection) -> None:
    connection.execute(update(t.audit).where(t.audit.c.seq == 2).values(at_ms=t.audit.c.at_ms - 1))


def _change_detail(connection: Connection) -> None:
    connection.execute(update(t.audit).where(t.audit.c.seq == 2).values(detail={"name": "other"}))


def _cut_the_middle(connection: Connection) -> None:
    connection.execute(delete(t.audit).where(t.audit.c.seq == 3))


def _cut_the_end(connection: Connection) -> None:
    last = connection.execute(select(func.max(t.audit.c.seq))).scalar()
    connection.execute(delete(t.audit).where(t.audit.c.seq == last))


def _cut_the_beginning(connection: Connection) -> None:
    connection.execute(delete(t.audit).where(t.audit.c.seq == 1))


def _empty_it(connection: Connection) -> None:
    connection.execute(delete(t.audit))


def _empty_it_with_its_seal(connection: Connection) -> None:
    # Whoever empties both leaves a log of nothing over a store of something.
    connection.execute(delete(t.audit))
    connection.execute(delete(t.fact).where(t.fact.c.key == "audit_head"))


def _swap_two(connection: Connection) -> None:
    for old, new in ((2, -1), (3, 2), (-1, 3)):
        connection.execute(update(t.audit).where(t.audit.c.seq == old).values(seq=new))


def _repeat_the_last(connection: Connection) -> None:
    row = dict(connection.execute(select(t.audit).order_by(t.audit.c.seq.desc()).limit(1)).one()._mapping)
    connection.execute(insert(t.audit).values({**row, "seq": row["seq"] + 1, "prev_hash": row["hash"]}))


TAMPERINGS = [
    _change_one,
    _change_who,
    _change_time,
    _change_detail,
    _cut_the_middle,
    _cut_the_end,
    _cut_the_beginning,
    _empty_it,
    _empty_it_with_its_seal,
    _swap_two,
    _repeat_the_last,
]


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=[f.__name__.strip("_") for f in TAMPERINGS])
def test_tampering_with_the_database_is_found(busy: World, tamper) -> None:
    with busy.store.transaction() as connection:
        tamper(connection)
    check = busy.store.audit.verify()
    assert not check.whole
    assert check.problem


def test_the_log_goes_on_whole_after_types_and_people_changed(world: World) -> None:
    root = next(entry for entry in world.store.types.all() if entry.parent is None)
    world.store.types.change(world.system, root.code, label="Renamed")
    world.store.users.disable(world.system, world.user())
    assert world.store.audit.verify().whole
    assert actions(world.store)[-1] == "disable"
