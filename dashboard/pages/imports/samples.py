"""The rows of uploads that are looked at: read once, whichever worker process is asked next."""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
import shapely

from dashboard.web.upload_shelf import Shelf, Upload
from data.importers.base import Sheet
from data.importers.gather import as_array
from data.importers.sample import Sample, sampled

logger = logging.getLogger(__name__)

_KEPT: Final = 8
_ROW, _SHAPE = "\0row", "\0shape"  # no reader gives columns such names


class Samples:
    """Keeps samples in memory, and on the shelf beside their file for the other workers."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._here: OrderedDict[tuple[str, str], Sample] = OrderedDict()

    def of(self, upload: Upload, layer: str, read: Callable[[], Sheet]) -> Sample:
        """Return the sample of a layer of an upload; `read` is called where no worker has read it yet."""
        key = (upload.token, layer)
        if key not in self._here:
            self._here[key] = self._from_shelf(upload, layer) or self._to_shelf(
                upload, layer, sampled(read())
            )
        self._here.move_to_end(key)
        while len(self._here) > _KEPT:
            self._here.popitem(last=False)
        return self._here[key]

    def forget(self, upload: Upload) -> None:
        """Take what was kept of an upload off the shelf: its rows are in the store by now."""
        for kept in upload.folder.glob("sample-*"):
            kept.unlink(missing_ok=True)

    def _to_shelf(self, upload: Upload, layer: str, sample: Sample) -> Sample:
        sheet = sample.sheet
        more = [pl.Series(_ROW, sheet.rows)]
        if sheet.geometry is not None:
            more.append(pl.Series(_SHAPE, shapely.to_wkb(sheet.geometry).tolist(), dtype=pl.Binary))
        about = {
            "format": sheet.format,
            "crs": sheet.crs,
            "layer": sheet.layer,
            "notes": list(sheet.notes),
            "rows": sample.rows,
            "unreadable": dict(sample.unreadable),
        }
        rows = _rows(upload, layer)
        part = rows.with_name(f"{rows.name}.{secrets.token_hex(4)}")
        try:
            sheet.frame.with_columns(more).write_ipc(part)
            os.replace(part, rows)  # noqa: PTH105  # atomic: readers never see half of one
            self._shelf.note(upload, rows.stem, about)
        except OSError:
            # A full disk costs the other workers a second reading, and nobody the preview.
            part.unlink(missing_ok=True)
            logger.exception("the sample of an upload could not be kept")
        return sample

    def _from_shelf(self, upload: Upload, layer: str) -> Sample | None:
        path = _rows(upload, layer)
        about = self._shelf.noted(upload, path.stem)
        if about is None:
            return None
        try:
            frame = pl.read_ipc(path)
        except (OSError, pl.exceptions.PolarsError):
            return None
        shapes = None
        if _SHAPE in frame.columns:
            shapes = as_array(shapely.from_wkb(np.array(frame[_SHAPE].to_list(), dtype=object)).tolist())
        rows, unreadable = about.pop("rows"), about.pop("unreadable")
        frame_rows = frame[_ROW].to_numpy()
        sheet = Sheet(frame=frame.drop(_ROW, _SHAPE, strict=False), rows=frame_rows, geometry=shapes, **about)
        return Sample(sheet, rows, unreadable)


def _rows(upload: Upload, layer: str) -> Path:
    """Return where the rows of a sample are kept; a layer may be called anything."""
    return upload.folder / f"sample-{hashlib.sha256(layer.encode()).hexdigest()[:16]}.arrow"
