"""The site layer: what the community depends on, with its lifeline status."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.errors import BadFilter
from data.geo import IntArray
from data.mirror import SiteFrame
from data.mirror.spatial import runs
from data.model import SiteStatus, label
from layers.base import Legend, MapLayer
from layers.tiles import TileAddress, mvt, pyramid
from layers.tiles.address import within_buffer
from layers.tiles.mvt import Tags

LAYER = MapLayer(
    name="sites",
    title="Sites",
    kind="tile",
    url="/tiles/sites/{z}/{x}/{y}.mvt",
    filtered=False,
    legend=tuple(
        Legend(key=str(int(status)), label=label(status), role=f"lifeline-{status.name.lower()}")
        for status in SiteStatus
    ),
)

_NAMES_FROM_ZOOM = 11
_MAX_NAME = 80  # characters; the rest is in the record


@dataclass(frozen=True, slots=True)
class SiteFilter:
    """Which sites to show; empty is any."""

    sectors: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    statuses: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, *, sector: str = "", kind: str = "", status: str = "") -> SiteFilter:
        """Return the filter of comma-joined values; raise BadFilter on a status that is none."""
        wanted = {name.strip().lower() for name in status.split(",") if name.strip()}
        known = {str(int(each)): int(each) for each in SiteStatus} | {
            e.name.lower(): int(e) for e in SiteStatus
        }
        if not wanted <= set(known):
            raise BadFilter(
                f"{sorted(wanted - set(known))[0][:40]!r} is no status of a site.",
                hint=f"One of {', '.join(each.name.lower() for each in SiteStatus)}.",
            )
        return cls(_values(sector), _values(kind), frozenset(known[name] for name in wanted))

    def key(self) -> str:
        """Return the one text that means this filter."""
        parts = (self.sectors, self.kinds, {str(status) for status in self.statuses})
        return "|".join(",".join(sorted(part)) for part in parts)


def _values(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


@dataclass(frozen=True)
class Sites:
    """The sites that one filter lets one actor see, ready for tiles."""

    frame: SiteFrame
    rows: IntArray
    pyramid: pyramid.Pyramid

    @property
    def nbytes(self) -> int:
        """About how much memory this holds on to."""
        return 10 * self.rows.nbytes + 1_000


def choose(frame: SiteFrame, visible: npt.NDArray[np.bool_], wanted: SiteFilter) -> Sites:
    """Return the visible sites that the filter wants; `visible` is indexed with scope ids."""
    rows = frame.chosen(visible, sectors=wanted.sectors, kinds=wanted.kinds)
    if wanted.statuses:
        rows = rows[np.isin(frame.status[rows], sorted(wanted.statuses))]
    red = frame.status[rows] == int(SiteStatus.RED)
    counts = pyramid.build(
        frame.cell[rows],
        frame.x[rows].astype(np.int32),
        frame.y[rows].astype(np.int32),
        rank=frame.status[rows],
        high=red,
    )
    return Sites(frame, rows, counts)


def tile(sites: Sites, address: TileAddress) -> bytes:
    """Return the vector tile of sites: `site_clusters` and `sites`; nothing where it is empty."""
    if address.z > pyramid.LAST_COUNTED_ZOOM:
        return _points(sites, address, _rows_around(sites, address))
    counted = pyramid.count(sites.pyramid, address)
    x, y = address.local(counted.x, counted.y)
    near = within_buffer(x, y)
    tags = [
        Tags.of("n", counted.n[near]),
        Tags.of("status", counted.rank[near]),
        Tags.of("red", counted.high[near]),
    ]
    clusters = mvt.point_layer("site_clusters", x[near], y[near], tags=tags)
    return clusters + _points(sites, address, sites.rows[counted.loose])


def _rows_around(sites: Sites, address: TileAddress) -> IntArray:
    cell = sites.frame.cell[sites.rows]
    first = np.searchsorted(cell, address.cells << address.shift)
    last = np.searchsorted(cell, (address.cells + 1) << address.shift)
    return sites.rows[runs(first, last)]


def _points(sites: Sites, address: TileAddress, rows: IntArray) -> bytes:
    frame = sites.frame
    x, y = address.local(frame.x[rows], frame.y[rows])
    near = within_buffer(x, y)
    rows = rows[near]
    kinds, sectors = frame.kind[rows].tolist(), frame.sector[rows].tolist()
    tags = [
        _words("kind", kinds),
        _words("sector", sectors),
        _words("glyph", [kind or sector for kind, sector in zip(kinds, sectors, strict=True)]),
        Tags.of("status", frame.status[rows]),
    ]
    if address.z >= _NAMES_FROM_ZOOM:
        tags.append(_words("name", [name[:_MAX_NAME] for name in frame.name[rows].tolist()]))
    return mvt.point_layer("sites", x[near], y[near], tags=tags, ids=frame.fid[rows])


def _words(key: str, values: list[str]) -> Tags:
    distinct: dict[str, int] = {}
    index = [distinct.setdefault(value, len(distinct)) for value in values]
    return Tags(key, list(distinct), np.array(index, dtype=np.int64))
