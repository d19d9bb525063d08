"""A store of made-up incidents that lie and come as real ones do: in towns, in waves, on addresses."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import insert

from data.clock import to_ms
from data.geo import morton_cells
from data.model import LocatedBy, StoreKind, Tlp, new_id
from data.store import Store
from data.store import tables as t
from data.store.rows import fid_of
from data.store.text import index_run

_TOWNS = 60
_AT_ONCE = 20_000
_YEARS_MS = 2 * 365 * 86_400_000
_WORDS = (
    "tree",
    "down",
    "gas",
    "leak",
    "smoke",
    "flooded",
    "road",
    "power",
    "out",
    "person",
    "trapped",
    "alarm",
)
SECTORS = ("energy", "healthcare", "water", "transportation", "communications", "emergency-services")


def fill(store: Store, *, rows: int, sites: int = 2_000, seed: int = 1) -> None:
    """Put incidents and sites into an empty store; the same seed gives the same ones but for their ids."""
    random = np.random.default_rng(seed)
    scopes = _scopes(store)
    sources = [
        store.sources.intern(f"bench-{n}", name=f"Bench source {n}", kind="incidents", scope_id=scopes[0])
        for n in range(8)
    ]
    towns = np.column_stack([random.uniform(-73.3, -70.0, _TOWNS), random.uniform(41.4, 42.8, _TOWNS)])
    done = 0
    for size in _sizes(rows):
        columns = _columns(random, towns, size=size, now_ms=to_ms(store.clock.now()))
        batch = _rows(store, random, columns, scopes=scopes, sources=sources)
        with store.transaction() as connection:
            connection.execute(insert(t.incident), batch)
            index_run(connection, first=done + 1, last=done + size)
            store.changes.note(connection, "incident", done + 1, done + size)
        done += size
    with store.transaction() as connection:
        connection.execute(
            insert(t.site), _sites(random, towns, sites, scope=scopes[0], source=sources[0], store=store)
        )
        store.changes.note(connection, "site", 1, sites)


def _sizes(rows: int) -> Iterator[int]:
    for start in range(0, rows, _AT_ONCE):
        yield min(_AT_ONCE, rows - start)


def _scopes(store: Store) -> list[int]:
    """Return the scopes that bench incidents have, the commonest first."""
    intern = store.scopes.intern
    return [
        intern(StoreKind.INCIDENT, Tlp.GREEN),
        intern(StoreKind.INCIDENT, Tlp.AMBER),
        intern(StoreKind.INCIDENT, Tlp.CLEAR),
        intern(StoreKind.SAR, Tlp.AMBER_STRICT, law_enforcement=True),
    ]


def _columns(
    random: np.random.Generator, towns: npt.NDArray[np.float64], *, size: int, now_ms: int
) -> dict[str, npt.NDArray[Any]]:
    """Return places and times: most in towns, a third on shared addresses, some on a default point."""
    town = np.minimum(random.geometric(0.06, size) - 1, len(towns) - 1)
    place = towns[town] + random.normal(0, 0.02, (size, 2))
    address = random.random(size) < 0.35
    place[address] = np.round(place[address], 3)
    place[random.random(size) < 0.15] = (0.0, 0.0)
    wide = (place == 0).all(axis=1)
    place[wide] = np.column_stack(
        [random.uniform(-73.4, -69.9, wide.sum()), random.uniform(41.3, 42.9, wide.sum())]
    )
    default = random.random(size) < 0.02
    place[default] = (-71.0589, 42.3601)
    ago = random.random(size) ** 1.5 * _YEARS_MS
    return {"place": place, "default": default, "occurred": (now_ms - ago).astype(np.int64)}


def _rows(
    store: Store,
    random: np.random.Generator,
    columns: dict[str, npt.NDArray[Any]],
    *,
    scopes: list[int],
    sources: list[int],
) -> list[dict[str, Any]]:
    size = len(columns["occurred"])
    types = [entry.id for entry in store.types.all()]
    lon, lat = columns["place"].T
    values = {
        "lon": lon.tolist(),
        "lat": lat.tolist(),
        "cell": morton_cells(lon, lat).tolist(),
        "occurred_ms": columns["occurred"].tolist(),
        "type_id": random.choice(types, size, p=_zipf(len(types))).tolist(),
        "scope_id": random.choice(scopes, size, p=(0.7, 0.2, 0.08, 0.02)).tolist(),
        "source_id": random.choice(sources, size, p=_zipf(len(sources))).tolist(),
        "severity": random.choice(7, size, p=(0.3, 0.25, 0.2, 0.1, 0.08, 0.05, 0.02)).tolist(),
        "status": random.choice(5, size, p=(0.05, 0.05, 0.1, 0.2, 0.6)).tolist(),
        "located_by": np.where(
            columns["default"], LocatedBy.DEFAULT_POINT, random.choice([1, 2, 5], size)
        ).tolist(),
        "accuracy_m": random.choice([5.0, 10.0, 25.0, 100.0, 500.0], size).tolist(),
        "word": random.integers(0, len(_WORDS), (size, 3)).tolist(),
        "nowhere": (random.random(size) < 0.01).tolist(),
    }
    return [_row(dict(zip(values, each, strict=True))) for each in zip(*values.values(), strict=True)]


def _row(each: dict[str, Any]) -> dict[str, Any]:
    words, nowhere = each.pop("word"), each.pop("nowhere")
    if nowhere:
        each |= {"lon": None, "lat": None, "cell": None}
    title = " ".join(_WORDS[word] for word in words).capitalize()
    occurred = each["occurred_ms"]
    made = {"title": title, "narrative": f"Caller reports {title.lower()}.", "address": f"{words[0]} Main St"}
    return each | made | _identity(occurred)


def _identity(at_ms: int) -> dict[str, Any]:
    record_id = new_id()
    return {
        "id": record_id,
        "fid": fid_of(record_id),
        "source_key": record_id.hex,
        "content_hash": secrets.token_bytes(16),
        "entered_ms": at_ms + 60_000,
        "updated_ms": at_ms + 60_000,
        "reported_ms": at_ms,
        "revision": 1,
        "time_precision": 0,
    }


def _sites(
    random: np.random.Generator,
    towns: npt.NDArray[np.float64],
    count: int,
    *,
    scope: int,
    source: int,
    store: Store,
) -> list[dict[str, Any]]:
    place = towns[random.integers(0, len(towns), count)] + random.normal(0, 0.03, (count, 2))
    now_ms = to_ms(store.clock.now())
    made = []
    for number, ((lon, lat), cell) in enumerate(
        zip(place.tolist(), morton_cells(*place.T).tolist(), strict=True)
    ):
        row = _identity(now_ms) | {
            "lon": lon,
            "lat": lat,
            "cell": cell,
            "scope_id": scope,
            "source_id": source,
        }
        for name in ("reported_ms", "time_precision"):
            row.pop(name)
        sector = SECTORS[number % len(SECTORS)]
        made.append(
            row | {"name": f"Site {number}", "sector": sector, "kind": f"{sector}-kind", "status": number % 4}
        )
    return made


def _zipf(count: int) -> npt.NDArray[np.float64]:
    weight = 1.0 / np.arange(1, count + 1)
    return np.asarray(weight / weight.sum())
