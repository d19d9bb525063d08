"""Records as files: CSV, Excel, GeoJSON, KML, GeoPackage and Parquet, each saying its marking inside.

Text is text in every one of them: a spreadsheet runs no formula, a viewer renders no HTML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import pyogrio
import shapely
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from data.errors import Invalid
from layers.export import csv

Rows = Sequence[Mapping[str, Any]]

_EXCEL_ROWS: Final = 1_048_576
# XML 1.0 knows none of these, and a workbook or a KML that holds one does not open.
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WGS84: Final = "EPSG:4326"


class Form(StrEnum):
    """What a file may be."""

    CSV = "csv"
    XLSX = "xlsx"
    GEOJSON = "geojson"
    KML = "kml"
    GPKG = "gpkg"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Product:
    """What is written: rows of the same columns, their geometries, and what the file says of itself."""

    name: str
    rows: Rows
    geometries: Sequence[shapely.Geometry | None]
    columns: Sequence[str]
    marking: str
    notes: Mapping[str, str]  # said inside, in order: center, made, recipient, purpose, exercise


def write(product: Product, form: Form, path: Path) -> None:
    """Write the product as a file of this form; raise Invalid where the form cannot hold it."""
    match form:
        case Form.CSV:
            _csv(product, path)
        case Form.XLSX:
            _xlsx(product, path)
        case Form.GEOJSON:
            _geojson(product, path)
        case Form.KML:
            _kml(product, path)
        case Form.GPKG:
            _gpkg(product, path)
        case Form.PARQUET:
            _frame(product).to_parquet(path, index=False)


def _csv(product: Product, path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(csv.line(product.columns))
        for row in product.rows:
            file.write(csv.line([csv.cell(row[name]) for name in product.columns]))


def _xlsx(product: Product, path: Path) -> None:
    if len(product.rows) >= _EXCEL_ROWS:
        raise Invalid(
            f"{len(product.rows):,} rows do not fit into a worksheet.",
            hint="Filter more, or write CSV or GeoPackage.",
        )
    book = Workbook(write_only=True)
    about = book.create_sheet("About")
    for name, text in {"Marking": product.marking, **product.notes}.items():
        about.append([_text(about, name), _text(about, text)])
    sheet = book.create_sheet(product.name[:31])
    sheet.freeze_panes = "A2"
    sheet.append([_text(sheet, name) for name in product.columns])
    for row in product.rows:
        sheet.append([_cell(sheet, row[name]) for name in product.columns])
    # Printed pages carry the marking at top and bottom too; "&" begins a code there.
    for one in (about, sheet):
        for place in (one.oddHeader.center, one.oddFooter.center):
            place.text = product.marking.replace("&", "&&")
    book.save(path)


def _cell(sheet: Any, value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float) else _text(sheet, str(value))


def _text(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=_NOT_XML.sub("", text)[:32_767])
    cell.data_type = "s"  # whatever it begins with, it is text
    return cell


def _geojson(product: Product, path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "geometry": None if shape is None else orjson.loads(shapely.to_geojson(shape)),
            "properties": row,
        }
        for row, shape in zip(product.rows, product.geometries, strict=True)
    ]
    body = {
        "type": "FeatureCollection",
        "name": product.name,
        "marking": product.marking,
        "notes": product.notes,
        "features": features,
    }
    path.write_bytes(orjson.dumps(body))


def _kml(product: Product, path: Path) -> None:
    """Write KML. Viewers render text as HTML: ours is escaped before XML escapes it again."""
    frame = _frame(product)
    for name in frame.columns.drop("geometry"):
        if frame[name].dtype == object or isinstance(frame[name].dtype, pd.StringDtype):
            frame[name] = [
                None if pd.isna(text) else html.escape(_NOT_XML.sub("", str(text))) for text in frame[name]
            ]
    title = "title" if "title" in frame else "name" if "name" in frame else "type"
    said = html.escape("; ".join(f"{name}: {text}" for name, text in product.notes.items()))
    pyogrio.write_dataframe(
        frame.assign(Name=frame[title]),
        path,
        driver="LIBKML",
        layer=product.name,
        dataset_options={"NAME": f"{product.marking} {product.name}", "DESCRIPTION": said},
        layer_options={"NAME": f"{product.marking} {product.name}"},
    )


def _gpkg(product: Product, path: Path) -> None:
    about = {"MARKING": product.marking, **{name.upper(): text for name, text in product.notes.items()}}
    pyogrio.write_dataframe(
        _frame(product),
        path,
        driver="GPKG",
        layer=product.name,
        # Boston's points and a route lie in one list.
        geometry_type="Unknown",
        dataset_metadata=about,
        layer_metadata=about,
        layer_options={"DESCRIPTION": f"{product.marking} {product.name}"},
    )


def _frame(product: Product) -> gpd.GeoDataFrame:
    """Return the rows with their places; whole columns of nothing are columns of text."""
    columns = {name: [row[name] for row in product.rows] for name in product.columns}
    plain = {
        name: np.asarray(values, dtype=object) if all(value is None for value in values) else values
        for name, values in columns.items()
    }
    frame = gpd.GeoDataFrame(plain, geometry=list(product.geometries), crs=_WGS84)
    frame.attrs = {"marking": product.marking, **product.notes}
    return frame
