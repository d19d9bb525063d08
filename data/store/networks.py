"""Road networks in the store: one of each source, a newer file in the place of the older."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import shapely
from sqlalchemy import delete, insert, select

from data.access import Actor, Permission, require, sql_filter
from data.clock import to_ms
from data.road_records import RoadColumns
from data.store.engine import reading, writing
from data.store.tables_roads import network, part

if TYPE_CHECKING:
    from data.store.store import Store

_ROWS_A_PART: Final = 50_000  # a few megabytes: no single value is too long for a database to send
_JUNCTIONS: Final = ("lon", "lat")
_EDGES: Final = ("start", "end", "length_m", "road_class", "oneway")


class Networks:
    """The roads that one can travel on."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def replace(self, actor: Actor, source_id: int, scope_id: int, roads: RoadColumns) -> bool:
        """Put roads in the place of what this source gave before; return whether that changed anything."""
        require(actor, Permission.IMPORT)
        parts = list(_packed(roads))
        digest = hashlib.sha256(b"".join(content for _, _, content in parts)).hexdigest()
        mine = network.c.source_id == source_id
        with writing(self._store.engine) as connection:
            old = connection.execute(select(network).where(mine)).one_or_none()
            if old is not None and (old.digest, old.scope_id) == (digest, scope_id):
                return False
            if old is not None:
                connection.execute(delete(part).where(part.c.network_seq == old.seq))
                connection.execute(delete(network).where(mine))
            row = {
                "scope_id": scope_id,
                "source_id": source_id,
                "edges": len(roads),
                "junctions": roads.junctions,
                "digest": digest,
                "entered_ms": to_ms(self._store.clock.now()),
            }
            seq = connection.execute(insert(network).values(row).returning(network.c.seq)).scalar_one()
            for kind, number, content in parts:
                values = {"network_seq": seq, "kind": kind, "part": number, "content": content}
                connection.execute(insert(part).values(values))
            self._store.changes.note(connection, "road_network", seq)
            self._store.audit.record(
                connection, actor, "import", kind="road_network", record=source_id, added=len(roads)
            )
        return True

    def known(self, actor: Actor) -> tuple[tuple[int, str], ...]:
        """Return the networks that the actor may see, each with the digest of what it holds."""
        query = select(network.c.seq, network.c.digest).where(self._seen(actor)).order_by(network.c.source_id)
        with reading(self._store.engine) as connection:
            return tuple((int(row.seq), row.digest) for row in connection.execute(query))

    def scopes(self, actor: Actor) -> set[int]:
        """Return the scopes of the networks that the actor may see."""
        query = select(network.c.scope_id).where(self._seen(actor))
        with reading(self._store.engine) as connection:
            return {int(one) for one in connection.execute(query).scalars()}

    def all(self, actor: Actor) -> list[RoadColumns]:
        """Return the networks that the actor may see."""
        query = (
            select(network.c.seq, part.c.kind, part.c.content)
            .join(part, part.c.network_seq == network.c.seq)
            .where(self._seen(actor))
            .order_by(network.c.source_id, part.c.kind, part.c.part)
        )
        with reading(self._store.engine) as connection:
            rows = connection.execute(query).all()
        packed: dict[int, dict[str, list[pa.Table]]] = {}
        for row in rows:
            kinds = packed.setdefault(int(row.seq), {"edges": [], "junctions": []})
            kinds[row.kind].append(pa.ipc.open_stream(bytes(row.content)).read_all())
        return [_unpacked(**kinds) for kinds in packed.values()]

    def _seen(self, actor: Actor) -> Any:
        return sql_filter(network.c.scope_id, self._store.visible(actor))


def _packed(roads: RoadColumns) -> Iterator[tuple[str, int, bytes]]:
    """Return the parts of a network: kind, number, content; the same for the same roads."""
    junctions = pa.table({name: getattr(roads, name) for name in _JUNCTIONS})
    edges = pa.table(
        {name: getattr(roads, name) for name in _EDGES}
        | {"shape": pa.array(shapely.to_wkb(roads.shapes), type=pa.binary())}
    )
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    for kind, table in (("junctions", junctions), ("edges", edges)):
        for number, begin in enumerate(range(0, table.num_rows, _ROWS_A_PART)):
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
                writer.write_table(table.slice(begin, _ROWS_A_PART).combine_chunks())
            yield kind, number, sink.getvalue().to_pybytes()


def _unpacked(edges: Iterable[pa.Table], junctions: Iterable[pa.Table]) -> RoadColumns:
    edge, junction = pa.concat_tables(edges), pa.concat_tables(junctions)
    shapes = shapely.from_wkb(edge.column("shape").to_numpy())
    return RoadColumns(
        **{name: junction.column(name).to_numpy() for name in _JUNCTIONS},
        **{name: edge.column(name).to_numpy() for name in _EDGES},
        shapes=np.asarray(shapes, dtype=object),
    )
