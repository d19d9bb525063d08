"""Street files and the addresses found by them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from data.access import Actor
from data.errors import Forbidden, Invalid
from data.gazetteer import addresses
from data.importers.streets import run
from data.store import Store


def _line(name: str | None, numbers: tuple[int, int, int, int], *, lat: float = 42.36) -> dict[str, Any]:
    left_from, left_to, right_from, right_to = numbers
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[-71.10, lat], [-71.09, lat]]},
        "properties": {
            "FULLNAME": name,
            "LFROMADD": left_from,
            "LTOADD": left_to,
            "RFROMADD": right_from,
            "RTOADD": right_to,
        },
    }


def _file(folder: Path, *features: dict[str, Any]) -> Path:
    path = folder / "roads.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}))
    return path


def _found(store: Store, actor: Actor, text: str) -> list[addresses.Located]:
    address = addresses.read(text)
    assert address is not None
    return addresses.locate(address, store.streets.stretches(actor, address))


def test_an_address_lies_as_far_along_its_street_as_its_number(store: Store, tmp_path: Path) -> None:
    path = _file(tmp_path, _line("Elm Street", (1, 99, 2, 100)))
    report = run(store, store.system_actor(), path, place="Cambridge")
    assert (report.read, report.added, report.quarantined, report.with_numbers) == (1, 1, 0, 1)
    (place,) = _found(store, store.system_actor(), "50 elm st, Cambridge")
    assert abs(place.at.lon - (-71.10 + 0.01 * 48 / 98)) < 1e-9
    assert place.label == "50 Elm Street, Cambridge"
    assert _found(store, store.system_actor(), "50 Elm St, Boston") == []
    assert _found(store, store.system_actor(), "101 Elm St") == []


def test_a_newer_file_takes_the_place_of_the_older_one(store: Store, tmp_path: Path) -> None:
    actor = store.system_actor()
    run(store, actor, _file(tmp_path, _line("Elm St", (1, 9, 2, 10)), _line("Oak St", (1, 9, 2, 10))))
    again = run(store, actor, _file(tmp_path, _line("Elm St", (1, 9, 2, 10)), _line("Oak St", (1, 9, 2, 10))))
    assert (again.added, again.replaced) == (2, 2)
    run(store, actor, _file(tmp_path, _line("Elm St", (1, 9, 2, 10))))
    assert len(_found(store, actor, "5 Elm St")) == 1
    assert _found(store, actor, "5 Oak St") == []


def test_lines_without_a_name_are_listed_and_the_others_taken_in(store: Store, tmp_path: Path) -> None:
    report = run(
        store, store.system_actor(), _file(tmp_path, _line(None, (0, 0, 0, 0)), _line("A St", (0, 0, 2, 8)))
    )
    assert (report.read, report.added, report.quarantined) == (2, 1, 1)
    assert report.rejects == [{"row": 1, "reason": "no_name"}]


def test_a_dry_run_writes_nothing(store: Store, tmp_path: Path) -> None:
    run(store, store.system_actor(), _file(tmp_path, _line("Elm St", (1, 9, 2, 10))), dry_run=True)
    assert _found(store, store.system_actor(), "5 Elm St") == []


def test_a_file_without_names_is_refused_with_the_way_to_say_them(store: Store, tmp_path: Path) -> None:
    feature = _line("Elm St", (1, 9, 2, 10))
    feature["properties"] = {"what": "Elm St"}
    with pytest.raises(Invalid) as refused:
        run(store, store.system_actor(), _file(tmp_path, feature))
    assert "--map name=COLUMN" in refused.value.hint
    assert run(store, store.system_actor(), _file(tmp_path, feature), told={"name": "what"}).added == 1


def test_a_viewer_imports_no_streets(store: Store, tmp_path: Path) -> None:
    from dataclasses import replace

    from data.model import Role

    viewer = replace(store.system_actor(), role=Role.VIEWER)
    with pytest.raises(Forbidden):
        run(store, viewer, _file(tmp_path, _line("Elm St", (1, 9, 2, 10))))


def test_the_streets_of_cambridge_hold_its_addresses(store: Store, shared_data: Path) -> None:
    report = run(
        store,
        store.system_actor(),
        shared_data / "5_roads/cambridge_TRANS_Centerlines.geojson",
        place="Cambridge",
    )
    assert (report.read, report.added, report.with_numbers) == (2_643, 2_640, 2_637)
    (place,) = _found(store, store.system_actor(), "77 Massachusetts Ave, Cambridge")
    assert abs(place.at.lon + 71.0937) < 0.0005
    assert abs(place.at.lat - 42.3593) < 0.0005
