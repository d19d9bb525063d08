"""What holds for every page and every layer there is, whatever the store holds and whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from sqlalchemy import func, select, update

from dashboard.cli import bench_store
from dashboard.pages import PAGES, Page
from data.access import Actor
from data.model import Role, StoreKind, Tlp
from data.query import Query
from data.store import tables
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


MANY = 50_000
_KEPT_FROM_OFFICERS = (StoreKind.SAR, Tlp.AMBER_STRICT)


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """Fifty thousand incidents and sites, named by whoever means harm, one in fifty not for an officer."""
    made = Inside.over(Path(tmp_path_factory.mktemp("crowded")))
    store = made.world.store
    bench_store.fill(store, rows=MANY, sites=MANY)
    hidden = store.scopes.intern(*_KEPT_FROM_OFFICERS, law_enforcement=True)
    names = [text.encode("utf-8", "replace").decode().replace("\x00", " ") for text in HOSTILE]
    with store.transaction() as connection:
        for number, text in enumerate(names):
            for table, words in ((tables.incident, "title"), (tables.site, "name")):
                mine = table.c.seq % len(names) == number
                connection.execute(update(table).where(mine).values({words: text}))
        marked = {"scope_id": hidden, "name": "Suspicious place"}
        connection.execute(update(tables.site).where(tables.site.c.seq % 50 == 0).values(marked))
        secret = update(tables.incident).where(tables.incident.c.scope_id == hidden)
        connection.execute(secret.values(title="Suspicious thing"))
        store.changes.note(connection, "incident", 1, MANY)
        store.changes.note(connection, "site", 1, MANY)
    made.mirror.refresh()
    yield made
    made.close()


def _open_to_officers(inside: Inside, layer: MapLayer) -> int:
    """Return how many placed records of a layer are not hidden, as the table itself says."""
    table = tables.site if layer.name == "sites" else tables.incident
    hidden = inside.world.store.scopes.intern(*_KEPT_FROM_OFFICERS, law_enforcement=True)
    counted = select(func.count()).where(table.c.cell.is_not(None), table.c.scope_id != hidden)
    with inside.world.store.reading() as connection:
        return int(connection.execute(counted).scalar_one())


@pytest.mark.parametrize("layer", LAYERS.values(), ids=lambda layer: layer.name)
def test_every_layer_answers_for_fifty_thousand_with_all_that_is_open_and_no_more(
    crowded: Inside, layer: MapLayer
) -> None:
    client = crowded.client(_actor(crowded, Role.WATCH_OFFICER).user_id)
    source = layer.source(Query.parse(""), token="0")
    answer = client.get(source.replace("{z}/{x}/{y}", "0/0/0"))
    assert answer.status_code == 200, answer.text[:300]
    assert b"Suspicious" not in answer.content
    visible = _open_to_officers(crowded, layer)
    assert 0 < visible < MANY
    if layer.kind == "geojson":
        found = answer.json()
        assert found["features"]
        assert 0 < found["reports"] <= visible
        return
    decoded = mapbox_vector_tile.decode(answer.content).values()
    features = [feature for part in decoded for feature in part["features"]]
    assert sum(feature["properties"].get("n", 1) for feature in features) == visible
    # What reaches the browser does not grow with the store: a street has its own, a city its counts.
    for address in ("7/38/47", "12/1239/1514"):
        near = client.get(source.replace("{z}/{x}/{y}", address))
        assert near.status_code in {200, 204}
        assert b"Suspicious" not in near.content
        assert len(near.content) < 500_000
