"""Photos of incidents, let out as they are, or blurred where a sanitised version says so."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageFilter, ImageOps

from dashboard.services import Services
from data.access import Actor
from data.errors import Invalid, UnreadableFile
from data.release_records import Item
from layers.release import Ask, Contents, Judged, Left, ProductAsk, judge, release_product
from layers.release.judged import records_of, versions_of

_COARSE_PX: Final = 24  # of a face in the middle of a photo two or three are left
_SHOWN_PX: Final = 480
_MOST_PIXELS: Final = 50_000_000


def blurred(content: bytes) -> bytes:
    """Return a picture in which nobody is known: a few dozen pixels, softly enlarged; nothing leads back."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise ValueError("too many pixels")
            small = ImageOps.exif_transpose(picture).convert("RGB")
            small.thumbnail((_COARSE_PX, _COARSE_PX), Image.Resampling.BOX)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableFile("The picture cannot be blurred.", hint="Leave it out.") from error
    scale = _SHOWN_PX / max(small.size)
    size = (max(1, round(small.width * scale)), max(1, round(small.height * scale)))
    anew = Image.new("RGB", size)
    anew.paste(small.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(6)))
    out = io.BytesIO()
    anew.save(out, "JPEG", quality=80)
    return out.getvalue()


def release_photos(services: Services, ask: Ask) -> Left:
    """Let the photos of the incidents of a filter out, as a ZIP file."""
    judged = judge(services.store, services.mirror, ask)
    product = ProductAsk(
        actor=ask.actor,
        what="photos",
        form="zip",
        recipient=ask.recipient,
        purpose=ask.purpose,
        authority=ask.authority,
        filter=ask.filter,
    )

    def build(_standing: Actor, path: Path) -> Contents:
        inside: list[Item] = []
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
            for name, content, item in _photos(services, ask, judged):
                # The moment of packing is not among what is told.
                packed.writestr(zipfile.ZipInfo(name), content)
                inside.append(item)
        if not inside:
            raise Invalid("There is no photo to be given.", hint="Blur one in a sanitised version.")
        return Contents(records=list(dict.fromkeys(inside)), marking=judged.marking)

    return release_product(services.store, product, build)


def _photos(services: Services, ask: Ask, judged: Judged) -> Iterator[tuple[str, bytes, Item]]:
    files = services.store.attachments
    holders = files.holders()
    # What is coarse for the public is never a photo: it may show anybody.
    for one in (
        []
        if judged.generalised
        else records_of(
            services.store, judged.reader, "incident", tuple(seq for seq in judged.seqs if seq in holders)
        )
    ):
        for number, photo in enumerate(files.of(judged.reader, one.id), start=1):
            content = files.content(judged.reader, one.id, photo.id)[1]
            yield (
                f"{one.id}-{number}{_suffix(photo.media_type)}",
                content,
                ("incident", one.seq, one.revision),
            )
    chosen = {one.incident_seq: one for one in judged.versions if one.photo == "blurred"}
    versions: dict[Any, Any] = {
        one.id: one for one in versions_of(services.store, ask.actor, judged.versions)
    }
    for original in records_of(services.store, ask.actor, "incident", tuple(chosen)):
        version = versions[chosen[original.seq].id]
        for number, photo in enumerate(files.of(ask.actor, original.id), start=1):
            content = files.content(ask.actor, original.id, photo.id)[1]
            item = ("sanitised", version.seq, version.revision)
            yield f"{version.id}-{number}.jpg", blurred(content), item


def _suffix(media_type: str) -> str:
    return ".png" if media_type == "image/png" else ".jpg"
