"""Backup while the store is in use, and restore onto an empty home.

A backup is one ZIP file: the database as it was at one moment, the key of the audit chain, what was
released with the key it is signed with, and a manifest with a hash of every table's content and of every
file. Sessions and unused links stay behind: whoever gets hold of a backup must not be able to sign in
with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from data.clock import Clock
from data.errors import Conflict, Invalid, Unavailable, UnreadableFile
from data.settings import Settings
from data.store import backup_files
from data.store.migrate import known_revisions

_DATABASE, _KEY, _MANIFEST = "watchfloor.db", "keys/audit.key", "manifest.json"
_FORMAT = 1
_PAGES_AT_ONCE = 4_096
_SECRET = ("session", "credential")


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: the schema it has and the hash of each table's content."""

    schema: str
    made: str
    tables: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)


def back_up(engine: Engine, settings: Settings, target: Path, *, clock: Clock) -> Backup:
    """Write the store as it is now into `target`, which must not exist; others may write meanwhile.

    Raise Unavailable for PostgreSQL, whose own tool does this better.
    """
    if engine.dialect.name != "sqlite":
        raise Unavailable(
            "A store on PostgreSQL is backed up with PostgreSQL's own tool.",
            hint="pg_dump --format=custom --file=FILE $WATCHFLOOR_DATABASE_URL, and copy "
            f"{settings.home / 'keys'} beside it; pg_restore --dbname=URL FILE brings it back.",
        )
    if target.exists():
        raise Conflict(f"{target} exists already.", hint="Give another name, or remove it first.")
    with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".backup-") as folder:
        copy = Path(folder) / _DATABASE
        _copy(Path(str(engine.url.database)), copy)
        _forget_secrets(copy)
        made = Backup(_schema(copy), clock.now().isoformat(timespec="seconds"), content_hashes(copy))
        packed = Path(folder) / "packed"
        made = _pack(packed, copy, settings.home, made)
        _sync(packed)
        packed.rename(target)
    return made


def restore(source: Path, settings: Settings) -> Backup:
    """Bring a backup back into an empty home; nothing is left behind when it cannot be.

    Raise Conflict where there is a store already, UnreadableFile when the backup is damaged, and
    Unavailable when it was made by a newer version.
    """
    url = make_url(settings.resolved_database_url)
    if url.get_backend_name() != "sqlite":
        raise Unavailable(
            "A store on PostgreSQL is restored with PostgreSQL's own tool.",
            hint="pg_restore --dbname=URL FILE",
        )
    database, key = Path(str(url.database)), settings.home / _KEY
    if database.exists():
        raise Conflict(
            f"There is a store already: {database}.", hint="Restore into an empty WATCHFLOOR_HOME."
        )
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _unpacked(source, settings.home) as (copy, audit_key, held):
        if held.schema not in known_revisions():
            raise Unavailable(
                f"The backup has schema {held.schema}, which this version of Watchfloor does not know.",
                hint="It was made by a newer version: install that version first.",
            )
        if content_hashes(copy) != held.tables:
            raise UnreadableFile(
                "The backup is damaged: its content is not what was written.", hint="Take another."
            )
        # A restore that was killed between the two renames has left the very same key.
        if key.exists() and key.read_bytes() != audit_key.read_bytes():
            raise Conflict(
                f"There is another key already: {key}.", hint="Restore into an empty WATCHFLOOR_HOME."
            )
        backup_files.settle(copy.parent, settings.home, held.files)
        key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        audit_key.rename(key)
        copy.rename(database)
    return held


def content_hashes(database: Path) -> dict[str, str]:
    """Return a hash of the content of every table that a backup keeps."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        names = [
            str(row[0])
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
                # The text index can be made anew from the incidents; its inner tables need not stay the same.
                "AND name NOT LIKE 'incident_text%' ORDER BY name"
            )
        ]
        return {name: _table_hash(connection, name) for name in names if name not in _SECRET}


def _table_hash(connection: sqlite3.Connection, name: str) -> str:
    digest = hashlib.blake2b(digest_size=32)
    # All names come from the schema of our own database.
    columns = connection.execute(f'PRAGMA table_info("{name}")').fetchall()
    keys = ", ".join(f'"{column[1]}"' for column in columns if column[5]) or "rowid"
    for row in connection.execute(f'SELECT * FROM "{name}" ORDER BY {keys}'):  # noqa: S608
        digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _copy(live: Path, copy: Path) -> None:
    with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target, pages=_PAGES_AT_ONCE)
        target.execute("PRAGMA journal_mode=DELETE")


def _forget_secrets(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        for name in _SECRET:
            connection.execute(f'DELETE FROM "{name}"')  # noqa: S608  # a constant of this module
        connection.commit()
        # Deleted rows would stay readable in free pages.
        connection.execute("VACUUM")


def _schema(copy: Path) -> str:
    with closing(sqlite3.connect(copy)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def _pack(packed: Path, database: Path, home: Path, made: Backup) -> Backup:
    packed.touch(mode=0o600)
    about = {"format": _FORMAT, "schema": made.schema, "made": made.made, "tables": dict(made.tables)}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(database, _DATABASE)
        archive.write(home / _KEY, _KEY)
        whole = replace(made, files=backup_files.pack(archive, home, database))
        archive.writestr(_MANIFEST, json.dumps(about | {"files": dict(whole.files)}, indent=2))
    return whole


# What a damaged archive or manifest is found out by, wherever the damage is.
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    KeyError,
    ValueError,
    TypeError,
    EOFError,
    RuntimeError,  # an unknown compression, or a password
)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def _unpacked(source: Path, home: Path) -> Iterator[tuple[Path, Path, Backup]]:
    """Unpack a backup beside where it belongs; raise UnreadableFile when it is none."""
    with tempfile.TemporaryDirectory(dir=home, prefix=".restore-") as folder:
        try:
            with zipfile.ZipFile(source) as archive:
                names = set(archive.namelist())
                if not names >= {_MANIFEST, _DATABASE, _KEY}:
                    raise UnreadableFile(f"{source} is not a backup of Watchfloor.", hint="Check the file.")
                manifest = json.loads(archive.read(_MANIFEST))
                files = dict(manifest.get("files", {}))  # backups of before releases were kept in them
                if names != {_MANIFEST, _DATABASE, _KEY, *files}:
                    raise UnreadableFile(f"{source} is not a backup of Watchfloor.", hint="Check the file.")
                archive.extract(_DATABASE, folder)
                archive.extract(_KEY, folder)
                backup_files.unpack(archive, files, Path(folder))
            held = Backup(str(manifest["schema"]), str(manifest["made"]), dict(manifest["tables"]), files)
            if manifest["format"] != _FORMAT:
                raise Invalid(f"The backup has format {manifest['format']}.", hint="Use a newer version.")
        except _BROKEN as error:
            raise UnreadableFile(f"{source} is not a whole backup: {error}", hint="Take another.") from error
        database, key = Path(folder) / _DATABASE, Path(folder) / _KEY
        database.chmod(0o600)
        key.chmod(0o600)
        yield database, key, held
