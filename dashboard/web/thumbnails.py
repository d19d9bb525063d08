"""Photos made small: decoded and written anew, so that nothing of the original but the picture is left."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, ImageOps

from data.errors import UnreadableFile

THUMBNAIL_PX: Final = 320  # twice what is drawn, for sharp screens
MOST_PIXELS: Final = 50_000_000
_FORMATS: Final = ("JPEG", "PNG")


def thumbnail(content: bytes) -> bytes:
    """Return a picture as a JPEG of at most 320 pixels; raise UnreadableFile where that cannot be."""
    try:
        return _small(content)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableFile(
            "The picture cannot be shown small.", hint="Open it in full, or send it again."
        ) from error


def _small(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        picture.draft("RGB", (2 * THUMBNAIL_PX, 2 * THUMBNAIL_PX))  # a JPEG is decoded no larger than needed
        picture.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
        turned = ImageOps.exif_transpose(picture).convert("RGB")
        anew = Image.new("RGB", turned.size)  # carries over pixels, and nothing that was said beside them
        anew.paste(turned)
    out = io.BytesIO()
    anew.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
