"""The one door: who may be given what, that nothing else is in any file, and that a file proves itself."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from dashboard.cli import main
from data.errors import Conflict, Forbidden, Invalid
from data.manifest import SUFFIX, Signer, check
from data.mirror import Mirror
from data.model import LonLat, Role, Scope, StoreKind, Tlp
from data.release import NewRecipient, Recipient, RecipientKind, Withheld, why_not
from data.store import Store
from layers.export.forms import Form
from layers.release import Ask, Released, release
from tests.support.places import ARTEFACTS
from tests.support.records import BOSTON, HOSTILE, NOON, World

HOME, OTHER, THIRD = 1, 2, 3
scopes = st.builds(
    Scope,
    id=st.just(1),
    store=st.sampled_from(StoreKind),
    tlp=st.sampled_from(Tlp),
    law_enforcement=st.booleans(),
    agency_id=st.sampled_from([HOME, OTHER, THIRD]),
)
agreements = st.builds(
    NewRecipient,
    key=st.just("partner"),
    name=st.just("Partner"),
    kind=st.sampled_from(RecipientKind),
    agency_id=st.sampled_from([None, OTHER]),
    clearance=st.sampled_from(Tlp),
    law_enforcement=st.booleans(),
    stores=st.frozensets(st.sampled_from(StoreKind)),
    granted_by=st.frozensets(st.sampled_from([THIRD])),
)


@given(scopes, agreements)
def test_what_leaves_was_agreed_in_every_respect(scope: Scope, partner: NewRecipient) -> None:
    if why_not(HOME, partner, scope) is not None:
        return
    assert scope.store in partner.stores - {StoreKind.INTEL}
    assert scope.tlp <= partner.clearance
    assert partner.law_enforcement or not scope.law_enforcement
    assert scope.tlp < Tlp.AMBER_STRICT or scope.agency_id == partner.agency_id
    assert scope.tlp == Tlp.CLEAR or scope.agency_id in {HOME, partner.agency_id, *partner.granted_by}


def test_a_third_agencys_record_waits_for_its_yes() -> None:
    asked = NewRecipient(key="p", name="P", clearance=Tlp.AMBER, stores=frozenset({StoreKind.INCIDENT}))
    theirs = Scope(1, StoreKind.INCIDENT, Tlp.GREEN, law_enforcement=False, agency_id=THIRD)
    assert why_not(HOME, asked, theirs) is Withheld.THIRD_AGENCY
    granted = NewRecipient(
        key="p", name="P", clearance=Tlp.AMBER, stores=asked.stores, granted_by=frozenset({THIRD})
    )
    assert why_not(HOME, granted, theirs) is None


def _partner(store: Store, **more: object) -> Recipient:
    agreed = {"clearance": Tlp.GREEN, "stores": frozenset({StoreKind.INCIDENT, StoreKind.OPEN})} | more
    return store.recipients.put(
        store.system_actor(),
        NewRecipient(key="partner", name="Partner EOC", **agreed),  # type: ignore[arg-type]
    )


def _given(store: Store, folder: Path, form: Form, **more: object) -> Released:
    ask = Ask(
        actor=store.system_actor(),
        kind="incident",
        filter="",
        recipient=_partner(store, **more),
        purpose="mutual aid",
        form=form,
    )
    return release(store, Mirror(store), ask, folder / f"out.{form.value}")


def _everything_in(path: Path) -> bytes:
    """Return the bytes of a file, of what is packed in it, and of every value of a database."""
    found = [path.read_bytes()]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            found += [packed.read(name) for name in packed.namelist()]
    if path.suffix == ".parquet":
        found.append(gpd.read_parquet(path).to_json(default=str).encode())
    if path.suffix == ".gpkg":
        with sqlite3.connect(path) as base:
            found += ["\n".join(base.iterdump()).encode()]
    return b"\n".join(found)


@pytest.mark.parametrize("form", list(Form))
def test_a_file_holds_what_may_leave_says_its_marking_and_runs_nothing(
    sqlite_world: World, tmp_path: Path, form: Form
) -> None:
    for text in HOSTILE:
        sqlite_world.incident(title=text, narrative=text)
    sqlite_world.incident(title="above the agreement", scope_id=sqlite_world.scope(tlp=Tlp.AMBER))
    done = _given(sqlite_world.store, tmp_path, form)
    assert done.judged.total == len(HOSTILE)
    assert done.judged.withheld == {Withheld.MARKING: 1}
    held = _everything_in(done.file)
    assert b"TLP:GREEN" in held
    assert b"above the agreement" not in held
    if form is Form.XLSX:
        book = openpyxl.load_workbook(done.file)
        assert {cell.data_type for row in book["incidents"].iter_rows() for cell in row} <= {
            "inlineStr",
            "s",
            "n",
        }
        assert "=1+1" in {cell.value for cell in book["incidents"]["G"]}
    elif form is Form.CSV:
        rows = list(csv.DictReader(io.StringIO(done.file.read_text("utf-8-sig"))))
        assert not [row for row in rows if row["title"].startswith(("=", "@"))]
    elif form is Form.KML:
        assert b"<img" not in held
        assert b"&lt;img" in held
        assert len(gpd.read_file(done.file)) == len(HOSTILE)
    elif form is Form.GEOJSON:
        titles = {one["properties"]["title"] for one in json.loads(done.file.read_bytes())["features"]}
        assert titles == set(HOSTILE)
    else:
        read = gpd.read_parquet if form is Form.PARQUET else gpd.read_file
        assert set(read(done.file)["title"]) == set(HOSTILE)


@pytest.mark.slow
def test_a_workbook_opens_in_libreoffice_marked_and_is_looked_at(sqlite_world: World, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed: apt-get install --no-install-recommends libreoffice-calc")
    for text in ("Gas leak in Revere", '=HYPERLINK("http://x.example")', "=1+1"):
        sqlite_world.incident(title=text)
    file = _given(sqlite_world.store, tmp_path, Form.XLSX).file
    home = f"-env:UserInstallation=file://{tmp_path / 'home'}"
    ARTEFACTS.mkdir(exist_ok=True)
    for form, folder in (("csv", tmp_path), ("png", ARTEFACTS)):
        command = [office, home, "--headless", "--convert-to", form, "--outdir", str(folder), str(file)]
        subprocess.run(command, check=True, timeout=240, capture_output=True)
    shown = (tmp_path / file.with_suffix(".csv").name).read_text()
    assert "TLP:GREEN" in shown
    picture = ARTEFACTS / file.with_suffix(".png").name
    assert picture.stat().st_size > 5_000
    picture.replace(ARTEFACTS / "workbook.png")


def test_the_public_gets_a_place_to_a_kilometre_and_no_words_of_people(
    sqlite_world: World, tmp_path: Path
) -> None:
    clear = sqlite_world.scope(tlp=Tlp.CLEAR)
    for n in range(30):
        place = LonLat(BOSTON.lon + n * 1e-4, BOSTON.lat + n * 1e-4)
        sqlite_world.incident(title=f"Jane Roe {n}", narrative="at home", place=place, scope_id=clear)
    public = {"kind": RecipientKind.PUBLIC, "clearance": Tlp.CLEAR}
    left = _given(sqlite_world.store, tmp_path, Form.GEOJSON, **public)
    body = json.loads(left.file.read_bytes())
    assert b"Jane Roe" not in left.file.read_bytes()
    places = {tuple(one["geometry"]["coordinates"]) for one in body["features"]}
    assert len(places) <= 2
    assert {one["properties"]["accuracy_m"] for one in body["features"]} == {1000.0}


def test_a_file_proves_itself_and_a_change_anywhere_is_seen(sqlite_world: World, tmp_path: Path) -> None:
    sqlite_world.incident()
    done = _given(sqlite_world.store, tmp_path, Form.CSV)
    public = Signer(sqlite_world.store.settings.home / "keys" / "release.key").public_key
    assert check(done.file, done.manifest, public_key=public).problem == ""
    stranger = Signer(tmp_path / "stranger.key").public_key
    assert "another key" in check(done.file, done.manifest, public_key=stranger).problem
    said = json.loads(done.manifest.read_text())
    done.manifest.write_text(json.dumps(said | {"recipient": "Somebody else"}))
    assert "signature" in check(done.file, done.manifest).problem
    done.manifest.write_text(json.dumps(said))
    done.file.write_bytes(done.file.read_bytes() + b"\n")
    assert "file is not the one" in check(done.file, done.manifest).problem


def test_nothing_is_written_when_nothing_may_leave_or_the_agreement_is_over(
    sqlite_world: World, tmp_path: Path
) -> None:
    sqlite_world.incident(scope_id=sqlite_world.scope(tlp=Tlp.RED))
    with pytest.raises(Invalid, match="Nothing is left"):
        _given(sqlite_world.store, tmp_path, Form.GPKG)
    with pytest.raises(Forbidden, match="ended"):
        _given(sqlite_world.store, tmp_path, Form.GPKG, until=NOON - timedelta(days=1))
    assert list(tmp_path.glob("**/out*")) == []
    assert sqlite_world.store.releases.log(sqlite_world.system) == []


def test_the_log_says_who_got_what_and_a_recall_is_made_once(world: World, tmp_path: Path) -> None:
    incident = world.incident()
    done = _given(world.store, tmp_path, Form.CSV)
    releases, system = world.store.releases, world.system
    assert [one.id for one in releases.log(system, words="mutual", to="partner")] == [done.release.id]
    assert releases.log(system, words="no such purpose") == []
    assert [one.id for one in releases.of_record(system, "incident", incident.seq)] == [done.release.id]
    assert releases.recall(system, done.release.id, reason="wrong place").recalled == NOON
    with pytest.raises(Conflict):
        releases.recall(system, done.release.id, reason="again")
    actions = [entry["action"] for entry in world.store.audit.entries()]
    assert {"release", "recall"} <= set(actions)


def test_the_command_line_exports_verifies_and_calls_back(
    sqlite_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_world.incident(title="Bridge out")
    sqlite_world.incident(scope_id=sqlite_world.scope(tlp=Tlp.RED))
    _partner(sqlite_world.store)
    monkeypatch.setenv("WATCHFLOOR_HOME", str(sqlite_world.store.settings.home))
    out = tmp_path / "incidents.gpkg"

    def run(*words: str, code: int = 0) -> dict[str, object]:
        result = CliRunner().invoke(main, [*words, "--json"])
        assert result.exit_code == code, result.output
        answer: dict[str, object] = json.loads(result.output)
        return answer

    seen = run("release", "preview", "incidents", "--to", "partner")
    assert (seen["records"], seen["withheld"]) == (1, {"originator_only": 1})
    to = ("--to", "partner", "--purpose", "drill", "--out", str(out))
    made = run("export", "incidents", "--format", "gpkg", *to, code=1)
    assert Path(str(made["manifest"])).name == out.name + SUFFIX
    key = str(run("release", "key")["public_key"])
    assert run("release", "verify", str(out), "--key", key)["valid"] is True
    run("release", "recall", str(made["release"]), "--reason", "one place is wrong")
    assert "one place is wrong" in str(run("release", "verify", str(out), code=2)["problem"])
    assert CliRunner().invoke(main, ["export", "sites", "--to", "nobody", *to[2:]]).exit_code == 2


def test_the_command_line_sends_holds_approves_and_writes_for_auditors(
    sqlite_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_world.incident(title="Bridge out")
    sqlite_world.user("captain", role=Role.SUPERVISOR)
    monkeypatch.setenv("WATCHFLOOR_HOME", str(sqlite_world.store.settings.home))
    out = tmp_path / "incidents.geojson"

    def run(*words: str, code: int = 0) -> dict[str, object]:
        result = CliRunner().invoke(main, ["release", *words, "--json"])
        assert result.exit_code == code, result.output
        answer: dict[str, object] = json.loads(result.output)
        return answer

    agreed = ("--clearance", "green", "--store", "incident", "--approval", "green")
    run("recipient", "eoc", *agreed, "--mail", "eoc@example.org")
    ask = ("--to", "eoc", "--format", "geojson", "--purpose", "drill", "--out", str(out))
    held = run("send", "incidents", *ask)
    number = str(held["id"])
    assert (held["state"], out.exists()) == ("held", False)
    run("send", number, "--out", str(out))
    assert not out.exists()
    assert run("approve", number, "--by", "captain")["decided_by"] == "captain"
    run("send", number, "--out", str(out))
    assert run("verify", str(out))["valid"] is True
    run("correct", number, "--note", "It is the other bridge.")
    assert CliRunner().invoke(main, ["release", "refuse", number, "--by", "captain"]).exit_code == 2
    log = tmp_path / "log.json"
    assert run("auditors", "--format", "json", "--out", str(log))["releases"] == 1
    assert json.loads(log.read_text())["items"][0]["notices"][0]["text"] == "It is the other bridge."
    run("auditors", "--out", str(tmp_path / "log.csv"))
    assert "captain" in (tmp_path / "log.csv").read_text("utf-8-sig")
