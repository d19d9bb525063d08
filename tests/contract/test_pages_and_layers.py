"""What holds for every page and every layer there is, whatever the store holds and whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.pages import PAGES, Page
from data.access import Actor
from data.model import Role, StoreKind, Tlp
from data.query import Query
from layers.base import MapLayer
from layers.registry import LAYERS
from tests.support.inside import Inside
from tests.support.records import BOSTON, HOSTILE


def _filled(inside: Inside) -> Inside:
    world = inside.world
    for text in HOSTILE:
        world.incident(title=text, narrative=text, address=text, place=BOSTON)
        world.site(name=text, address=text)
        world.area(name=text)
    for n in range(3):
        world.incident(title=f"Suspicious {n}", scope_id=world.scope(StoreKind.SAR, Tlp.AMBER))
    inside.mirror.refresh()
    return inside


@pytest.fixture(scope="module", params=["empty", "hostile"])
def inside(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    made = Inside.over(Path(tmp_path_factory.mktemp("home")))
    yield _filled(made) if request.param == "hostile" else made
    made.close()


def _actor(inside: Inside, role: Role) -> Actor:
    name = f"contract-{role.value}"
    known = {user.name: user.id for user in inside.world.store.users.all(inside.world.system)}
    user_id = known.get(name) or inside.world.user(name, role=role)
    return inside.world.store.users.actor(inside.world.store.users.open_session(user_id))


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_every_page_can_be_laid_out_for_whoever_may_open_it(inside: Inside, page: Page, role: Role) -> None:
    actor = _actor(inside, role)
    services = inside.app.state.services
    if not actor.may(page.permission):
        return
    layout: Any = page.layout(actor, services)
    json = layout.to_plotly_json()
    assert json["type"]
    assert "Suspicious 0" not in str(layout)


def test_the_pages_have_addresses_words_and_keys_of_their_own() -> None:
    for name in ("path", "label", "key"):
        values = [getattr(page, name) for page in PAGES if getattr(page, name)]
        assert len(values) == len(set(values)), name


@pytest.mark.parametrize("layer", LAYERS.values(), ids=lambda layer: layer.name)
def test_every_layer_answers_and_explains_itself(inside: Inside, layer: MapLayer) -> None:
    client = inside.client(_actor(inside, Role.WATCH_OFFICER).user_id)
    address = layer.source(Query.parse(""), token="0").replace("{z}/{x}/{y}", "12/1239/1514")
    answer = client.get(address)
    assert answer.status_code in {200, 204}, answer.text[:300]  # 204: a tile with nothing in it
    assert b"Suspicious" not in answer.content
    assert layer.title
    assert layer.legend
    stranger = inside.client().get(address)
    assert stranger.status_code == 401


@pytest.mark.parametrize(
    "layer", [one for one in LAYERS.values() if one.filtered], ids=lambda layer: layer.name
)
@pytest.mark.parametrize("bad", ["severity=9", "type=' OR 1=1--", "shape=p:1", "last=-3", "nonsense=1"])
def test_a_layer_refuses_a_filter_that_is_none(inside: Inside, layer: MapLayer, bad: str) -> None:
    client = inside.client(_actor(inside, Role.WATCH_OFFICER).user_id)
    address = layer.source(Query.parse(""), token="0").replace("{z}/{x}/{y}", "0/0/0")
    answer = client.get(f"{address}&{bad}")
    assert answer.status_code == 400
    assert answer.json()["message"]
