"""Full-text search over incidents: FTS5 on SQLite, tsvector on PostgreSQL, the same answers from outside.

Words are folded of case and accents; every word must occur, the last one as a prefix.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from itertools import chain

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

FIELDS = ("title", "narrative", "address")
_WORD = re.compile(r"\w+")
_MAX_WORDS = 12
# The same expression stands in the index that the migration makes; PostgreSQL matches the two by text.
_PG_VECTOR = "to_tsvector('simple', watchfloor_fold(title || ' ' || narrative || ' ' || address))"


def words_of(query: str) -> list[str]:
    """Return the folded words of a query, at most twelve."""
    folded = "".join(c for c in unicodedata.normalize("NFKD", query.lower()) if not unicodedata.combining(c))
    return _WORD.findall(folded)[:_MAX_WORDS]


def index_run(connection: Connection, *, first: int, last: int) -> None:
    """Index the text of a run of new incidents; PostgreSQL's index keeps itself."""
    if connection.dialect.name == "sqlite":
        connection.execute(
            text(
                "INSERT INTO incident_text(rowid, title, narrative, address) "
                "SELECT seq, title, narrative, address FROM incident WHERE seq BETWEEN :first AND :last"
            ),
            {"first": first, "last": last},
        )


def forget(connection: Connection, seq: int, before: Mapping[str, str]) -> None:
    """Take one incident's old text out of the index, before it is indexed anew."""
    if connection.dialect.name == "sqlite":
        # An external-content FTS5 table is told what to forget, it does not look.
        connection.execute(
            text(
                "INSERT INTO incident_text(incident_text, rowid, title, narrative, address) "
                "VALUES ('delete', :seq, :title, :narrative, :address)"
            ),
            {"seq": seq, **{name: before[name] for name in FIELDS}},
        )


def matching(connection: Connection, query: str) -> npt.NDArray[np.int64]:
    """Return the sorted seqs of the incidents that contain every word; unfiltered, for the mirror to mask."""
    # FTS5 folds a query just as it folded the text; PostgreSQL has our own folding on both sides.
    sqlite = connection.dialect.name == "sqlite"
    words = _WORD.findall(unicodedata.normalize("NFC", query))[:_MAX_WORDS] if sqlite else words_of(query)
    if not words:
        return np.empty(0, dtype=np.int64)
    if sqlite:
        sql = "SELECT rowid FROM incident_text WHERE incident_text MATCH :query ORDER BY rowid"
        match = " ".join(f'"{word}"' for word in words) + "*"
    else:
        sql = f"SELECT seq FROM incident WHERE {_PG_VECTOR} @@ to_tsquery('simple', :query) ORDER BY seq"  # noqa: S608  # a constant
        match = " & ".join(words) + ":*"
    found = connection.execute(text(sql), {"query": match})
    # Straight from the driver: a common word is in a hundred thousand reports.
    return np.fromiter(chain.from_iterable(found.cursor.fetchall()), dtype=np.int64)
