"""The row filter: whoever was not let in by name sees nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, select

from data.access import (
    ROLE_PERMISSIONS,
    Actor,
    Permission,
    mask_table,
    may_see,
    require,
    sql_filter,
    visible_scopes,
)
from data.errors import Forbidden
from data.model import Role, Scope, StoreKind, Tlp

scopes = st.builds(
    Scope,
    id=st.integers(1, 60),
    store=st.sampled_from(StoreKind),
    tlp=st.sampled_from(Tlp),
    law_enforcement=st.booleans(),
    agency_id=st.integers(1, 3),
)
actors = st.builds(
    Actor,
    user_id=st.just(1),
    name=st.just("someone"),
    role=st.sampled_from(Role),
    agency_id=st.integers(1, 3),
    law_enforcement=st.booleans(),
    clearance=st.sampled_from(Tlp),
    stores=st.frozensets(st.sampled_from(StoreKind)),
)
scope_lists = st.lists(scopes, max_size=30, unique_by=lambda scope: scope.id)


@given(actors, scopes)
def test_nothing_of_a_store_that_was_not_granted_is_seen(actor: Actor, scope: Scope) -> None:
    if may_see(actor, scope):
        assert scope.store in actor.stores


@given(actors, scopes)
def test_nothing_above_the_clearance_is_seen(actor: Actor, scope: Scope) -> None:
    if may_see(actor, scope):
        assert scope.tlp <= actor.clearance


@given(actors, scopes)
def test_law_enforcement_sensitive_records_stay_with_law_enforcement(actor: Actor, scope: Scope) -> None:
    if scope.law_enforcement and not actor.law_enforcement:
        assert not may_see(actor, scope)


@given(actors, scopes)
def test_red_and_amber_strict_stay_with_their_agency(actor: Actor, scope: Scope) -> None:
    if scope.tlp >= Tlp.AMBER_STRICT and scope.agency_id != actor.agency_id:
        assert not may_see(actor, scope)


@given(actors, scopes)
def test_whoever_meets_every_condition_sees_the_record(actor: Actor, scope: Scope) -> None:
    own = scope.agency_id == actor.agency_id
    meets = (
        scope.store in actor.stores
        and scope.tlp <= actor.clearance
        and (actor.law_enforcement or not scope.law_enforcement)
        and (own or scope.tlp in {Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER})
    )
    assert may_see(actor, scope) == meets


def test_the_role_alone_opens_no_store() -> None:
    nobody = Actor(1, "admin", Role.ADMINISTRATOR, 1, True, Tlp.RED, frozenset())
    for store in StoreKind:
        assert not may_see(nobody, Scope(1, store, Tlp.CLEAR, False, 1))


@given(actors, scope_lists)
def test_the_mask_and_the_sql_clause_keep_the_same_rows(actor: Actor, given_scopes: list[Scope]) -> None:
    visible = visible_scopes(actor, given_scopes)
    table = Table("row", MetaData(), Column("scope_id", Integer, nullable=False))
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        table.create(connection)
        if given_scopes:
            connection.execute(insert(table), [{"scope_id": scope.id} for scope in given_scopes])
        by_sql = set(
            connection.scalars(select(table.c.scope_id).where(sql_filter(table.c.scope_id, visible)))
        )
    ids = np.array([scope.id for scope in given_scopes], dtype=np.int64)
    assert set(ids[mask_table(visible, size=64)[ids]].tolist()) == by_sql == visible


def test_of_nothing_visible_no_row_passes() -> None:
    assert not mask_table(frozenset(), size=8).any()


def test_a_scope_that_the_table_does_not_know_yet_is_not_let_in() -> None:
    assert mask_table(frozenset({3, 900}), size=8).tolist() == [i == 3 for i in range(8)]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", list(Permission))
def test_require_raises_exactly_where_the_role_lacks_the_permission(
    role: Role, permission: Permission
) -> None:
    actor = Actor(1, "someone", role, 1, False, Tlp.CLEAR, frozenset())
    if permission in ROLE_PERMISSIONS[role]:
        require(actor, permission)
        return
    with pytest.raises(Forbidden) as refused:
        require(actor, permission)
    assert refused.value.status == 403
    assert refused.value.hint


def test_a_viewer_can_only_look_and_every_role_can_look() -> None:
    assert ROLE_PERMISSIONS[Role.VIEWER] == {Permission.VIEW}
    assert all(Permission.VIEW in allowed for allowed in ROLE_PERMISSIONS.values())
    assert set(ROLE_PERMISSIONS) == set(Role)


def test_only_the_administrator_administers() -> None:
    assert [role for role in Role if Permission.ADMINISTER in ROLE_PERMISSIONS[role]] == [Role.ADMINISTRATOR]
