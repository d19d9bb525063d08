"""A surface as GeoTIFF: probability per cell in float64 on its own equal-area plane."""

from __future__ import annotations

import io
from typing import Final
from xml.sax.saxutils import escape

import numpy as np
import tifffile

from layers.rescue.surface import Surface

_SHORT, _DOUBLE, _ASCII = 3, 12, 2
_PIXEL_SCALE, _TIEPOINT, _KEYS, _DOUBLES, _ASCIIS, _GDAL_METADATA = 33550, 33922, 34735, 34736, 34737, 42112
_USER_DEFINED, _IN_DOUBLES, _IN_ASCIIS = 32767, 34736, 34737
_LAMBERT_AZIMUTHAL_EQUAL_AREA, _METRE, _WGS84 = 10, 9001, 4326
_CITATION: Final = "Equal-area plane of the search|"


def geotiff(surface: Surface) -> bytes:
    """Return the file: one band, north up; "elsewhere" stands in its metadata.

    tifffile writes TIFF and leaves the keys of GeoTIFF 1.1 (OGC 19-008) to us.
    """
    grid = surface.grid
    tags = [
        (_PIXEL_SCALE, _DOUBLE, 3, (grid.cell_m, grid.cell_m, 0.0), True),
        (_TIEPOINT, _DOUBLE, 6, (0.0, 0.0, 0.0, grid.x0, -grid.y0, 0.0), True),
        _keys(),
        (_DOUBLES, _DOUBLE, 4, (grid.lon, grid.lat, 0.0, 0.0), True),
        (_ASCIIS, _ASCII, len(_CITATION) + 1, _CITATION, True),
        _metadata(surface),
    ]
    file = io.BytesIO()
    tifffile.imwrite(
        file,
        np.ascontiguousarray(surface.p[::-1]),  # rows of a picture begin in the north
        photometric="minisblack",
        compression="zlib",
        rowsperstrip=64,
        metadata=None,
        software="Watchfloor",
        extratags=tags,
    )
    return file.getvalue()


def _keys() -> tuple[int, int, int, tuple[int, ...], bool]:
    """Return the directory of keys: id, where the value is (0: here), how many, the value or its place."""
    keys = (
        (1024, 0, 1, 1),  # a projected model
        (1025, 0, 1, 1),  # a pixel is an area
        (1026, _IN_ASCIIS, len(_CITATION), 0),
        (2048, 0, 1, _WGS84),
        (3072, 0, 1, _USER_DEFINED),
        (3074, 0, 1, _USER_DEFINED),
        (3075, 0, 1, _LAMBERT_AZIMUTHAL_EQUAL_AREA),
        (3076, 0, 1, _METRE),
        (3082, _IN_DOUBLES, 1, 2),  # false easting
        (3083, _IN_DOUBLES, 1, 3),  # false northing
        (3088, _IN_DOUBLES, 1, 0),  # longitude of the centre
        (3089, _IN_DOUBLES, 1, 1),  # latitude of the centre
    )
    values = (1, 1, 1, len(keys), *(number for key in keys for number in key))
    return _KEYS, _SHORT, len(values), values, True


def _metadata(surface: Surface) -> tuple[int, int, int, str, bool]:
    items = {
        "ELSEWHERE": repr(surface.elsewhere),
        "METHOD": "Probability that they are in the cell; the cells and ELSEWHERE sum to 1.",
    }
    rows = "".join(f'<Item name="{name}">{escape(text)}</Item>' for name, text in items.items())
    text = f"<GDALMetadata>{rows}</GDALMetadata>"
    return _GDAL_METADATA, _ASCII, len(text) + 1, text, True
