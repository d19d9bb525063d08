"""People, sessions, links, tokens, agencies and the taxonomy."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from data.clock import FixedClock
from data.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated, WatchfloorError
from data.model import Role, StoreKind, Tlp
from data.store import tables as t
from tests.support.records import NOON, World

PASSWORD = "correct horse battery"  # of a user who exists for a millisecond


def test_a_new_store_has_nobody_who_could_sign_in(world: World) -> None:
    assert world.store.users.all(world.system) == []
    for name in ("admin", "administrator", "root", "watchfloor", "demo"):
        with pytest.raises(Unauthenticated):
            world.store.users.authenticate(name, name)


def test_name_and_password_open_a_session(world: World) -> None:
    user_id = world.user(
        "jd", password=PASSWORD, role=Role.ANALYST, clearance=Tlp.RED, stores=(StoreKind.SAR,)
    )
    assert world.store.users.authenticate("jd", PASSWORD) == user_id
    actor = world.store.users.actor(world.store.users.open_session(user_id))
    assert (actor.name, actor.role, actor.clearance, actor.stores) == (
        "jd",
        Role.ANALYST,
        Tlp.RED,
        frozenset({StoreKind.SAR}),
    )
    assert actor.law_enforcement is True


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(world: World) -> None:
    world.user("jd", password=PASSWORD)
    world.user("link-only")
    answers = []
    for name, password in (("jd", "wrong"), ("nobody", PASSWORD), ("link-only", PASSWORD), ("", "")):
        with pytest.raises(Unauthenticated) as refused:
            world.store.users.authenticate(name, password)
        answers.append(refused.value.as_dict())
    assert len({str(answer) for answer in answers}) == 1


@pytest.mark.parametrize("text", ["nul\x00", "half\ud800"])
def test_names_and_passwords_that_are_no_text_are_refused(world: World, text: str) -> None:
    for name, password in ((text, "x"), ("x", text)):
        with pytest.raises(WatchfloorError) as refused:
            world.store.users.authenticate(name, password)
        assert refused.value.status in {400, 401}


def test_secrets_are_kept_as_hashes_alone(world: World) -> None:
    user_id = world.user("jd", password=PASSWORD)
    users = world.store.users
    secrets = [
        users.open_session(user_id),
        users.make_link(user_id),
        users.make_bearer(user_id, "cad"),
        PASSWORD,
    ]
    with world.store.reading() as connection:
        kept = repr([connection.execute(select(table)).all() for table in t.metadata.sorted_tables])
    assert [secret for secret in secrets if secret in kept] == []
    assert "$argon2id$" in kept


def test_a_short_password_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        world.user("jd", password="short")
    assert world.store.users.all(world.system) == []


def test_a_password_can_be_changed_by_its_owner_and_by_an_administrator(world: World) -> None:
    mine = world.actor("jd", password=PASSWORD)
    other = world.actor("other")
    world.store.users.set_password(mine, mine.user_id, "a new and longer one")
    with pytest.raises(Unauthenticated):
        world.store.users.authenticate("jd", PASSWORD)
    assert world.store.users.authenticate("jd", "a new and longer one") == mine.user_id
    with pytest.raises(Forbidden):
        world.store.users.set_password(other, mine.user_id, "a third, stolen one")


def test_a_session_ends_when_its_time_is_over(world: World, clock: FixedClock) -> None:
    token = world.store.users.open_session(world.user())
    clock.at = NOON + timedelta(hours=12) - timedelta(milliseconds=1)
    world.store.users.actor(token)
    clock.at = NOON + timedelta(hours=12)
    with pytest.raises(Unauthenticated):
        world.store.users.actor(token)


def test_a_session_that_was_closed_cannot_be_replayed(world: World) -> None:
    token = world.store.users.open_session(world.user())
    world.store.users.close_session(token)
    with pytest.raises(Unauthenticated):
        world.store.users.actor(token)


@pytest.mark.parametrize("token", ["", "x", "' OR 1=1--", "a" * 10_000])
def test_a_made_up_token_is_nobody(world: World, token: str) -> None:
    for ask in (world.store.users.actor, world.store.users.actor_for_bearer, world.store.users.redeem_link):
        with pytest.raises(Unauthenticated):
            ask(token)


def test_a_link_signs_in_once(world: World) -> None:
    link = world.store.users.make_link(world.user("jd"))
    assert world.store.users.actor(world.store.users.redeem_link(link)).name == "jd"
    with pytest.raises(Unauthenticated):
        world.store.users.redeem_link(link)


def test_a_link_is_worth_nothing_after_a_quarter_of_an_hour(world: World, clock: FixedClock) -> None:
    link = world.store.users.make_link(world.user())
    clock.at += timedelta(minutes=15)
    with pytest.raises(Unauthenticated):
        world.store.users.redeem_link(link)


def test_one_kind_of_token_does_not_pass_for_another(world: World) -> None:
    users, user_id = world.store.users, world.user()
    session, link, bearer = (
        users.open_session(user_id),
        users.make_link(user_id),
        users.make_bearer(user_id, "x"),
    )
    for wrong in (link, bearer):
        with pytest.raises(Unauthenticated):
            users.actor(wrong)
    for wrong in (session, link):
        with pytest.raises(Unauthenticated):
            users.actor_for_bearer(wrong)
    for wrong in (session, bearer):
        with pytest.raises(Unauthenticated):
            users.redeem_link(wrong)
    assert users.actor_for_bearer(bearer).user_id == user_id


def test_whoever_is_disabled_is_out_at_once_and_stays_out(world: World) -> None:
    users, user_id = world.store.users, world.user("jd", password=PASSWORD)
    session, link, bearer = (
        users.open_session(user_id),
        users.make_link(user_id),
        users.make_bearer(user_id, "x"),
    )
    users.disable(world.system, user_id)
    for ask, token in ((users.actor, session), (users.actor_for_bearer, bearer), (users.redeem_link, link)):
        with pytest.raises(Unauthenticated):
            ask(token)
    with pytest.raises(Unauthenticated):
        users.authenticate("jd", PASSWORD)
    with pytest.raises(Unauthenticated):
        users.actor(users.redeem_link(users.make_link(user_id)))


def test_only_an_administrator_makes_and_disables_people(world: World) -> None:
    supervisor = world.actor(role=Role.SUPERVISOR)
    with pytest.raises(Forbidden):
        world.store.users.add(supervisor, "x", role=Role.VIEWER, agency_id=1)
    with pytest.raises(Forbidden):
        world.store.users.disable(supervisor, supervisor.user_id)
    with pytest.raises(Forbidden):
        world.store.users.all(supervisor)
    with pytest.raises(Forbidden):
        world.store.agencies.add(supervisor, "x", short_name="x")


def test_two_people_cannot_have_one_name(world: World) -> None:
    world.user("jd")
    with pytest.raises(Conflict):
        world.user("jd")
    with pytest.raises(Invalid):
        world.user("x" * 81)
    with pytest.raises(NotFound):
        world.store.users.find("nobody")


def test_the_system_is_nobody_who_can_sign_in(world: World) -> None:
    assert world.system.user_id not in {user.id for user in world.store.users.all(world.system)}
    assert world.system.session == ""


def test_interning_a_scope_twice_gives_one(world: World) -> None:
    first = world.scope(StoreKind.SAR, Tlp.RED, law_enforcement=True)
    assert world.scope(StoreKind.SAR, Tlp.RED, law_enforcement=True) == first
    assert world.scope(StoreKind.SAR, Tlp.RED) != first
    assert len({scope.id for scope in world.store.scopes.all()}) == len(world.store.scopes.all())


def test_the_shipped_taxonomy_is_a_tree_with_about_ten_roots(world: World) -> None:
    types = world.store.types.all()
    codes = {entry.code for entry in types}
    assert all(entry.parent is None or entry.parent in codes for entry in types)
    assert all(entry.code.rpartition(".")[0] == (entry.parent or "") for entry in types)
    assert 8 <= len([entry for entry in types if entry.parent is None]) <= 14


def test_an_administrator_can_add_rename_and_retire_types(world: World) -> None:
    types = world.store.types
    root = next(entry for entry in types.all() if entry.parent is None)
    leaf = replace(root, code=f"{root.code}.zeppelin", parent=root.code, label="Zeppelin")
    types.add(world.system, leaf)
    types.change(world.system, leaf.code, label="Airship", retired=True)
    found = {entry.code: entry for entry in types.all()}[leaf.code]
    assert (found.label, found.retired) == ("Airship", True)
    with pytest.raises(Conflict):
        types.add(world.system, leaf)
    with pytest.raises((NotFound, Invalid)):
        types.add(world.system, replace(leaf, code="no.such.parent", parent="no.such"))
    with pytest.raises(Invalid):
        types.change(world.system, leaf.code, parent="other")
    with pytest.raises(Forbidden):
        types.change(world.officer(), leaf.code, label="x")


def test_the_last_look_is_each_officers_own(world: World, clock: FixedClock) -> None:
    mine, other = world.actor("mine"), world.actor("other")
    assert world.store.views.last_look(mine) is None
    assert world.store.views.looked(mine) == NOON
    clock.at += timedelta(hours=1)
    world.store.views.looked(mine)
    assert world.store.views.last_look(mine) == NOON + timedelta(hours=1)
    assert world.store.views.last_look(other) is None


@pytest.mark.parametrize("name", ["", "  ", "x" * 121])
def test_a_view_needs_a_short_name(world: World, name: str) -> None:
    with pytest.raises(Invalid):
        world.store.views.save(world.officer(), name, query="", map_state={})
