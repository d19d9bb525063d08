"""`watchfloor search surface`: a probability surface from evidence in a file."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC
from pathlib import Path
from typing import Annotated, Any

import click
import orjson
from pydantic import AwareDatetime, Field, model_validator

from dashboard.cli.output import json_option, say
from dashboard.cli.search_files import Form, Name, Number, Positive, Share, read
from data.clock import SystemClock
from data.errors import Invalid
from layers.export.geotiff import geotiff
from layers.rescue.credible import Area, best, credible
from layers.rescue.evidence import Evidence
from layers.rescue.grid import MAX_CELLS, Grid
from layers.rescue.surface import ELSEWHERE, Prior, Surface, combine

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, writable=True, path_type=Path)
_TIFF, _GEOJSON = {".tif", ".tiff"}, {".geojson", ".json"}
_CANDIDATES = 5
_AUTOMATIC_CELLS = 250_000


class Ground(Form):
    """A box, or a centre with rows and columns."""

    bbox: tuple[Number, Number, Number, Number] | None = None
    lon: Number | None = None
    lat: Number | None = None
    cell_m: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)] | None = None
    rows: Annotated[int, Field(strict=True, ge=1)] | None = None
    columns: Annotated[int, Field(strict=True, ge=1)] | None = None

    def grid(self) -> Grid:
        """Return the grid that is meant."""
        if self.bbox is not None:
            most = MAX_CELLS if self.cell_m else _AUTOMATIC_CELLS
            return Grid.around(self.bbox, cell_m=self.cell_m, max_cells=most)
        if None in (self.lon, self.lat, self.cell_m, self.rows, self.columns):
            raise Invalid(
                "The grid is not known.", hint="Give bbox (and cell_m), or lon, lat, cell_m, rows, columns."
            )
        return Grid(self.lon or 0.0, self.lat or 0.0, self.cell_m or 0.0, self.rows or 0, self.columns or 0)


class Piece(Form):
    """A piece of evidence as a file has it: its parameters under `params`, or beside `kind`."""

    id: Name | None = None
    kind: str
    params: dict[str, Any] = Field(default_factory=dict)
    reliability: Share = 0.8
    weight: Positive = 1.0
    at: AwareDatetime | None = None
    source: str = ""
    words: str = ""
    on: bool = True

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, given: Any) -> Any:
        if not isinstance(given, dict) or "params" in given:
            return given
        own = {key: value for key, value in given.items() if key in cls.model_fields}
        return {**own, "params": {key: value for key, value in given.items() if key not in own}}

    def evidence(self, number: int) -> Evidence:
        """Return the evidence, named by its number where it has no id."""
        name = str(self.id) if self.id is not None else f"{number:06d}"
        return Evidence(name, **self.model_dump(exclude={"id"}))


class Asked(Form):
    """What `search surface` reads."""

    grid: Ground
    evidence: Annotated[list[Piece], Field(max_length=10_000)]
    elsewhere: Annotated[float, Field(strict=True, gt=0, lt=1)] = ELSEWHERE
    now: AwareDatetime | None = None


@click.command()
@click.argument("file", type=FILE)
@click.option("--out", type=OUT, help="File to write: .tif (GeoTIFF) or .geojson.")
@json_option
def surface(file: Path, out: Path | None, as_json: bool) -> None:
    """Compute where people may be: 50/80/95 % areas, candidates, and what each piece of evidence contributed.

    FILE: {"grid": {"bbox": [west, south, east, north], "cell_m": 50}, "evidence": [{"kind", "params",
    "reliability"}, …], "elsewhere": 0.1, "now": time}
    """
    if out is not None and out.suffix.lower() not in _TIFF | _GEOJSON:
        raise Invalid(f"{out.name} is neither a GeoTIFF nor a GeoJSON.", hint="Name it .tif or .geojson.")
    asked = read(file, Asked)
    now = (asked.now or SystemClock().now()).astimezone(UTC)
    evidence = [piece.evidence(number) for number, piece in enumerate(asked.evidence, start=1)]
    found = combine(asked.grid.grid(), Prior(asked.elsewhere), evidence, now)
    areas = credible(found)
    told = _told(found, evidence, areas)
    if out is not None:
        as_tiff = out.suffix.lower() in _TIFF
        out.write_bytes(geotiff(found) if as_tiff else orjson.dumps(_geojson(told)))
    say({"out": str(out) if out else None, **told}, as_json=as_json, text=_text(told, out))


def _told(found: Surface, evidence: list[Evidence], areas: list[Area]) -> dict[str, Any]:
    by_id = {each.id: each for each in evidence}
    return {
        "grid": {**asdict(found.grid), "crs": found.grid.crs},
        "elsewhere": found.elsewhere,
        "areas": [asdict(area) for area in areas],
        "candidates": [asdict(candidate) for candidate in best(found, _CANDIDATES)],
        "contributions": [
            {
                "evidence_id": each.evidence_id,
                "kind": by_id[each.evidence_id].kind,
                "bits": each.bits,
                "moved": each.moved,
                "words": by_id[each.evidence_id].words,
            }
            for each in found.contributions
        ],
    }


def _geojson(told: dict[str, Any]) -> dict[str, Any]:
    areas = [
        {
            "type": "Feature",
            "geometry": area["geometry"],
            "properties": {"what": "area", **{key: area[key] for key in ("level", "km2", "mass")}},
        }
        for area in reversed(told["areas"])  # the smallest is drawn last
    ]
    places = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [place["lon"], place["lat"]]},
            "properties": {"what": "candidate", "p": place["p"], "accuracy_m": place["accuracy_m"]},
        }
        for place in told["candidates"]
    ]
    also = {key: told[key] for key in ("elsewhere", "contributions", "grid")}
    return {"type": "FeatureCollection", "features": [*areas, *places], **also}


def _text(told: dict[str, Any], out: Path | None) -> str:
    lines = [f"{area['level']:>4.0%}  within {area['km2']:,.3g} km²" for area in told["areas"]]
    lines.append(f"elsewhere {told['elsewhere']:.2%}")
    lines += [
        f"{place['p']:>6.1%}  {place['lat']:.5f}, {place['lon']:.5f} ± {place['accuracy_m']:,.0f} m"
        for place in told["candidates"]
    ]
    lines += [
        f"{each['evidence_id']} ({each['kind']}): {each['bits']:.2f} bits, moved {each['moved']:.1%}"
        for each in told["contributions"]
    ]
    return "\n".join([*lines, *([f"Written to {out}."] if out else [])])


commands: list[click.Command] = [surface]
