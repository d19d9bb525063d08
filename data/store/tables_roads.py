"""The tables of road networks; see `data.store.tables`.

A network is read whole or not at all, so its columns are kept together: a million edges are a few dozen rows
to read instead of a million.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table

from data.store.tables import metadata

_Seq = BigInteger().with_variant(Integer, "sqlite")

network = Table(
    "road_network",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("scope_id", ForeignKey("scope.id"), nullable=False),
    Column("source_id", ForeignKey("source.id"), nullable=False, unique=True),
    Column("edges", Integer, nullable=False),
    Column("junctions", Integer, nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of the parts: the same file changes nothing
    Column("entered_ms", BigInteger, nullable=False),
)

# Arrow IPC, compressed; `kind` is "edges" or "junctions".
part = Table(
    "road_part",
    metadata,
    Column("network_seq", ForeignKey("road_network.seq"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)
