"""The Import page without a browser: drafts, jobs, reports and the quarantine's list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.pages.imports import draft as drafts
from dashboard.pages.imports import report_view, view
from dashboard.pages.imports.callbacks import answered, profile_choices
from dashboard.pages.imports.desk import Desk, unpanicked
from dashboard.pages.imports.draft import Draft, Form
from dashboard.pages.imports.jobs import Job
from dashboard.pages.imports.words import FIELD_LABELS, ORDER_LABELS
from data.access import Actor
from data.errors import Conflict, Invalid, UnreadableFile
from data.importers.base import Sheet
from data.importers.mapping import DATE_ORDERS, FIELDS
from data.importers.sample import SAMPLE_ROWS, sampled
from data.model import Tlp
from data.store import Store
from data.store.batches import Batches
from tests.support.import_page import desk_over, ended, sent, text_of
from tests.support.imports import row
from tests.support.records import World

SOON = {"date": "soon"}


@pytest.fixture
def desk(sqlite_store: Store) -> Desk:
    """Return the desk of a page over an empty store."""
    return desk_over(sqlite_store)


@pytest.fixture
def actor(sqlite_world: World) -> Actor:
    """Return an analyst who sees every store."""
    return sqlite_world.analyst()


# ── drafts ───────────────────────────────────────────────────────────────────────────────────────────


def test_every_field_and_date_order_has_a_word() -> None:
    assert {name for names in FIELDS.values() for name in names} == set(FIELD_LABELS)
    assert set(DATE_ORDERS) == set(ORDER_LABELS)


def test_fields_left_as_detected_are_not_said_again() -> None:
    base = {"title": ["title"], "type": ["type"]}
    said = Form({"title": ["title"], "type": ["kind of"], "narrative": [], "unknown": ["x"]})
    draft = drafts.of_form("incidents", None, None, said, base=base)
    assert draft.fields == (("type", ("kind of",)),)


def test_a_field_that_was_emptied_is_said_to_have_no_column() -> None:
    draft = drafts.of_form("incidents", "", "", Form({"title": []}), base={"title": ["title"]})
    assert draft.amendment().fields == {"title": ()}


@pytest.mark.parametrize(
    "form",
    [
        Form(zone="Mars/Olympus"),
        Form(order="backwards"),
        Form(area="1,2,3"),
        Form(area="10,0,5,1"),
        Form(area="a,b,c,d"),
        Form(source="x" * 81),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_way_out(form: Form) -> None:
    with pytest.raises(Invalid) as refused:
        drafts.of_form("incidents", None, None, form, base={})
    assert refused.value.hint


@pytest.mark.parametrize("value", [None, 7, [], {}, "people", True])
def test_anything_but_a_kind_is_refused(value: Any) -> None:
    with pytest.raises(Invalid):
        drafts.kind_of(value)


def test_values_of_any_shape_make_a_draft_or_are_refused() -> None:
    for value in (None, 7, [], {}, True, "text", ["a", 1, None]):
        names = ("site_kind", "crs", "zone", "order", "area", "source", "tlp", "store", "partial")
        for name in names:
            try:
                drafts.of_form("sites", value, value, Form(**{name: value}), base={})
            except Invalid:
                continue


def test_declared_areas_are_written_as_they_are_read() -> None:
    assert drafts.box_in("-71.2, 42.2, -70.9, 42.5; 1,2,3,4") == ((-71.2, 42.2, -70.9, 42.5), (1, 2, 3, 4))
    assert drafts.box_in("") is None


def test_each_answer_goes_to_the_control_it_is_about() -> None:
    assert answered("incidents", "occurred", "when:dmy")[1] == "dmy"
    assert answered("incidents", "occurred", "when") == (view.ids.import_field("occurred"), ["when"])
    assert answered("sites", "kind", "hospital") == (view.ids.IMPORT_SITE_KIND, "hospital")
    assert answered("areas", "layer", "towns")[0] == view.ids.IMPORT_LAYER
    with pytest.raises(Invalid):
        answered("areas", "__class__", "x")


# ── from file to report ──────────────────────────────────────────────────────────────────────────────


def test_a_preview_says_what_the_file_would_become_and_writes_nothing(desk: Desk, actor: Actor) -> None:
    upload = sent(desk, actor, [row(n) for n in range(1, 30)] + [row(30, **SOON)])
    preview = desk.preview(actor, upload, Draft("incidents"))
    assert preview.rows == 30
    assert sum(preview.reasons.values()) == 1
    assert Batches(desk.services.store).all(actor) == []
    points = json.loads((upload.folder / "points.json").read_bytes())
    assert len(points["features"]) == 29
    assert "30 rows" in text_of(view.found(upload, preview))
    assert "1 row" in text_of(view.result(upload, preview))


def test_a_file_is_read_once_however_often_its_mapping_changes(desk: Desk, actor: Actor) -> None:
    upload = sent(desk, actor, [row(n) for n in range(1, 30)])
    desk.preview(actor, upload, Draft("incidents"))
    upload.path.unlink()
    seen = desk.preview(actor, upload, Draft("incidents", fields=(("title", ("description",)),)))
    assert seen.mapping.fields["title"] == ("description",)
    assert (seen.rows, len(seen.points)) == (29, 29)


def test_another_worker_goes_on_with_a_file_without_reading_it_again(desk: Desk, actor: Actor) -> None:
    feature = (
        '{"type":"Feature","properties":{"title":"Fire %d","date":"2026-01-0%d"},'
        '"geometry":{"type":"Point","coordinates":[-71.%d,%s]}}'
    )
    listed = ",".join(feature % (n, n, n, "42.3" if n < 9 else "NaN") for n in range(1, 10))
    with desk.shelf.receiving(actor, "fires.geojson") as path:
        path.write_text(f'{{"type":"FeatureCollection","features":[{listed}]}}')
    upload = desk.shelf.get(actor, path.parent.name)
    here = desk.preview(actor, upload, Draft("incidents"))
    there = desk_over(desk.services.store)  # as a second process has it: nothing but the shelf in common
    upload.path.rename(upload.folder / "away")
    seen = there.preview(actor, upload, Draft("incidents"))
    assert (seen.rows, dict(seen.reasons)) == (9, {"bad_geometry": 1})
    assert seen == here
    mapped = there.preview(actor, upload, Draft("incidents", fields=(("narrative", ("title",)),)))
    assert (mapped.rows, mapped.mapping.fields["narrative"]) == (9, ("title",))
    (upload.folder / "away").rename(upload.path)
    there.start(actor, upload, Draft("incidents"), dry_run=False)
    job = ended(desk, upload)
    assert job.report is not None
    assert (job.report["added"], job.report["quarantined"]) == (8, 1)
    assert not list(upload.folder.glob("*.arrow"))


def test_of_a_long_file_a_part_is_looked_at_and_the_page_says_so(desk: Desk, actor: Actor) -> None:
    rows = [row(n) for n in range(SAMPLE_ROWS + 500)]
    rows[-1] = row(0, lat="91", lon="200")  # the last row is always among those that are looked at
    upload = sent(desk, actor, rows)
    seen = desk.preview(actor, upload, Draft("incidents"))
    assert (seen.rows, seen.looked_at, dict(seen.reasons)) == (20_500, 20_000, {"outside_earth": 1})
    words = text_of(view.result(upload, seen))
    assert "20,000 of 20,500 rows were looked at" in words
    assert "19,999 rows" in words


@given(st.integers(0, 300), st.integers(2, 100))
def test_a_sample_keeps_the_first_rows_and_never_a_row_twice(height: int, most: int) -> None:
    sheet = Sheet("csv", pl.DataFrame({"n": range(height)}), np.arange(1, height + 1))
    part = sampled(sheet, most=most)
    kept = part.sheet.rows.tolist()
    assert len(set(kept)) == len(kept) == min(height, most)
    assert kept == sorted(kept)
    assert part.sheet.frame["n"].to_list() == [number - 1 for number in kept]
    assert (part.rows, part.whole) == (height, height <= most)


def test_an_import_ends_in_a_report_that_counts_every_row_once(desk: Desk, actor: Actor) -> None:
    upload = sent(desk, actor, [row(n) for n in range(1, 30)] + [row(30, **SOON)])
    desk.start(actor, upload, Draft("incidents", tlp=Tlp.GREEN, source="calls"), dry_run=False)
    job = ended(desk, upload)
    assert job.report is not None
    assert (job.report["read"], job.report["added"], job.report["quarantined"]) == (30, 29, 1)
    assert not upload.path.exists()  # nothing of a file stays once it is in the store
    words = text_of(report_view.ended(job))
    assert "30 rows of incidents read" in words
    assert "Show on the map" in words


def test_a_dry_run_writes_nothing_and_keeps_the_file(desk: Desk, actor: Actor) -> None:
    upload = sent(desk, actor, [row(1), row(2)])
    desk.start(actor, upload, Draft("incidents", source="calls"), dry_run=True)
    job = ended(desk, upload)
    assert job.report is not None
    assert job.report["added"] == 2
    assert "nothing was written" in text_of(report_view.ended(job))
    assert upload.path.is_file()
    assert Batches(desk.services.store).all(actor) == []


def test_what_only_a_person_can_decide_stops_an_import_before_it_writes(desk: Desk, actor: Actor) -> None:
    upload = sent(desk, actor, [row(n, date=f"0{n}/0{n}/2021") for n in range(1, 9)])
    preview = desk.preview(actor, upload, Draft("incidents"))
    assert preview.questions
    assert "Day, month, year" in str(view.question_box(preview.questions[0]).to_plotly_json())
    desk.start(actor, upload, Draft("incidents"), dry_run=False)
    job = ended(desk, upload)
    assert (job.state, job.report) == ("failed", None)
    answer = desk.preview(actor, upload, Draft("incidents", order="dmy"))
    assert answer.questions == []


def test_a_file_is_imported_once_at_a_time(desk: Desk, actor: Actor) -> None:
    upload = sent(desk, actor, [row(1)])
    with desk.shelf.working(upload), pytest.raises(Conflict):
        desk.start(actor, upload, Draft("incidents"), dry_run=True)


def test_a_job_whose_process_died_is_not_shown_as_running(desk: Desk, actor: Actor) -> None:
    upload = sent(desk, actor, [row(1)])
    desk.shelf.note(upload, "job", {"state": "running", "about": {}, "stage": "writing"})
    job = desk.jobs.look(upload)
    assert job is not None
    assert job.state == "failed"
    assert "stopped" in text_of(report_view.ended(job))


def test_a_saved_mapping_is_found_again_and_a_shipped_name_is_refused(desk: Desk, actor: Actor) -> None:
    upload = sent(desk, actor, [row(n, date=f"0{n}/0{n}/2021") for n in range(1, 9)])
    desk.save(actor, upload, Draft("incidents", order="dmy"), name="county-cad")
    assert desk.preview(actor, upload, Draft("incidents", profile="county-cad")).questions == []
    with pytest.raises(Conflict):
        desk.save(actor, upload, Draft("incidents"), name="boston-311")
    with pytest.raises(Conflict):
        desk.save(actor, upload, Draft("incidents"), name="none")
    for name in (None, "", "  ", "x" * 81, 7):
        with pytest.raises(Invalid):
            desk.save(actor, upload, Draft("incidents"), name=name)


def test_detecting_the_columns_is_a_choice_beside_the_profiles(desk: Desk, actor: Actor) -> None:
    choices = {one["label"]: one["value"] for one in profile_choices(desk, actor, Draft("incidents"))}
    upload = sent(desk, actor, [row(n) for n in range(9)])
    preview = desk.preview(actor, upload, Draft("incidents", profile=choices["Detect the columns"]))
    assert (preview.mapping.profile, preview.questions) == ("", [])
    assert "No profile: columns were recognised one by one" in text_of(view.found(upload, preview))


def test_a_reader_that_panics_is_an_unreadable_file() -> None:
    class PanicException(BaseException):
        pass

    def panic() -> None:
        raise PanicException("index out of bounds")

    with pytest.raises(UnreadableFile):
        unpanicked(panic)
    with pytest.raises(UnreadableFile):
        unpanicked(lambda: int("x"))
    with pytest.raises(KeyboardInterrupt):
        unpanicked(lambda: (_ for _ in ()).throw(KeyboardInterrupt))


# ── reports ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_report_of_sites_names_what_is_gone_moved_and_changed() -> None:
    from data.store.quarantined import SiteChange

    counted = dict.fromkeys(("added", "duplicate", "quarantined"), 0) | {
        "read": 3,
        "updated": 2,
        "unchanged": 1,
    }
    moves = [{"name": "North", "metres": 1250.0}]
    said = counted | {"kind": "sites", "gone": 1, "moved": 1, "changed": 1, "moves": moves, "source": "s"}
    changes = [
        SiteChange(1, "Old", {"gone": [None, "2026"]}),
        SiteChange(2, "North", {"place": [1, 2]}),
        SiteChange(3, "South", {"phone": ["1", "2"]}),
    ]
    words = text_of(report_view.report(said, changes=changes))
    assert "kept as history: 1 Old" in words
    assert "North: 1.2 km" in words
    assert "South: phone" in words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (59, "59 s"), (90, "2 min"), (5399, "90 min"), (7200, "2.0 h")]
)
def test_time_left_is_no_finer_than_one_waits(seconds: float, words: str) -> None:
    assert report_view.time_left(seconds) == words


def test_progress_tells_rate_and_time_left() -> None:
    job = Job("running", {}, stage="writing", done=50_000, total=100_000, stage_started_ms=0)
    words = text_of(report_view.progress(job, now_ms=10_000))
    assert "50,000 of 100,000 rows · 5,000 rows/s · 10 s left" in words


def test_an_error_does_not_say_where_the_server_keeps_files(desk: Desk, actor: Actor) -> None:
    with desk.shelf.receiving(actor, "broken.gpx") as path:
        path.write_bytes(b"<gpx")
    upload = desk.shelf.get(actor, path.parent.name)
    with pytest.raises(UnreadableFile) as refused:
        desk.preview(actor, upload, Draft("incidents"))
    assert upload.token not in refused.value.message


@pytest.mark.parametrize("name", ["my walk.gpx", "our sites.gpkg", "towns of 2020.shp"])
def test_an_error_names_the_file_as_it_was_sent(desk: Desk, actor: Actor, name: str) -> None:
    magic = {"gpx": b"<gpx><wpt", "gpkg": b"SQLite format 3\x00" + b"\0" * 84, "shp": b"\x00\x00\x27\x0a"}
    with desk.shelf.receiving(actor, name) as path:
        path.write_bytes(magic[name.rpartition(".")[2]] + b"\0" * 90)
    upload = desk.shelf.get(actor, path.parent.name)
    with pytest.raises(UnreadableFile) as refused:
        desk.preview(actor, upload, Draft("incidents"))
    assert name in refused.value.message
    assert "file." not in refused.value.message


def test_hostile_text_of_a_file_stays_text(desk: Desk, actor: Actor, tmp_path: Path) -> None:
    upload = sent(desk, actor, [row(1, title="<img src=x onerror=alert(1)>"), row(2, title="{{7*7}}")])
    rows = view.first_rows(desk.preview(actor, upload, Draft("incidents")))
    assert "<img src=x onerror=alert(1)>" in text_of(rows)
    assert "dangerously" not in str(rows.to_plotly_json())
