"""Single tiles out of PMTiles and MBTiles files on this machine."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import threading
import zlib
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from pmtiles.tile import (
    Compression,
    Entry,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

from data.errors import Unavailable

MVT = "application/vnd.mapbox-vector-tile"
MEDIA = {
    "mvt": MVT,
    "pbf": MVT,
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
}
MEDIA["avif"] = "image/avif"
# What reading a damaged file may raise: the packages check little, and say it in many ways.
_UNREADABLE = (
    OSError,
    ValueError,
    LookupError,
    EOFError,
    ArithmeticError,
    AttributeError,
    TypeError,
    zlib.error,
    sqlite3.Error,
    MagicNumberNotFound,
    SpecVersionUnsupported,
)
_DIRECTORIES_KEPT = 64
_MAX_DEPTH = 4  # of directories, as the PMTiles specification has it
_DIRECTORY_MAX_BYTES = 16_000_000
_HEADER_BYTES = 127


class DamagedBasemap(Unavailable):
    """A basemap file that is missing, cut short or not what it says it is."""

    code = "damaged_basemap"


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile as it is stored: its bytes, what they are, and whether they are packed with gzip."""

    data: bytes
    media: str
    gzipped: bool

    def unpacked(self) -> bytes:
        """Return the bytes without gzip; raise DamagedBasemap where they cannot be unpacked."""
        if not self.gzipped:
            return self.data
        try:
            return gzip.decompress(self.data)
        except (OSError, EOFError, zlib.error) as error:
            raise DamagedBasemap(
                "A tile of the basemap is damaged.", hint="Put the file there again."
            ) from error


@dataclass(frozen=True, slots=True)
class Info:
    """What a file says about itself."""

    media: str
    min_zoom: int
    max_zoom: int
    attribution: str = ""
    vector_layers: tuple[str, ...] = field(default=())


class Archive(Protocol):
    """A file of tiles."""

    info: Info

    def tile(self, z: int, x: int, y: int) -> Tile | None:
        """Return a tile, or None where the file has none."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


def open_archive(path: Path) -> Archive:
    """Open a PMTiles or MBTiles file by its content; raise DamagedBasemap when it is neither or missing."""
    try:
        with path.open("rb") as file:
            magic = file.read(16)
        if magic.startswith(b"PMTiles"):
            return PmtilesArchive(path)
        if magic == b"SQLite format 3\x00":
            return MbtilesArchive(path)
    except _UNREADABLE as error:
        raise DamagedBasemap(
            f"The basemap {path.name} cannot be read ({type(error).__name__}).",
            hint="Put the file there again; the map works without it.",
        ) from error
    raise DamagedBasemap(
        f"{path.name} is neither PMTiles nor MBTiles.", hint="Check the path in the settings."
    )


class PmtilesArchive:
    """A PMTiles (version 3) file, read where it lies.

    The package's own reader parses the directories anew for every tile; here the last ones are kept. Reads go
    through pread, not mmap: a file that is cut short while mapped would kill the process.
    """

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDONLY)
        self._size = os.fstat(self._fd).st_size
        self._kept: OrderedDict[int, list[Entry]] = OrderedDict()
        self._lock = threading.Lock()
        try:
            self._header: Any = deserialize_header(self._read(0, _HEADER_BYTES))
            if self._header["tile_data_offset"] + self._header["tile_data_length"] > self._size:
                # A copy that broke off has whole directories in front: it would draw half a world.
                raise EOFError("the file is shorter than it says")
            self.info = self._info()
            self._directory(self._header["root_offset"], self._header["root_length"])
        except BaseException:
            self.close()
            raise

    def tile(self, z: int, x: int, y: int) -> Tile | None:
        """Return a tile, or None where the file has none."""
        if not (0 <= x < 1 << z and 0 <= y < 1 << z):
            return None
        try:
            data = self._find(zxy_to_tileid(z, x, y))
        except _UNREADABLE as error:
            raise DamagedBasemap("The basemap is damaged.", hint="Put the file there again.") from error
        if data is None:
            return None
        return Tile(data, self.info.media, self._header["tile_compression"] == Compression.GZIP)

    def close(self) -> None:
        """Let go of the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _find(self, tile_id: int) -> bytes | None:
        offset, length = self._header["root_offset"], self._header["root_length"]
        for _ in range(_MAX_DEPTH):
            entry = find_tile(self._directory(offset, length), tile_id)
            if entry is None:
                return None
            if entry.run_length:
                return self._read(self._header["tile_data_offset"] + entry.offset, entry.length)
            offset, length = self._header["leaf_directory_offset"] + entry.offset, entry.length
        raise ValueError("directories are nested too deeply")

    def _directory(self, offset: int, length: int) -> list[Entry]:
        with self._lock:
            if offset in self._kept:
                self._kept.move_to_end(offset)
                return self._kept[offset]
        entries: list[Entry] = deserialize_directory(self._read(offset, length))
        with self._lock:
            self._kept[offset] = entries
            while len(self._kept) > _DIRECTORIES_KEPT:
                self._kept.popitem(last=False)
        return entries

    def _read(self, offset: int, length: int) -> bytes:
        if not 0 <= length <= min(self._size, _DIRECTORY_MAX_BYTES):
            raise ValueError("the file is shorter than it says")
        data = os.pread(self._fd, length, offset)
        if len(data) != length:
            raise EOFError("the file is shorter than it says")
        return data

    def _info(self) -> Info:
        kinds = {
            TileType.MVT: "mvt",
            TileType.PNG: "png",
            TileType.JPEG: "jpg",
            TileType.WEBP: "webp",
            TileType.AVIF: "avif",
        }
        packed = self._read(self._header["metadata_offset"], self._header["metadata_length"])
        if self._header["internal_compression"] == Compression.GZIP:
            packed = gzip.decompress(packed)
        return _info(
            json.loads(packed or b"{}"),
            kinds[self._header["tile_type"]],
            self._header["min_zoom"],
            self._header["max_zoom"],
        )


class MbtilesArchive:
    """An MBTiles (1.3) file, opened read-only."""

    def __init__(self, path: Path) -> None:
        # immutable: a map file on a read-only disk has no place for a journal, and nobody writes to it
        address = f"file:{quote(str(path))}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        self._lock = threading.Lock()
        try:
            rows = dict(self._connection.execute("SELECT name, value FROM metadata").fetchall())
            low, high = self._connection.execute(
                "SELECT min(zoom_level), max(zoom_level) FROM tiles"
            ).fetchone()
            self.info = _info(
                {**rows, **json.loads(rows.get("json") or "{}")},
                str(rows.get("format", "png")),
                low or 0,
                high or 0,
            )
        except BaseException:
            self._connection.close()
            raise

    def tile(self, z: int, x: int, y: int) -> Tile | None:
        """Return a tile, or None where the file has none; rows are counted from the south in this format."""
        sql = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
        try:
            with self._lock:
                row = self._connection.execute(sql, (z, x, (1 << z) - 1 - y)).fetchone()
        except sqlite3.Error as error:
            raise DamagedBasemap("The basemap is damaged.", hint="Put the file there again.") from error
        if row is None:
            return None
        data = bytes(row[0])
        return Tile(data, self.info.media, data.startswith(b"\x1f\x8b"))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()


def _info(metadata: dict[str, Any], form: str, min_zoom: int, max_zoom: int) -> Info:
    """Return what the metadata says, as far as it is of the expected kind."""
    listed = metadata.get("vector_layers")
    names = (
        tuple(str(layer["id"]) for layer in listed if isinstance(layer, dict) and "id" in layer)
        if isinstance(listed, list)
        else ()
    )
    attribution = metadata.get("attribution")
    return Info(MEDIA[form], min_zoom, max_zoom, attribution if isinstance(attribution, str) else "", names)
