"""An import under way is seen by colleagues, and cancelled by whoever may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from dashboard.pages.imports import others
from dashboard.pages.imports.draft import Draft
from dashboard.pages.imports.jobs import Tell
from data.access import Actor
from data.errors import Conflict, Forbidden, NotFound
from data.importers import load
from data.importers.opening import Options
from data.importers.pipeline import run
from data.importers.report import Report
from data.model import Role, Tlp
from data.store import Store, going
from data.store.alive import working
from data.store.batches import Batches
from tests.support.import_page import desk_over, ended, sent, text_of
from tests.support.imports import row, stored, write_csv
from tests.support.records import World

pytestmark = pytest.mark.usefixtures("small_chunks")


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "CHUNK_ROWS", 10)


def imported(store: Store, actor: Actor, folder: Path, meanwhile: Callable[[int], None]) -> Report:
    """Import forty rows in four chunks; `meanwhile` is called after each with the rows written."""
    path = write_csv(folder / "calls.csv", [row(n) for n in range(40)])
    options = Options(source_key="calls", tlp=Tlp.GREEN)
    return run(
        store,
        actor,
        path,
        kind="incidents",
        options=options,
        on_progress=lambda stage, done, _total: meanwhile(done) if stage == "writing" else None,
    )


def test_a_colleague_sees_how_far_an_import_is_and_nothing_when_it_has_ended(
    world: World, tmp_path: Path
) -> None:
    store, mine, colleague = world.store, world.analyst(), world.analyst()
    seen: list[str] = []

    def look(done: int) -> None:
        if done == 20:
            found = going.running(store, colleague)
            seen.append(text_of(others.listed(found, names={mine.user_id: "Ann"}, now_ms=0)))
            assert [(one.total, one.may_cancel) for one in found] == [(40, False)]
            assert found[0].batch.report is None

    assert imported(store, mine, tmp_path, look).added == 40
    assert "calls.csv" in seen[0]
    assert "by Ann" in seen[0]
    assert "40 rows" in seen[0]
    assert going.running(store, colleague) == []


def test_a_colleague_sees_a_file_being_read_and_who_may_not_see_its_rows_does_not(
    sqlite_world: World,
) -> None:
    store, mine, colleague = sqlite_world.store, sqlite_world.analyst(), sqlite_world.analyst()
    stranger = sqlite_world.actor(role=Role.ANALYST, clearance=Tlp.CLEAR)
    desk = desk_over(store)
    upload = sent(desk, mine, [row(n) for n in range(40)])
    seen: list[str] = []

    def work(tell: Tell, _cancelled: Callable[[], bool]) -> Mapping[str, Any]:
        for stage in ("reading", "checking", "writing"):
            tell(stage, 0, 0)
            found = [others.before_writing(desk, who) for who in (mine, colleague, stranger)]
            seen.append(text_of(others.listed([], found[1], names={mine.user_id: "Ann"}, now_ms=0)))
            assert (found[0], found[2]) == ([], [])
        return {}

    draft = Draft("incidents", tlp=Tlp.GREEN)
    scope = desk.scope(mine, upload, draft)
    assert scope in store.visible(colleague) - store.visible(stranger)
    desk.jobs.start(upload, work, about={"file": upload.name, "kind": "incidents", "scope_id": scope})
    assert ended(desk, upload).state == "done"
    assert all("calls.csv" in words and "by Ann" in words for words in seen[:2])
    assert "Reading the file" in seen[0]
    assert "Checking rows" in seen[1]
    assert seen[2] == ""  # from here on the store tells of it
    desk.start(mine, upload, draft, dry_run=True)
    assert ended(desk, upload).about["scope_id"] == scope


@pytest.mark.parametrize(
    ("role", "may"), [(Role.ANALYST, False), (Role.SUPERVISOR, True), (Role.ADMINISTRATOR, True)]
)
def test_a_colleagues_import_is_cancelled_by_who_may(
    world: World, tmp_path: Path, role: Role, may: bool
) -> None:
    store, mine = world.store, world.analyst()
    other = world.actor(role=role)

    def cancel(done: int) -> None:
        if done == 20:
            (one,) = going.running(store, other)
            assert one.may_cancel is may
            if may:
                going.cancel(store, other, one.batch.id)
            else:
                with pytest.raises(Forbidden):
                    going.cancel(store, other, one.batch.id)

    report = imported(store, mine, tmp_path, cancel)
    assert (report.state, report.added, report.left) == (("cancelled", 20, 20) if may else ("done", 40, 0))
    assert report.adds_up
    assert len(stored(store)) == report.added
    (batch,) = Batches(store).all(mine)
    assert (batch.state, batch.progress) == (report.state, {})
    if may:
        with pytest.raises(Conflict):
            going.cancel(store, other, batch.id)
        assert imported(store, mine, tmp_path, lambda _done: None).added == 20


def test_an_import_that_was_killed_is_not_shown_as_running(sqlite_world: World, tmp_path: Path) -> None:
    store, mine = sqlite_world.store, sqlite_world.analyst()

    class Killed(BaseException):
        pass

    def kill(done: int) -> None:
        if done == 20:
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("data.importers.pipeline._finish", lambda *_args, **_more: None)
        with pytest.raises(Killed):
            imported(store, mine, tmp_path, kill)
    (batch,) = Batches(store).all(mine)
    assert batch.state == "running"
    assert going.running(store, mine) == []
    with working(store.settings.home, batch.id):
        assert [one.batch.id for one in going.running(store, mine)] == [batch.id]


def test_an_import_that_one_may_not_see_is_neither_shown_nor_cancelled(world: World, tmp_path: Path) -> None:
    store, mine = world.store, world.analyst()
    stranger = world.actor(role=Role.ANALYST, clearance=Tlp.CLEAR)

    def look(done: int) -> None:
        if done == 20:
            (one,) = going.running(store, mine)
            assert going.running(store, stranger) == []
            with pytest.raises(NotFound):
                going.cancel(store, stranger, one.batch.id)

    assert imported(store, mine, tmp_path, look).state == "done"
