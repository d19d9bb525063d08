"""`watchfloor hotspots …`: the statistics of the map on files, for analysts."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import numpy as np

from dashboard.cli.hotspot_columns import excess_columns, method_text, statistic_columns
from dashboard.cli.hotspot_files import days, numbers, plane, table, write
from dashboard.cli.output import json_option, say
from data.errors import Invalid
from data.importers.places import default_points
from layers.analytics.lattice import lattice_gi
from layers.analytics.near_repeat import knox
from layers.analytics.planar import PlanarGrid, grid_around
from layers.analytics.scan import Cluster, scan_permutation, scan_poisson

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, writable=True, path_type=Path)
_DAY = {"h": 1 / 24, "d": 1.0, "w": 7.0}


@click.group()
def hotspots() -> None:
    """Compute hotspots, clusters and repeats from files."""


@hotspots.command()
@click.option("--points", required=True, type=FILE, help="Table of places, any importable format.")
@click.option("--x", "x_column", required=True, help="Column of x or longitude.")
@click.option("--y", "y_column", required=True, help="Column of y or latitude.")
@click.option("--crs", default="lonlat", show_default=True, help="lonlat, or EPSG:n of a plane in metres.")
@click.option(
    "--cell", "cell_m", required=True, type=click.FloatRange(min=0.1), help="Side of a cell in metres."
)
@click.option("--time", "time_column", help="Column of times, for a trend.")
@click.option("--step", default="1d", show_default=True, help="Step of time: 6h, 1d, 1w.")
@click.option("--exposure", type=FILE, help="Table with the same x and y columns, and `population`.")
@click.option("--extent", help="x0,y0,nx,ny: fixes the grid so that results compare cell by cell.")
@click.option(
    "--statistic", type=click.Choice(["density", "gi", "gi-star", "excess", "trend"]), default="gi-star"
)
@click.option(
    "--default-points",
    "with_default_points",
    is_flag=True,
    help="Count places on default points too: one spot that stands in for no place.",
)
@click.option("--out", required=True, type=OUT, help="File to write: .geojson, .csv or .parquet.")
@json_option
def grid(
    *,
    points: Path,
    x_column: str,
    y_column: str,
    crs: str,
    cell_m: float,
    time_column: str | None,
    step: str,
    exposure: Path | None,
    extent: str | None,
    statistic: str,
    with_default_points: bool,
    out: Path,
    as_json: bool,
) -> None:
    """Count places in square cells and compute a statistic of each; default points are left out, and said."""
    frame = table(points, x_column, y_column, *([time_column] if time_column else []))
    x, y, back = plane(crs, numbers(frame, x_column), numbers(frame, y_column))
    placed = np.isfinite(x) & np.isfinite(y)
    stand_in = np.zeros(len(x), dtype=np.bool_) if with_default_points else default_points(x, y, None)[0]
    known = placed & ~stand_in
    cells = _extent(extent, cell_m) if extent else grid_around(x[known], y[known], cell_m=cell_m)
    at = days(frame, time_column)[known] if time_column else None
    weights = _exposure(exposure, cells, x_column=x_column, y_column=y_column, crs=crs)
    columns = statistic_columns(
        statistic, x[known], y[known], cells, at=at, step_days=_step(step), exposure=weights
    )
    edge = cells.edge().ravel()
    write(out, {"id": np.arange(cells.nx * cells.ny), **columns, "edge": edge}, cells, back)
    result = {
        "out": str(out),
        "statistic": statistic,
        "places": int(known.sum()),
        "without_place": int((~placed).sum()),
        "default_points_left_out": int(stand_in.sum()),
        "outside": int((cells.locate(x[known], y[known]) < 0).sum()),
        "grid": asdict(cells),
        "claims": int(columns["claim"].sum()) if "claim" in columns else None,
        "method": method_text(statistic, exposure=weights is not None) + _left_out(int(stand_in.sum())),
    }
    said = f"{cells.nx * cells.ny:,} cells written to {out}.{_left_out(int(stand_in.sum()))}"
    say(result, as_json=as_json, text=said)


@hotspots.command("cells")
@click.option("--values", required=True, type=FILE, help="Table id,value[,expected].")
@click.option("--neighbours", type=FILE, help="Table i,j of neighbouring ids, each direction on a row.")
@click.option("--statistic", type=click.Choice(["gi", "gi-star", "excess"]), default="gi-star")
@click.option("--out", required=True, type=OUT, help="File to write: .csv or .parquet.")
@json_option
def lattice_cells(*, values: Path, neighbours: Path | None, statistic: str, out: Path, as_json: bool) -> None:
    """Compute a statistic on cells of any shape, given their values and who neighbours whom."""
    frame = table(values, "id", "value", *(["expected"] if statistic == "excess" else []))
    counts = numbers(frame, "value")
    if not len(counts) or not np.isfinite(counts).all():
        raise Invalid(
            "Every cell needs a value.", hint="Give 0 where nothing happened; leave unknown cells out."
        )
    columns: dict[str, Any] = {"id": frame["id"].to_numpy()}
    if statistic == "excess":
        columns |= excess_columns(counts, numbers(frame, "expected"))
    else:
        if neighbours is None:
            raise Invalid("Gi needs to know who neighbours whom.", hint="Give --neighbours FILE with i,j.")
        first, second = _pairs(neighbours, [str(value) for value in frame["id"]])
        found = lattice_gi(counts, first, second, star=statistic == "gi-star")
        columns |= {
            "z": found.z,
            "p": found.p,
            "q": found.q,
            "claim": found.claim,
            "neighbours": found.neighbours,
        }
    write(out, columns, None, None)
    say(
        {"out": str(out), "cells": len(counts), "method": method_text(statistic, exposure=True)},
        as_json=as_json,
        text=f"{len(counts):,} cells written to {out}.",
    )


@hotspots.command()
@click.option("--cases", required=True, type=FILE, help="Table id,cases[,time].")
@click.option("--places", required=True, type=FILE, help="Table id,x,y on a plane.")
@click.option("--population", type=FILE, help="Table id,population, for the Poisson model.")
@click.option("--model", type=click.Choice(["poisson", "permutation"]), default="poisson")
@click.option("--max-share", default=0.5, show_default=True, type=click.FloatRange(0.001, 0.5))
@click.option("--max-days", default=7, show_default=True, type=click.IntRange(min=1))
@click.option("--replicates", default=999, show_default=True, type=click.IntRange(min=1))
@click.option("--seed", default=1, show_default=True, type=int)
@json_option
def scan(
    *,
    cases: Path,
    places: Path,
    population: Path | None,
    model: str,
    max_share: float,
    max_days: int,
    replicates: int,
    seed: int,
    as_json: bool,
) -> None:
    """Find the most likely clusters (Kulldorff's circular scan statistic)."""
    where = table(places, "id", "x", "y")
    names = [str(value) for value in where["id"]]
    xy = np.column_stack([numbers(where, "x"), numbers(where, "y")])
    listed = table(cases, "id", "cases", *(["time"] if model == "permutation" else []))
    at, count = _positions(listed, "id", names, cases.name), numbers(listed, "cases").astype(np.int64)
    start = 0
    if model == "poisson":
        if population is None:
            raise Invalid(
                "The Poisson model needs the population.", hint="Give --population, or --model permutation."
            )
        people = table(population, "id", "population")
        at_risk = np.zeros(len(names))
        np.add.at(at_risk, _positions(people, "id", names, population.name), numbers(people, "population"))
        seen = np.bincount(at, weights=count, minlength=len(names)).astype(np.float64)
        clusters = scan_poisson(xy, seen, at_risk, max_share=max_share, replicates=replicates, seed=seed)
    else:
        day = np.floor(days(listed, "time")).astype(np.int64)
        start = int(day.min())
        clusters = scan_permutation(
            xy,
            np.repeat(at, count),
            np.repeat(day - start, count),
            max_share=max_share,
            max_steps=max_days,
            replicates=replicates,
            seed=seed,
        )
    found = [_cluster(cluster, names, start) for cluster in clusters]
    lines = [
        f"{len(c['ids'])} places, {c['cases']} cases, {c['expected']:.1f} expected, p {c['p']:.3f}"
        for c in found
    ]
    say(
        {"clusters": found},
        as_json=as_json,
        text="\n".join(lines) or "No place has more cases than its share.",
    )


@hotspots.command("near-repeat")
@click.option("--points", required=True, type=FILE, help="Table of incidents.")
@click.option("--x", "x_column", required=True)
@click.option("--y", "y_column", required=True)
@click.option("--time", "time_column", required=True, help="Column of times, or of numbers of days.")
@click.option(
    "--crs", default="plane", show_default=True, help="plane (units as they are), lonlat or EPSG:n."
)
@click.option("--distance", required=True, type=click.FloatRange(min=0), help="Near in space, metres.")
@click.option(
    "--days", "within_days", required=True, type=click.FloatRange(min=0), help="Near in time, days."
)
@click.option("--permutations", default=999, show_default=True, type=click.IntRange(min=1))
@click.option("--seed", default=1, show_default=True, type=int)
@json_option
def near_repeat(
    *,
    points: Path,
    x_column: str,
    y_column: str,
    time_column: str,
    crs: str,
    distance: float,
    within_days: float,
    permutations: int,
    seed: int,
    as_json: bool,
) -> None:
    """Test whether incidents near in space follow one another sooner than chance would have it (Knox)."""
    frame = table(points, x_column, y_column, time_column)
    x, y, at = numbers(frame, x_column), numbers(frame, y_column), days(frame, time_column)
    if crs != "plane":
        x, y, _ = plane(crs, x, y)
    known = np.isfinite(x) & np.isfinite(y) & np.isfinite(at)
    xy = np.column_stack([x[known], y[known]])
    found = knox(xy, at[known], distance=distance, duration=within_days, permutations=permutations, seed=seed)
    text = f"{found.observed} pairs near in both; {found.expected:.1f} by chance; p {found.p:.3f}."
    say(asdict(found), as_json=as_json, text=text)


def _left_out(rows: int) -> str:
    told = f" Left out: {rows:,} rows on default points, which stand in for no place (--default-points)."
    return told if rows else ""


def _extent(text: str, cell_m: float) -> PlanarGrid:
    parts = text.split(",")
    try:
        x0, y0, nx, ny = float(parts[0]), float(parts[1]), int(parts[2]), int(parts[3])
    except (ValueError, IndexError) as error:
        raise Invalid(f"The extent {text!r} cannot be read.", hint="Give x0,y0,nx,ny.") from error
    if len(parts) != 4 or nx < 1 or ny < 1:
        raise Invalid(f"The extent {text!r} has no cells.", hint="Give x0,y0,nx,ny with nx and ny above 0.")
    return PlanarGrid(x0, y0, nx, ny, cell_m)


def _exposure(
    path: Path | None, cells: PlanarGrid, *, x_column: str, y_column: str, crs: str
) -> np.ndarray | None:
    if path is None:
        return None
    frame = table(path, x_column, y_column, "population")
    x, y, _ = plane(crs, numbers(frame, x_column), numbers(frame, y_column))
    return cells.counts(x, y, weights=np.nan_to_num(numbers(frame, "population")))


def _step(text: str) -> float:
    match = re.fullmatch(r"(\d+)([hdw])", text)
    if match is None or match[1] == "0":
        raise Invalid(f"The step {text!r} cannot be read.", hint="Write 6h, 1d or 1w.")
    return int(match[1]) * _DAY[match[2]]


def _pairs(path: Path, names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    frame = table(path, "i", "j")
    return _positions(frame, "i", names, path.name), _positions(frame, "j", names, path.name)


def _positions(frame: Any, column: str, names: list[str], file: str) -> np.ndarray:
    index = {name: position for position, name in enumerate(names)}
    try:
        return np.array([index[str(value)] for value in frame[column]], dtype=np.int64)
    except KeyError as error:
        raise Invalid(
            f"{file} speaks of {error.args[0]!r}, which is no id.", hint="Use the same ids."
        ) from error


def _cluster(cluster: Cluster, names: list[str], first_day: int) -> dict[str, Any]:
    def date(step: int | None) -> str | None:
        return None if step is None else str(np.datetime64(first_day + step, "D"))

    return {
        "ids": [names[member] for member in cluster.members],
        "cases": cluster.cases,
        "expected": cluster.expected,
        "llr": cluster.llr,
        "relative_risk": cluster.relative_risk,
        "p": cluster.p,
        "start": date(cluster.start),
        "end": date(cluster.end),
    }


commands: list[click.Command] = [hotspots]
