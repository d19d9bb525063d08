"""`watchfloor doctor`: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from dashboard.cli.output import REJECTS, json_option, say
from data.errors import WatchfloorError
from data.settings import Settings, load

_FREE_MB = 1_024
_AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    good: bool
    found: str
    advice: str = ""


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Look at store, keys, bundle, basemap, clock and disk, and say what to do."""
    settings = load()
    looks: list[Callable[[Settings], Finding]] = [
        _home,
        _store,
        _administrator,
        _audit,
        _bundle,
        _basemap,
        _clock,
        _disk,
    ]
    findings = [_look(look, settings) for look in looks]
    lines = [
        f"{'ok  ' if one.good else 'BAD '} {one.what}: {one.found}"
        + (f"\n     {one.advice}" if one.advice else "")
        for one in findings
    ]
    good = all(one.good for one in findings)
    say({"good": good, "findings": [asdict(one) for one in findings]}, as_json=as_json, text="\n".join(lines))
    if not good:
        raise SystemExit(REJECTS)


def _look(look: Callable[[Settings], Finding], settings: Settings) -> Finding:
    from sqlalchemy.exc import SQLAlchemyError

    name = look.__name__.strip("_")
    try:
        return look(settings)
    except WatchfloorError as error:
        return Finding(name, good=False, found=error.message, advice=error.hint)
    except (SQLAlchemyError, OSError) as error:
        return Finding(name, good=False, found=str(error).splitlines()[0], advice="See the message above.")


def _home(settings: Settings) -> Finding:
    home = settings.home
    if not home.is_dir():
        return Finding("home", good=False, found=f"{home} is not there", advice="Run: watchfloor init")
    if home.stat().st_mode & 0o077:
        return Finding("home", good=False, found=f"others may read {home}", advice=f"Run: chmod 700 {home}")
    if not os.access(home, os.W_OK):
        return Finding("home", good=False, found=f"{home} is read-only", advice="Make it writable.")
    return Finding("home", good=True, found=str(home))


def _store(settings: Settings) -> Finding:
    from data.store.engine import dispose, make_engine
    from data.store.migrate import current, newest

    if not settings.database_url and not (settings.home / "watchfloor.db").is_file():
        return Finding("store", good=False, found="there is none yet", advice="Run: watchfloor init")
    engine = make_engine(settings.resolved_database_url)
    try:
        have, want = current(engine), newest()
        kind = engine.dialect.name
    finally:
        dispose(engine)
    if have != want:
        advice = "The next command brings it up to date; take a backup first."
        return Finding("store", good=False, found=f"{kind}, schema {have} instead of {want}", advice=advice)
    return Finding("store", good=True, found=f"{kind}, schema {have}")


def _administrator(settings: Settings) -> Finding:
    from data.model import Role
    from data.store import open_store

    if not settings.database_url and not (settings.home / "watchfloor.db").is_file():
        return Finding("administrator", good=False, found="nobody yet", advice="Run: watchfloor init")
    store = open_store(settings)
    try:
        everybody = store.users.all(store.system_actor())
    finally:
        store.close()
    admins = [user.name for user in everybody if user.role is Role.ADMINISTRATOR and not user.disabled]
    if not admins:
        return Finding("administrator", good=False, found="nobody", advice="Run: watchfloor init")
    return Finding("administrator", good=True, found=", ".join(admins))


def _audit(settings: Settings) -> Finding:
    key = settings.home / "keys" / "audit.key"
    if not key.is_file():
        return Finding(
            "audit key", good=False, found=f"{key} is not there", advice="Restore it from a backup."
        )
    if key.stat().st_mode & 0o077:
        return Finding(
            "audit key", good=False, found=f"others may read {key}", advice=f"Run: chmod 600 {key}"
        )
    return Finding("audit key", good=True, found="readable by its owner alone")


def _file(what: str, path: Path, advice: str) -> Finding:
    there = path.is_file() and path.stat().st_size > 0
    found = f"{path.stat().st_size / 1_048_576:.1f} MB" if there else f"{path} is not there"
    return Finding(what, good=there, found=found, advice="" if there else advice)


def _bundle(_settings: Settings) -> Finding:
    from dashboard.places import BUNDLE

    return _file("page", BUNDLE / "watchfloor.js", "Install again: make demo, or pip install .")


def _basemap(_settings: Settings) -> Finding:
    from dashboard.places import BASEMAP

    return _file("basemap", BASEMAP, "Install again; it comes with the program.")


def _clock(settings: Settings) -> Finding:
    now = datetime.now(UTC)
    files = [path for path in (settings.home / "watchfloor.db", Path(__file__)) if path.exists()]
    newest = max(datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in files)
    if newest - now > _AHEAD:
        found = f"{now:%Y-%m-%d %H:%MZ}, but the store was written at {newest:%Y-%m-%d %H:%MZ}"
        return Finding("clock", good=False, found=found, advice="Set the machine's clock (timedatectl).")
    return Finding("clock", good=True, found=f"{now:%Y-%m-%d %H:%MZ}")


def _disk(settings: Settings) -> Finding:
    place = settings.home if settings.home.is_dir() else Path.home()
    free = shutil.disk_usage(place).free // 1_048_576
    advice = "" if free >= _FREE_MB else "Free some space: a full disk refuses new reports."
    return Finding("disk", good=free >= _FREE_MB, found=f"{free:,} MB free", advice=advice)


commands = [doctor]
