"""Unpacking what strangers sent: sizes are counted while unpacking, never believed."""

from __future__ import annotations

import bz2
import gzip
import lzma
import stat
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

import pyarrow as pa

from data.errors import TooLarge, UnreadableFile
from data.importers.base import MAX_ENTRIES, MAX_RATIO, MAX_UNPACKED_BYTES, RATIO_COUNTS_FROM_BYTES

_BLOCK: Final = 1024 * 1024
_LISTED_BYTES: Final = 400  # what an entry takes in the list of files, with a long name
_TAIL_BYTES: Final = 66 * 1024  # the end record, with the longest comment


def _zstd(path: Path) -> IO[bytes]:
    stream: IO[bytes] = pa.input_stream(str(path), compression="zstd")
    return stream


_OPENERS: Final[dict[str, Callable[[Path], Any]]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
    ".zst": _zstd,
}
COMPRESSIONS: Final = frozenset(_OPENERS)
_UNPACK_ERRORS = (
    OSError,
    EOFError,
    lzma.LZMAError,
    zipfile.BadZipFile,
    pa.ArrowException,
    RuntimeError,  # a compression that Python does not know, or a password
)


def unpack(path: Path, *, to: Path, limit: int = MAX_UNPACKED_BYTES) -> Path:
    """Return the path of the unpacked file below `to`; refuse what bursts."""
    target = to / path.stem
    try:
        with _OPENERS[path.suffix.lower()](path) as packed:
            _pour(packed, target, packed_size=path.stat().st_size, limit=limit)
    except _UNPACK_ERRORS as error:
        raise UnreadableFile(f"The compressed file is damaged: {error}.", hint="Send it again.") from error
    return target


def members(path: Path) -> list[zipfile.ZipInfo]:
    """Return the files inside a zip archive; refuse floods of entries, links and paths that climb out."""
    _refuse_flood(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except _UNPACK_ERRORS as error:
        raise UnreadableFile(f"The zip archive is damaged: {error}.", hint="Send it again.") from error
    if len(entries) > MAX_ENTRIES:
        raise _flood(f"{len(entries):,}")
    for entry in entries:
        name = PurePosixPath(entry.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in entry.filename[:3] or "\0" in entry.filename:
            raise UnreadableFile(f"The archive holds a path that climbs out of it: {entry.filename[:80]!r}.")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise UnreadableFile(
                f"The archive holds a link: {entry.filename[:80]!r}.", hint="Pack the file itself."
            )
        if entry.flag_bits & 0x1:
            raise UnreadableFile("The archive is locked with a password.", hint="Unlock it first.")
    return [entry for entry in entries if not entry.is_dir() and not _is_litter(entry.filename)]


def _flood(count: str) -> TooLarge:
    return TooLarge(
        f"The archive holds {count} files; the limit is {MAX_ENTRIES:,}.",
        hint="Pack only what is to be read.",
    )


def _refuse_flood(path: Path) -> None:
    """Refuse an archive whose list of files alone is too long to be looked at.

    Each entry costs ten times in memory what it takes in the list, and the list is read whole.
    """
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - _TAIL_BYTES))
        tail = stream.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return  # no archive: whoever opens it says so
    list_bytes = int.from_bytes(tail[end + 12 : end + 16], "little")
    long = tail[end - 76 : end - 20] if end >= 76 and tail[end - 20 : end - 16] == b"PK\x06\x07" else b""
    if long.startswith(b"PK\x06\x06"):
        list_bytes = int.from_bytes(long[40:48], "little")
    if min(list_bytes, size) > MAX_ENTRIES * _LISTED_BYTES:
        raise _flood(f"far more than {MAX_ENTRIES:,}")


def extract(path: Path, names: Sequence[str], *, to: Path, limit: int = MAX_UNPACKED_BYTES) -> list[Path]:
    """Return the named members, written flat below `to`; together they may not exceed `limit` bytes."""
    out = []
    left = limit
    try:
        with zipfile.ZipFile(path) as archive:
            for name in names:
                target = to / PurePosixPath(name.replace("\\", "/")).name
                with archive.open(name) as packed:
                    left -= _pour(packed, target, packed_size=archive.getinfo(name).compress_size, limit=left)
                out.append(target)
    except _UNPACK_ERRORS as error:
        raise UnreadableFile(f"The zip archive is damaged: {error}.", hint="Send it again.") from error
    return out


def guard_zip(path: Path, *, limit: int) -> None:
    """Refuse a zip-based document (xlsx, ods) that would burst in a library that unpacks it in memory."""
    left = limit
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in members(path):
                with archive.open(entry) as packed:
                    left -= _pour(packed, None, packed_size=entry.compress_size, limit=left)
    except _UNPACK_ERRORS as error:
        raise UnreadableFile(
            f"The workbook is damaged: {error}.", hint="Save it again and send that."
        ) from error


def _pour(packed: IO[bytes], target: Path | None, *, packed_size: int, limit: int) -> int:
    written = 0
    sink = target.open("wb") if target else None
    try:
        while block := packed.read(_BLOCK):
            written += len(block)
            if written > limit:
                raise TooLarge(f"The file unpacks to more than {limit // 1024**2:,} MB.", hint="Split it.")
            if written > RATIO_COUNTS_FROM_BYTES and written > MAX_RATIO * max(packed_size, 1):
                raise UnreadableFile("The archive unpacks to over 200 times its size: refused as a bomb.")
            if sink:
                sink.write(block)
    finally:
        if sink:
            sink.close()
    return written


def _is_litter(name: str) -> bool:
    return name.startswith("__MACOSX/") or PurePosixPath(name).name in (".DS_Store", "Thumbs.db")
