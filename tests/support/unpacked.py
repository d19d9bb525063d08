"""Every byte of a file, and of whatever is packed, compressed or kept as values in it."""

from __future__ import annotations

import base64
import io
import re
import sqlite3
import zipfile
import zlib
from pathlib import Path

import geopandas as gpd
import pypdf

_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_PACKED = re.compile(rb"base64,([A-Za-z0-9+/=]{40,})")


def unpacked(path: Path) -> bytes:
    """Return the bytes of a file and of everything inside."""
    found = [_bytes(path.read_bytes(), depth=0)]
    if path.suffix == ".parquet":
        found.append(gpd.read_parquet(path).to_json(default=str).encode())
    if path.suffix == ".gpkg":
        with sqlite3.connect(path) as base:
            found.append("\n".join(base.iterdump()).encode())
    if path.suffix == ".pdf":
        reader = pypdf.PdfReader(path)
        found += [page.extract_text().encode() for page in reader.pages]
        found.append(repr(reader.metadata).encode())
    return b"\n".join(found)


def _bytes(content: bytes, *, depth: int) -> bytes:
    found = [content]
    if depth > 4:
        return content
    if content[:2] == b"PK" and zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            found += [_bytes(packed.read(name), depth=depth + 1) for name in packed.namelist()]
            found += [name.encode() for name in packed.namelist()]
    if content[:5] == b"%PDF-":
        found += [_inflated(piece) for piece in _STREAM.findall(content)]
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        found += [_inflated(piece) for piece in _png_chunks(content)]
    # Pictures and styles inside HTML; a PDF's text is in hex or in arrays, which extraction puts together.
    found += [
        _bytes(base64.b64decode(piece + b"=" * (-len(piece) % 4)), depth=depth + 1)
        for piece in _PACKED.findall(content)[:50]
        if depth < 2
    ]
    return b"\n".join(found)


def _inflated(piece: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(piece.lstrip(b"\r\n"))
    except zlib.error:
        return b""


def _png_chunks(content: bytes) -> list[bytes]:
    at, texts = 8, []
    while at + 8 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        if kind in (b"zTXt", b"iTXt"):
            texts.append(body.partition(b"\0")[2][1:])
        at += 12 + length
    return texts
