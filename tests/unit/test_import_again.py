"""Rows of the quarantine that are sent again: together as one batch, and beside an import of their source."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from data.errors import Invalid, NotFound
from data.importers import quarantine
from data.importers.opening import Options
from data.importers.pipeline import run
from data.settings import Settings
from data.store import Store, open_store
from data.store.batches import Batches
from tests.support.imports import import_csv, row, stored, write_csv


def test_rows_sent_again_together_are_one_batch_and_one_audit_entry(store: Store, tmp_path: Path) -> None:
    actor = store.system_actor()
    wrong = [row(n, lat="0", lon="0") for n in range(2, 8)]
    import_csv(store, tmp_path / "a.csv", [row(1), *wrong])
    waiting, _ = quarantine.waiting(store, actor)
    batches, entries = len(Batches(store).all(actor)), len(store.audit.entries(limit=100))
    right = {"lat": "42.31", "lon": "-71.06"}
    rows = {bad.seq: {**bad.original, **right} for bad in waiting}
    rows[waiting[0].seq] = {**waiting[0].original, **right, "date": "soon"}
    report = quarantine.resend_many(store, actor, rows)
    assert (report.read, report.added, report.quarantined, report.adds_up) == (6, 5, 1, True)
    assert report.reasons == {"unreadable_date": 1}
    made = Batches(store).all(actor)
    assert (len(made), made[0].state) == (batches + 1, "done")
    assert made[0].report == report.as_dict()
    (entry, *_) = written = store.audit.entries(limit=100)
    assert len(written) == entries + 1
    assert (entry["action"], entry["detail"]["rows"]) == ("resend", [bad.seq for bad in waiting[1:]])
    assert [left.seq for left in quarantine.waiting(store, actor)[0]] == [waiting[0].seq]


@given(
    kinds=st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                name: st.sampled_from(["", "x", "7"]) for name in ("id", "title", "address", "description")
            },
        ),
        min_size=1,
        max_size=5,
    )
)
@hypothesis_settings(max_examples=4)
def test_rows_sent_again_together_become_what_each_becomes_by_itself(
    kinds: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("home")
    wrong = []
    for number, other in enumerate(kinds, start=2):
        id_ = f"B{number}" if other.get("id") else other.get("id", f"A{number}")
        wrong.append(row(number, **{**other, "id": id_, "lat": "0", "lon": "0"}))
    kept = []
    for together in (True, False):
        store = open_store(Settings(home=home / str(together)))
        try:
            actor = store.system_actor()
            import_csv(store, home / "a.csv", [*(row(n) for n in range(50, 70)), *wrong])
            waiting, _ = quarantine.waiting(store, actor)
            rows = {bad.seq: {**bad.original, "lat": "42.31", "lon": "-71.06"} for bad in waiting}
            for part in [rows] if together else [{seq: said} for seq, said in rows.items()]:
                assert quarantine.resend_many(store, actor, part).adds_up
            assert quarantine.waiting(store, actor)[1] == 0
            kept.append(stored(store))
        finally:
            store.close()
    assert kept[0] == kept[1]


def test_rows_of_several_imports_are_not_sent_again_together(store: Store, tmp_path: Path) -> None:
    actor = store.system_actor()
    import_csv(store, tmp_path / "a.csv", [row(1), row(2, lat="0", lon="0")])
    import_csv(store, tmp_path / "b.csv", [row(1), row(3, lat="0", lon="0")])
    waiting, _ = quarantine.waiting(store, actor)
    assert len(waiting) == 2
    for rows in ({}, {bad.seq: bad.original for bad in waiting}, {waiting[0].seq: {}}):
        with pytest.raises(Invalid):
            quarantine.resend_many(store, actor, rows)
    with pytest.raises(NotFound):
        quarantine.resend_many(store, actor, {10**6: {"id": "1"}})


def test_a_row_sent_again_during_an_import_of_its_source_does_not_fail_the_import(
    store: Store, tmp_path: Path
) -> None:
    actor = store.system_actor()
    import_csv(store, tmp_path / "a.csv", [row(1), row(2, lat="0", lon="0")])
    (bad,), _ = quarantine.waiting(store, actor)
    states: list[str] = []

    def meanwhile(stage: str, _done: int, _total: int) -> None:
        if stage == "writing" and not states:
            quarantine.resend(store, actor, bad.seq, {**bad.original, "lat": "42.31", "lon": "-71.06"})
            states.extend(batch.state for batch in Batches(store).all(actor))

    path = write_csv(tmp_path / "b.csv", [row(3)])
    report = run(
        store,
        actor,
        path,
        kind="incidents",
        options=Options(source_key="test"),
        on_progress=meanwhile,
    )
    assert report.added == 1
    assert states == ["done", "running", "done"]


@pytest.mark.parametrize(
    "feature", ["[1]", "{", '{"geometry": {"type": "Ball"}}', '{"geometry": {"type": "Point"}}']
)
def test_a_feature_that_is_still_broken_waits_on_and_the_report_says_why(
    store: Store, tmp_path: Path, feature: str
) -> None:
    actor = store.system_actor()
    path = tmp_path / "a.geojson"
    place = '"geometry":{"type":"Point","coordinates":[1,2]}'
    good = f'{{"type":"Feature","properties":{{"date":"2021-08-02"}},{place}}}'
    path.write_text(f'{{"type":"FeatureCollection","features":[{good},{good.replace("Point", "Ball")}]}}')
    run(store, actor, path, kind="incidents", options=Options(source_key="test"))
    (bad,), _ = quarantine.waiting(store, actor)
    report = quarantine.resend(store, actor, bad.seq, {"date": "2021-08-02", "feature": feature})
    assert (report.read, report.quarantined, report.reasons) == (1, 1, {"bad_geometry": 1})
    assert "still broken" in report.notes[0]
    assert quarantine.waiting(store, actor)[1] == 1
