"""Uploaded files between sending and importing: each belongs to one user and stays a day at most."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from data.access import Actor, Permission, require
from data.clock import Clock, to_ms
from data.errors import Conflict, Invalid, NotFound, UnreadableFile
from data.importers.archive import COMPRESSIONS
from data.importers.registry import READERS
from data.settings import Settings

KEPT_MS: Final = 24 * 3_600_000
MOST_PER_USER: Final = 4
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_NAME_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """One file on the shelf; `token` names it, and only for the user who sent it."""

    token: str
    folder: Path
    name: str
    size: int
    user_id: int
    sent_ms: int

    @property
    def path(self) -> Path:
        """Return where the bytes are; the ending is kept, since some readers go by it."""
        return self.folder / f"file{ending(self.name)}"


def ending(name: str) -> str:
    """Return the endings of a name that say how to read it (".csv.gz"); raise UnreadableFile."""
    parts = [suffix.lower() for suffix in Path(name).suffixes]
    last = parts[-1] if parts else ""
    if last in COMPRESSIONS and len(parts) > 1 and parts[-2] in READERS:
        return parts[-2] + last
    if last in READERS or last in COMPRESSIONS or last == ".zip":
        return last
    known = ", ".join(sorted({*READERS, *COMPRESSIONS, ".zip"}))
    raise UnreadableFile(
        f"Files that end in {last[:20] or 'nothing'!r} are not read.", hint=f"These are: {known}."
    )


def checked_name(name: str) -> str:
    """Return the name of a file as sent; raise Invalid for one that could lead anywhere."""
    hidden = any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn"} for letter in name)
    if (
        not name.strip()
        or len(name) > _NAME_LENGTH
        or hidden
        or {"/", "\\"} & set(name)
        or name.startswith(".")
    ):
        raise Invalid(
            "The name of the file cannot be used.",
            hint=f"Rename it: up to {_NAME_LENGTH} letters, no slash, no invisible ones, no leading dot.",
        )
    ending(name)
    return name


class Shelf:
    """The folder of uploads; what belongs to somebody else looks as if it were not there."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._root = settings.uploads
        self._clock = clock

    # ── files ────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def receiving(self, actor: Actor, name: str) -> Iterator[Path]:
        """Give the path to write a file to; it stays when the block ends well, else it is gone."""
        require(actor, Permission.IMPORT)
        name = checked_name(name)
        folder = self._new_folder()
        path = folder / f"file{ending(name)}"
        try:
            yield path
            if not path.is_file() or path.stat().st_size == 0:
                raise UnreadableFile(
                    "The file is empty.", hint="Choose the file again; was it being written?"
                )
            self._write_about(folder, actor, name=name, size=path.stat().st_size)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def room(self, actor: Actor, name: str) -> Upload:
        """Return a place without a file, for a job that needs none."""
        require(actor, Permission.IMPORT)
        folder = self._new_folder()
        self._write_about(folder, actor, name=name, size=0)
        return self.get(actor, folder.name)

    def get(self, actor: Actor, token: object) -> Upload:
        """Return the actor's own upload; raise NotFound for any other."""
        require(actor, Permission.IMPORT)
        found = self._read(self._root / token) if isinstance(token, str) and _TOKEN.fullmatch(token) else None
        if found is None or found.user_id != actor.user_id:
            raise NotFound("There is no such upload.", hint="Files are kept for a day: send it again.")
        return found

    def mine(self, actor: Actor) -> list[Upload]:
        """Return the actor's own uploads, newest first."""
        require(actor, Permission.IMPORT)
        found = [upload for upload in self._all() if upload.user_id == actor.user_id]
        return sorted(found, key=lambda upload: upload.sent_ms, reverse=True)

    def under_way(self) -> list[Upload]:
        """Return the uploads that some process works on, whosever: who shows them asks what may be seen."""
        return sorted((one for one in self._all() if self.busy(one)), key=lambda one: one.sent_ms)

    def remove(self, actor: Actor, token: object) -> None:
        """Take an upload off the shelf; raise Conflict while it is being imported."""
        upload = self.get(actor, token)
        if self.busy(upload):
            raise Conflict("This file is being imported.", hint="Cancel the import first.")
        shutil.rmtree(upload.folder, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what is older than a day, and of each user all but the newest few."""
        now_ms, count = to_ms(self._clock.now()), dict[int, int]()
        for upload in sorted(self._all(), key=lambda one: one.sent_ms, reverse=True):
            count[upload.user_id] = count.get(upload.user_id, 0) + 1
            old = now_ms - upload.sent_ms > KEPT_MS
            if (old or count[upload.user_id] > MOST_PER_USER) and not self.busy(upload):
                shutil.rmtree(upload.folder, ignore_errors=True)
        for folder in self._folders():
            # Without its card a folder is an upload in the making, or what a crash left of one.
            if self._read(folder) is None and now_ms - folder.stat().st_mtime * 1000 > KEPT_MS:
                shutil.rmtree(folder, ignore_errors=True)

    # ── notes beside a file, which every worker process can read ─────────────────────────────────

    def note(self, upload: Upload, name: str, value: Mapping[str, Any]) -> None:
        """Keep a small JSON object beside the file; readers never see half of one."""
        _write_whole(upload.folder / f"{name}.json", value)

    def noted(self, upload: Upload, name: str) -> dict[str, Any] | None:
        """Return what was noted under a name, or None."""
        try:
            found = orjson.loads((upload.folder / f"{name}.json").read_bytes())
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    @contextmanager
    def working(self, upload: Upload, *, tries: int = 10) -> Iterator[None]:
        """Hold the upload for one piece of work; raise Conflict where somebody works on it already.

        The lock is the system's and ends with the process, so that a killed import does not look alive.
        Whoever only looks holds it for a moment too: hence more than one try.
        """
        with (upload.folder / "lock").open("w") as file:
            for attempt in range(tries):
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    time.sleep(0.02 if attempt + 1 < tries else 0)
            else:
                raise Conflict("This file is being imported already.", hint="Watch its progress.")
            yield

    def busy(self, upload: Upload) -> bool:
        """Return whether some process works on the upload at this moment."""
        try:
            with self.working(upload, tries=1):
                return False
        except Conflict:
            return True
        except OSError:
            return False

    # ── inside ───────────────────────────────────────────────────────────────────────────────────

    def _new_folder(self) -> Path:
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = self._root / secrets.token_urlsafe(32)
        folder.mkdir(mode=0o700)
        return folder

    def _write_about(self, folder: Path, actor: Actor, *, name: str, size: int) -> None:
        sent_ms = to_ms(self._clock.now())
        _write_whole(
            folder / "about.json", {"name": name, "size": size, "user_id": actor.user_id, "sent_ms": sent_ms}
        )

    def _folders(self) -> list[Path]:
        try:
            return [folder for folder in self._root.iterdir() if _TOKEN.fullmatch(folder.name)]
        except FileNotFoundError:
            return []

    def _all(self) -> list[Upload]:
        return [upload for folder in self._folders() if (upload := self._read(folder)) is not None]

    def _read(self, folder: Path) -> Upload | None:
        try:
            about = orjson.loads((folder / "about.json").read_bytes())
            return Upload(token=folder.name, folder=folder, **about)
        except (OSError, ValueError, TypeError):
            return None


def _write_whole(path: Path, value: Mapping[str, Any]) -> None:
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    part.write_bytes(orjson.dumps(dict(value), default=str, option=orjson.OPT_NON_STR_KEYS))
    os.replace(part, path)  # noqa: PTH105  # atomic, as said above
