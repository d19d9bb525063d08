"""Hotspots over HTTP: what the screen gets, what is refused, what leaves."""

from __future__ import annotations

import asyncio
import csv
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import orjson
import pytest
from shapely.geometry import box

from dashboard.at_work import Work
from dashboard.web.told import lines_of
from data.clock import FixedClock
from data.errors import Conflict
from data.model import LocatedBy, LonLat, Role, StoreKind, Tlp
from data.settings import Settings
from data.store import open_store
from tests.support.records import NOON
from tests.support.served import Served, served

CELLS, RANKED = "/api/v1/hotspots", "/api/v1/hotspots/ranked"
KINDS = ("density", "gi_star", "trend", "difference", "excess")
HERE = "kind=gi_star&cell_m=2000&bbox=-71.95,42.15,-71.45,42.55"
WINDOW = "from=2026-10-20T00:00Z&to=2026-11-02T00:00Z"


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A town with reports all over, many of them in one corner, and some on a default point."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), database_url="")
    with served(open_store(settings, clock=FixedClock(NOON))) as site:
        random = np.random.default_rng(3)
        even = random.uniform((-71.9, 42.2), (-71.5, 42.5), (90, 2)).tolist()
        crowd = random.normal((-71.8, 42.27), 0.004, (70, 2)).tolist()
        for n, at in enumerate(even + crowd):
            site.world.incident(place=LonLat(*at), occurred=NOON - timedelta(hours=n % 230))
        for _ in range(12):
            site.world.incident(located_by=LocatedBy.DEFAULT_POINT)
        site.refresh()
        yield site
    site.services.store.close()


@pytest.fixture(scope="module")
def scattered(crowded: Served) -> Served:
    """The same with a report at either end of the Earth."""
    crowded.world.incident(place=LonLat(180.0, -89.9))
    crowded.world.incident(place=LonLat(-180.0, 84.9))
    crowded.refresh()
    return crowded


def _get(site: Served, url: str) -> Any:
    answer = site.officer.get(url)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_what_was_counted_left_out_and_tested(crowded: Served, kind: str) -> None:
    found = _get(crowded, f"{CELLS}?kind={kind}&{WINDOW}")
    assert found["type"] == "FeatureCollection"
    assert found["kind"] == kind
    assert found["reports"] == 160
    assert found["default_points_left_out"] == 12
    assert found["duplicates_left_out"] == 0
    assert found["tested"] is (kind != "density")
    assert set(found["cells"]) == {"all", "valid", "masked_water", "masked_outside"}
    assert (found["tests"] > 0) is (kind != "density")
    assert found["note"]
    assert "12 reports on default points" in found["method"]["text"]
    assert {"label", "text"} == set(found["method"]["lines"][0])
    wanted = {
        "density": {"count", "per_km2", "smoothed"},
        "gi_star": {
            "count",
            "expected",
            "z",
            "around",
            "around_expected",
            "p",
            "q",
            "claim",
            "robust",
            "edge",
        },
        "trend": {"count", "trend", "z", "claim", "edge"},
        "difference": {"count", "before", "ratio", "low", "high", "q", "claim", "sign", "edge"},
        "excess": {"count", "expected", "ratio", "low", "high", "q", "claim", "robust", "own", "edge"},
    }[kind]
    assert found["features"]
    for cell in found["features"]:
        assert wanted <= set(cell["properties"])
        assert cell["id"].count("-") >= 2


def test_default_points_come_in_when_they_are_asked_for(crowded: Served) -> None:
    found = _get(crowded, f"{CELLS}?kind=gi_star&default_points=1")
    assert (found["reports"], found["default_points_left_out"]) == (172, 0)


def test_the_list_names_the_crowd_and_its_shape_filters_to_it(crowded: Served) -> None:
    found = _get(crowded, f"{RANKED}?{WINDOW}")
    first = found["items"][0]
    assert "Worcester" in first["place"]
    assert first["count"] >= 60
    assert first["low"] > 1
    inside = _get(crowded, f"/api/v1/summary?{WINDOW}&shape={first['shape']}")
    assert inside["total"] - inside["default_points"] == first["count"]
    assert found["total"] == len(found["items"])
    assert found["method"]["text"].startswith("How sure are these hotspots?\nMethod: Getis-Ord Gi*")
    nothing = _get(crowded, f"{RANKED}?q=zzzzzz")
    assert (nothing["items"], nothing["total"]) == ([], 0)
    assert "Getis-Ord Gi*" in nothing["method"]["text"]


def test_half_and_double_the_size_that_was_chosen_can_be_asked_for(crowded: Served) -> None:
    chosen = _get(crowded, f"{CELLS}?kind=gi_star")["cell_m"]
    for factor in (0.5, 2):
        assert _get(crowded, f"{CELLS}?kind=gi_star&cell_m={chosen * factor}")["cell_m"] == chosen * factor


def test_an_area_masks_what_is_outside_and_must_be_one_that_the_actor_sees(crowded: Served) -> None:
    world = crowded.world
    square = box(-71.85, 42.22, -71.7, 42.35)
    area = world.area(name="Downtown", geometry=square)
    secret = world.area(name="Secret", geometry=square, scope_id=world.scope(StoreKind.OPEN, Tlp.RED))
    crowded.refresh()
    found = _get(crowded, f"{CELLS}?kind=gi_star&area={area.id}&cell_m=500&bbox=-71.95,42.1,-71.4,42.6")
    assert found["reports"] < 160
    edge = 0.02
    for cell in found["features"]:
        (west, south), _, (east, north), *_ = cell["geometry"]["coordinates"][0]
        assert west > -71.85 - edge
        assert east < -71.7 + edge
        assert south > 42.22 - edge
        assert north < 42.35 + edge
    for path in (CELLS, RANKED):
        assert crowded.officer.get(f"{path}?area={secret.id}").status_code == 404


def test_what_leaves_carries_its_marking_and_its_method_and_is_logged(crowded: Served) -> None:
    asked = f"kind=gi_star&{WINDOW}"
    shown = _get(crowded, f"{CELLS}?{asked}")
    sheet = crowded.officer.get(f"/api/v1/export/hotspots.csv?{asked}")
    assert sheet.status_code == 200, sheet.text
    assert "TLP-GREEN.csv" in sheet.headers["content-disposition"]
    lines = sheet.text.removeprefix("\ufeff").splitlines()
    method = shown["method"]["text"].splitlines()
    assert lines[: len(method) + 1] == ["# TLP:GREEN", *(f"# {line}" for line in method)]
    table = list(csv.DictReader(lines[len(method) + 1 :]))
    assert [row["id"] for row in table] == [cell["id"] for cell in shown["features"]]
    assert [row["claim"] for row in table] == [
        str(int(cell["properties"]["claim"])) for cell in shown["features"]
    ]
    made = _get(crowded, f"/api/v1/export/hotspots.geojson?{asked}")
    assert made.pop("marking") == "TLP:GREEN"
    assert made == shown
    logged = [
        entry for entry in crowded.services.store.audit.entries(limit=10) if entry["action"] == "export"
    ]
    assert ["hotspots" in str(entry) for entry in logged] == [True, True]
    assert crowded.officer.get("/api/v1/export/hotspots.exe").status_code in (400, 404)
    assert crowded.client().get("/api/v1/export/hotspots.csv").status_code == 401


def test_nobody_else_and_no_stranger_gets_more(crowded: Served) -> None:
    assert crowded.client().get(CELLS).status_code == 401
    assert crowded.client().get(RANKED).status_code == 401
    hidden = crowded.world.scope(StoreKind.SAR, Tlp.RED, agency_id=1)
    before = [crowded.officer.get(f"{path}?{WINDOW}").content for path in (CELLS, RANKED)]
    crowded.world.incident(scope_id=hidden, place=LonLat(-71.8, 42.27))
    crowded.world.site(name="Secret hospital", scope_id=hidden, place=LonLat(-71.8, 42.27))
    crowded.refresh()
    assert [crowded.officer.get(f"{path}?{WINDOW}").content for path in (CELLS, RANKED)] == before


def test_a_viewer_sees_hotspots_too(crowded: Served) -> None:
    assert crowded.as_role(Role.VIEWER).get(RANKED).status_code == 200


HOSTILE = (
    "bbox=1,2,3", "bbox=3,3,1,1", "bbox=170,0,-170,1", "bbox=nan,0,1,1", "bbox=inf,0,1,1",
    "bbox=0,0,1,1|c:0,0,5",
    "bbox=" + "9," * 90, "cell_m=0", "cell_m=-5", "cell_m=nan", "cell_m=inf", "cell_m=1e-300", "cell_m=1e300",
    "cell_m=x", "kind=warmth", "kind=", "against=never", "duplicates=maybe", "limit=0", "limit=1e9",
    "kind=difference", "kind=difference&not=time&last=1d", "kind=difference&to=2026-01-01T00:00Z",
    "kind=difference&from=0001-01-02T00:00Z&to=2026-01-01T00:00Z", "kind=trend&last=1m",
    "area=00000000-0000-0000-0000-000000000000", "shape=p:0,0;0,0;0,0", "near=energy:-5", "type=no.such",
)  # fmt: skip


@pytest.mark.parametrize("asked", HOSTILE)
def test_what_cannot_be_answered_is_refused_with_a_hint(crowded: Served, asked: str) -> None:
    for path in (CELLS, RANKED):
        answer = crowded.officer.get(f"{path}?{asked}")
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert {"message", "hint"} <= set(answer.json())
    assert crowded.officer.get(f"{CELLS}?{asked}").status_code in (200, 400, 404)


STRANGE = (
    "bbox=-180,-90,180,90", "bbox=-180,-90,180,90&cell_m=25", "bbox=-71.8,42.27,-71.79,42.28&cell_m=200000",
    "bbox=0,0,1,1", "bbox=-180,85,180,90", "shape=c:-71.8,42.27,20100000", "shape=r:179,-90,-179,90",
    "shape=p:-180,-85;180,-85;180,85;-180,85&not=shape", "near=*:200000", "near=*:1&not=near",
    "last=3660d", "last=1m", "from=9999-01-01T00:00Z", "since=1", "severity=1,2,3&not=severity",
    "q=%F0%9F%92%A5",
)  # fmt: skip


@pytest.mark.parametrize("asked", STRANGE)
def test_strange_questions_have_answers(scattered: Served, asked: str) -> None:
    for url in (*(f"{CELLS}?kind={kind}&{asked}" for kind in KINDS), f"{RANKED}?{asked}"):
        answer = scattered.officer.get(url)
        assert answer.status_code in (200, 400), (url, answer.text[:300])
        # What compares times needs a period, a trend needs steps, and there are limits to what is drawn.
        if not any(word in url for word in ("difference", "excess", "trend", "cell_m=25")):
            assert answer.status_code == 200, (url, answer.text[:300])


def test_a_map_is_adjusted_for_the_people_of_areas_that_came_with_their_number(crowded: Served) -> None:
    world = crowded.world
    scope = world.scope(StoreKind.OPEN, Tlp.CLEAR)
    towns = world.source("towns", kind="areas", scope_id=scope)
    secret = world.source("secret", kind="areas", scope_id=world.scope(StoreKind.OPEN, Tlp.RED))
    # Nearly everybody lives in the corner in which the crowd of reports is.
    for number, (ground, people) in enumerate(
        [(box(-71.85, 42.22, -71.75, 42.32), "900000"), (box(-71.75, 42.2, -71.5, 42.5), "9000")]
    ):
        for source, at in ((towns, scope), (secret, world.scope(StoreKind.OPEN, Tlp.RED))):
            world.area(
                name=f"Town {number}",
                geometry=ground,
                source_id=source,
                scope_id=at,
                extra={"POP20": people, "sum_acres": "7"},
            )
    crowded.refresh()
    offered = _get(crowded, "/api/v1/hotspots/exposures")["items"]
    assert [(one["id"], one["areas"], one["total"]) for one in offered] == [(f"{towns}.POP20", 2, 909_000)]
    plain, adjusted = (
        _get(crowded, f"{RANKED}?{WINDOW}&{HERE}{more}") for more in ("", f"&exposure={towns}.POP20")
    )
    corner = [one for one in plain["items"] if one["lon"] < -71.75]
    assert corner
    assert not [one for one in adjusted["items"] if one["lon"] < -71.75]
    cells = _get(crowded, f"{CELLS}?{WINDOW}&{HERE}&exposure={towns}.POP20")
    assert "Adjusted for population (POP20 of" in cells["note"]
    assert "Not adjusted" not in cells["method"]["text"]
    assert "909,000 in 2 areas" in adjusted["method"]["text"]
    counted = sum(one["properties"]["expected"] for one in cells["features"])
    assert counted == pytest.approx(cells["reports"], rel=0.35)  # cells without reports are not drawn
    for unknown in (f"{secret}.POP20", f"{towns}.sum_acres", "0.x"):
        assert crowded.officer.get(f"{CELLS}?{WINDOW}&kind=gi_star&exposure={unknown}").status_code == 400


@pytest.mark.parametrize("what", ["near-sites", "near-repeat", "scan"])
def test_an_analysis_is_a_table_with_its_method(crowded: Served, what: str) -> None:
    found = _get(crowded, f"/api/v1/hotspots/analysis/{what}?metres=1000&hours=24")
    assert all(len(row) == len(found["columns"]) for row in found["rows"])
    assert all(0 <= row[-1] <= 1 for row in found["rows"])
    assert found["method"]["lines"][0]["label"] == "Method"
    assert "on default points" in found["method"]["text"]
    assert crowded.officer.get(f"/api/v1/hotspots/analysis/{what}?metres=-1").status_code == 400
    assert crowded.client().get(f"/api/v1/hotspots/analysis/{what}").status_code == 401


def test_an_analysis_says_how_far_it_is_to_whoever_accepts_lines(crowded: Served) -> None:
    path = "/api/v1/hotspots/analysis/near-repeat?metres=1000&hours=24"
    told = crowded.officer.get(path, headers={"Accept": "application/x-ndjson"})
    lines = [orjson.loads(line) for line in told.text.splitlines()]
    assert lines[-1] == {"answer": _get(crowded, path)}
    assert all(0 <= line["done"] <= 1 for line in lines[:-1])


def test_work_that_nobody_waits_for_any_more_ends_at_its_next_step() -> None:
    at_step, leave, ended = threading.Event(), threading.Event(), threading.Event()

    def draws(work: Work) -> dict[str, Any]:
        try:
            work.at("0.10")
            at_step.set()
            leave.wait(20)
            work.at("0.20")
            raise AssertionError("nobody waited, and it went on")
        except Conflict:
            ended.set()
            raise

    async def hang_up() -> bytes:
        lines = lines_of(draws)
        first = await anext(lines)
        await lines.aclose()
        leave.set()
        return first

    assert orjson.loads(asyncio.run(hang_up())) == {"done": 0.1}
    assert ended.wait(20)
