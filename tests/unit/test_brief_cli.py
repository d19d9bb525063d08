"""`watchfloor brief make`: made of what the recipient may be given, signed, logged, and once per file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import main
from data.manifest import SUFFIX, check
from data.model import LonLat, StoreKind, Tlp
from data.release import Approval, NewRecipient
from data.settings import Settings
from data.store import open_store
from tests.support.records import BOSTON, World

SECRET = "Zebra informant at the quarry"
AGREED = frozenset({StoreKind.OPEN, StoreKind.INCIDENT})


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the home of a store with two reports of now, one of them not for everybody."""
    monkeypatch.setenv("WATCHFLOOR_HOME", str(tmp_path / "home"))
    store = open_store(Settings(home=tmp_path / "home"))
    world = World(store)
    now = store.clock.now()
    world.incident(title="Bridge out", occurred=now, place=BOSTON)
    world.incident(
        title=SECRET,
        occurred=now,
        place=LonLat(-71.2, 42.2),
        scope_id=world.scope(StoreKind.SAR, Tlp.AMBER),
    )
    green = NewRecipient(key="eoc", name="State EOC", clearance=Tlp.GREEN, stores=AGREED)
    store.recipients.put(world.system, green)
    asked = Approval(always=True)
    slow = NewRecipient(key="slow", name="Slow", clearance=Tlp.GREEN, stores=AGREED, approval=asked)
    store.recipients.put(world.system, slow)
    store.close()
    return tmp_path


def run(home: Path, name: str, *more: str, to: str = "eoc") -> Result:
    asked = ["brief", "make", "--template", "bluf", "--to", to, "--out", str(home / name), "--json", *more]
    return CliRunner().invoke(main, asked)


def answer(done: Result) -> dict[str, Any]:
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.output))


def test_a_brief_holds_what_its_recipient_may_have_and_is_whole(home: Path) -> None:
    made = answer(run(home, "brief.html", "--format", "html"))
    assert (made["state"], made["recipient"], made["marking"]) == ("released", "eoc", "TLP:GREEN")
    text = (home / "brief.html").read_text("utf-8")
    assert "1 report" in text
    assert SECRET not in text
    assert check(home / "brief.html", home / f"brief.html{SUFFIX}").problem == ""
    # The next one begins where this one ended, and says what changed.
    later = answer(run(home, "later.pdf", "--since", made["brief"]))
    assert (home / "later.pdf").read_bytes().startswith(b"%PDF")
    assert later["brief"] != made["brief"]


def test_what_a_second_person_has_to_approve_is_not_written(home: Path) -> None:
    made = answer(run(home, "brief.html", "--format", "html", to="slow"))
    assert (made["state"], made["file"]) == ("held", None)
    assert not (home / "brief.html").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        ("--template", "nonsense"),
        ("--since", "the day before"),
        ("--view", "No such view"),
        ("--filter", "type=no-such-type&&%"),
        ("--to", "nobody"),
    ],
    ids=str,
)
def test_what_cannot_be_made_is_refused_and_nothing_is_written(home: Path, wrong: tuple[str, str]) -> None:
    done = run(home, "brief.html", "--format", "html", *wrong)
    assert done.exit_code == 2, done.output
    assert not (home / "brief.html").exists()
