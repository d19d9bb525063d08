"""Outlines of the United States' states and counties, and the islands of the US Virgin Islands."""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from data.reference.files import read_bytes

SOURCE = "US Census Bureau, cartographic boundaries 2016 (public domain)"
VINTAGE = "2016"


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A state, or a county by its Census GEOID, whose first two digits are the state."""

    geoid: str
    name: str
    kind: str
    parent: str
    geometry: BaseGeometry


def areas(*, kinds: Collection[str] = ("state", "county"), states: Collection[str] = ()) -> Iterator[AreaRow]:
    """Yield the shipped areas of these kinds, and of these state FIPS codes where some are given.

    Massachusetts (25) and the US Virgin Islands (78) are sharp to about 50 m, the rest to about 800 m:
    fit for filters and pictures, not for surveying.
    """
    collection = json.loads(gzip.decompress(read_bytes("areas_us.geojson.gz")))
    for feature in collection["features"]:
        about = feature["properties"]
        if about["kind"] in kinds and (not states or about["geoid"][:2] in states):
            geometry = shapely.from_geojson(json.dumps(feature["geometry"]))
            yield AreaRow(about["geoid"], about["name"], about["kind"], about["parent"], geometry)
