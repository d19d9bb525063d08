"""Photos from outside: known by their first bytes, and rid of everything but the picture.

A phone writes where and when, and with what serial number, into each photo. No library is used: taking
segments out of two well-known containers is less than decoding, and decoding what strangers send is a risk.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from data.errors import UnreadableFile

_PNG = b"\x89PNG\r\n\x1a\n"
# What a PNG needs to look as it should; texts, times and EXIF are not among it.
_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs"}
)
_ORIENTATION_TAG = 0x0112
_HINT = "Send a photo as JPEG or PNG."


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's bytes without what was written beside it."""

    media_type: str
    suffix: str
    content: bytes


def clean(content: bytes) -> Picture:
    """Return the picture alone; raise UnreadableFile for anything that is not a whole JPEG or PNG."""
    try:
        if content.startswith(b"\xff\xd8\xff"):
            return Picture("image/jpeg", ".jpg", _clean_jpeg(content))
        if content.startswith(_PNG):
            return Picture("image/png", ".png", _clean_png(content))
    except (struct.error, IndexError) as error:
        raise UnreadableFile("The picture is damaged or cut off.", hint=_HINT) from error
    raise UnreadableFile("The file is not a JPEG or PNG picture.", hint=_HINT)


def _clean_jpeg(content: bytes) -> bytes:
    """Return the JPEG without application segments and comments, but turned as it was (ITU-T T.81 B)."""
    kept, at, turned = [b"\xff\xd8"], 2, 1
    while True:
        if content[at] != 0xFF:
            raise UnreadableFile("The picture is damaged.", hint=_HINT)
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        (length,) = struct.unpack_from(">H", content, at + 2)
        segment = content[at : at + 2 + length]
        if length < 2 or len(segment) != 2 + length:
            raise UnreadableFile("The picture is cut off.", hint=_HINT)
        if marker == 0xE1 and segment[4:10] == b"Exif\x00\x00":
            turned = _orientation(segment[10:])
        if not (0xE1 <= marker <= 0xED or marker in (0xEF, 0xFE)):
            kept.append(segment)
        at += 2 + length
        if marker == 0xDA:  # the scan: the rest is the picture, up to its end
            end = content.rfind(b"\xff\xd9")
            if end < at:
                raise UnreadableFile("The picture is cut off.", hint=_HINT)
            kept.append(content[at : end + 2])
            return b"".join([kept[0], _exif(turned), *kept[1:]])


def _orientation(tiff: bytes) -> int:
    """Return how the picture is turned (1 to 8) from its EXIF, 1 where that cannot be read."""
    try:
        order = {b"II": "<", b"MM": ">"}[tiff[:2]]
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        for number in range(min(count, 64)):
            tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, start + 2 + 12 * number)
            if tag == _ORIENTATION_TAG:
                return value if 1 <= value <= 8 else 1
    except (KeyError, struct.error):
        return 1
    return 1


def _exif(turned: int) -> bytes:
    """Return an EXIF segment that says how the picture is turned, and nothing else."""
    if turned == 1:
        return b""
    entry = struct.pack(">HHIHH", _ORIENTATION_TAG, 3, 1, turned, 0)
    body = b"Exif\x00\x00MM\x00\x2a" + struct.pack(">I", 8) + struct.pack(">H", 1) + entry + b"\x00" * 4
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _clean_png(content: bytes) -> bytes:
    """Return the PNG with the chunks that draw it (W3C PNG, 5)."""
    kept, at = [_PNG], len(_PNG)
    while True:
        length, kind = struct.unpack_from(">I4s", content, at)
        chunk = content[at : at + 12 + length]
        if len(chunk) != 12 + length or zlib.crc32(chunk[4:-4]) != struct.unpack(">I", chunk[-4:])[0]:
            raise UnreadableFile("The picture is damaged or cut off.", hint=_HINT)
        if kind in _PNG_KEPT:
            kept.append(chunk)
        at += 12 + length
        if kind == b"IEND":
            return b"".join(kept)
