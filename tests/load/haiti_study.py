"""How far places located from text lie from the reported points, on the Haiti reports of 2010.

    python -m tests.load.haiti_study

Reports with a text location and a point of their own; default points, as the importer marks them, are left
out, because a centroid that stands for "somewhere" is no truth. Beside the locator stands a plain look-up:
the whole text is a name in the same gazetteer, or it is not located. Both are told that the reports are about
Haiti's capital and its surroundings. Prints counts and distances, never a name or a text; says so where the
file is absent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import unescape

import numpy as np
import polars as pl

from data.gazetteer import places
from data.gazetteer.places import Gazetteer
from data.geo import FloatArray, distance_m
from data.importers.places import default_points
from data.model import LonLat
from layers.rescue.ground import Ground
from layers.rescue.locate import locate_on
from tests.support.places import real_data

FILE = "1_crisis_reports/haiti2010_ushahidi_masked.give.csv"
NEAR = LonLat(-72.34, 18.54)
COUNTRY_M = 50_000.0  # an answer as wide as a country places nothing
WITHIN_M = (1_000, 2_000, 5_000)


@dataclass(frozen=True)
class Reports:
    """Texts with the points they were given, and how many were left out on default points."""

    texts: list[str]
    points: list[LonLat]
    default: int


def reports() -> Reports | None:
    """Return the reports of the study, or None where the file is absent."""
    folder = real_data()
    path = folder / FILE if folder else None
    if path is None or not path.is_file():
        return None
    rows = pl.read_csv(path, infer_schema_length=0)
    rows = rows.with_columns(pl.col("LOCATION").map_elements(unescape, return_dtype=pl.String))
    lon = rows["LONGITUDE"].cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
    lat = rows["LATITUDE"].cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
    address = rows["LOCATION"].fill_null("").str.strip_chars()
    default, _ = default_points(lon, lat, address)
    told = np.isfinite(lon) & np.isfinite(lat) & (address != "").to_numpy()
    kept = np.flatnonzero(told & ~default)
    points = [LonLat(float(lon[row]), float(lat[row])) for row in kept]
    return Reports([address[int(row)] for row in kept], points, int((told & default).sum()))


def plainly(gazetteer: Gazetteer, text: str) -> LonLat | None:
    """Return the nearest place of which the whole text is the name."""
    found = [gazetteer.places[row].at for row in gazetteer.mentions.whole(text) if row < len(gazetteer)]
    return min(found, key=lambda at: float(distance_m(NEAR, at.lon, at.lat)), default=None)


def off_m(given: Reports, find: Callable[[str], LonLat | None]) -> FloatArray:
    """Return how far each text was placed from its point; infinity where it was not placed."""
    found = [find(text) for text in given.texts]
    return np.array(
        [
            float(distance_m(point, at.lon, at.lat)) if at else np.inf
            for point, at in zip(given.points, found, strict=True)
        ]
    )


def study(gazetteer: Gazetteer, given: Reports) -> dict[str, FloatArray]:
    """Return how far off the plain look-up and the locator are, and the accuracy that the latter stated."""
    ground = Ground(gazetteer)
    stated: list[float] = []

    def located(text: str) -> LonLat | None:
        best = locate_on(ground, text, NEAR, limit=1)
        placed = bool(best) and best[0].accuracy_m <= COUNTRY_M
        stated.append(best[0].accuracy_m if placed else np.nan)
        return LonLat(best[0].lon, best[0].lat) if placed else None

    plain = off_m(given, lambda text: plainly(gazetteer, text))
    return {"plain": plain, "located": off_m(given, located), "stated": np.array(stated)}


def line(name: str, off: FloatArray) -> str:
    """Return one line of the table."""
    placed = off[np.isfinite(off)]
    within = " ".join(f"{(off <= limit).mean():>6.0%}" for limit in WITHIN_M)
    middle, most = np.quantile(placed, [0.5, 0.8]) / 1000
    return f"{name:<28}{len(placed):>6} of {len(off):<6}{middle:>7.2f} km{most:>9.2f} km   {within}"


def table(found: dict[str, FloatArray]) -> Sequence[str]:
    """Return the lines of the table: each on what it placed, then both on what both placed."""
    both = np.isfinite(found["plain"]) & np.isfinite(found["located"])
    placed = np.isfinite(found["located"])
    within = (found["located"][placed] <= found["stated"][placed]).mean()
    return [
        line("plain look-up", found["plain"]),
        line("locator", found["located"]),
        line("plain, where both placed", found["plain"][both]),
        line("locator, where both placed", found["located"][both]),
        line("locator, where plain did not", found["located"][~np.isfinite(found["plain"])]),
        f"within the accuracy that the locator stated: {within:.0%} of what it placed",
    ]


def main() -> None:
    """Print the study."""
    given = reports()
    if given is None:
        print("haiti study: left out, the reports are not here")
        return
    print(f"{len(given.texts):,} reports with text and point; {given.default} on default points left out")
    limits = " ".join(f"≤{limit // 1000} km" for limit in WITHIN_M)
    print(f"{'':<28}{'placed':>6}{'':<10}{'median':>10}{'80 %':>12}   of all {limits}")
    print("\n".join(table(study(places.load(), given))))


if __name__ == "__main__":
    main()
