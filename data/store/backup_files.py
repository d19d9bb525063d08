"""The files that go with the database into a backup: what was released, and the key that signs it."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final
from uuid import UUID

from data.errors import Conflict, UnreadableFile

RELEASE_KEY: Final = "keys/release.key"
_RELEASES: Final = "releases"
_CHUNK: Final = 1 << 20
# A folder of a release and a plain file in it, and nothing that could lead elsewhere.
_NAME: Final = re.compile(r"releases/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/[^/\\\x00]{1,255}")


def pack(archive: zipfile.ZipFile, home: Path, database: Path) -> dict[str, str]:
    """Put the files into an archive, and return the hash of each by its name.

    Only releases of which the copied log has a line: what is being made meanwhile is not finished.
    """
    hashes: dict[str, str] = {}
    for path in _files(home, database):
        name = path.relative_to(home).as_posix()
        digest = hashlib.sha256()
        with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
            while part := source.read(_CHUNK):
                digest.update(part)
                target.write(part)
        hashes[name] = digest.hexdigest()
    return hashes


def unpack(archive: zipfile.ZipFile, hashes: Mapping[str, str], folder: Path) -> None:
    """Write the files below a folder; raise UnreadableFile where one is missing, damaged or strange."""
    for name, expected in hashes.items():
        if not allowed(name):
            raise UnreadableFile(f"A backup holds no file {name[:80]!r}.", hint="Take another.")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        digest = hashlib.sha256()
        with archive.open(name) as source, path.open("wb") as target:
            path.chmod(0o600)
            while part := source.read(_CHUNK):
                digest.update(part)
                target.write(part)
        if digest.hexdigest() != expected:
            raise UnreadableFile(f"The backup is damaged: {name}.", hint="Take another.")


def settle(folder: Path, home: Path, hashes: Mapping[str, str]) -> None:
    """Move the unpacked files to where they belong; raise Conflict where another one lies already."""
    for name, expected in hashes.items():
        path = home / name
        if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            raise Conflict(f"There is another file already: {path}.", hint="Restore into an empty home.")
    for name in hashes:
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / name).replace(path)


def allowed(name: str) -> bool:
    """Return whether a backup may hold a file of this name."""
    return name == RELEASE_KEY or (_NAME.fullmatch(name) is not None and not name.endswith("/.."))


def _files(home: Path, database: Path) -> Iterator[Path]:
    if (home / RELEASE_KEY).is_file():
        yield home / RELEASE_KEY
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        known = {str(UUID(row[0])) for row in connection.execute("SELECT id FROM release")}
    for folder in sorted((home / _RELEASES).glob("*")):
        if folder.name in known:
            yield from sorted(path for path in folder.iterdir() if path.is_file())
