"""How a row is known again: by its source's id, or by what it says.

* The id of the source, where there is one. Rows with the same id and the same content are duplicates; of
  rows with the same id and different content, the first in the file keeps the id, each other one is known as
  "id#" and the start of its content's hash. The same file therefore always gives the same keys.
* A row without an id is known by the hash of all that it says ("~" and 32 hex digits). Two such rows that
  agree in everything are one: nothing tells a repeated report from a repeated line.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import polars as pl
import shapely

from data.importers.shape import Shaped

_MAX_KEY: Final = 180
_DIGEST: Final = 16
# No content: the number of the row, the id itself, and what depends on the other rows of the file.
_NOT_CONTENT: Final = ("row", "source_id", "located_by", "vintage")


def with_keys(shaped: Shaped) -> pl.DataFrame:
    """Return the records with `source_key`, `content_hash` (hex) and `duplicate`."""
    frame = shaped.frame
    content = _hashes(_content(shaped))
    raw = _hashes(shaped.raw_text)
    identity = frame["source_id"]
    long = identity.str.len_chars() > _MAX_KEY
    if long.any():
        identity = pl.Series(
            [_hash(text) if text and len(text) > _MAX_KEY else text for text in identity.to_list()]
        )
    anonymous = identity.is_null()
    own = pl.Series("own", [None], dtype=pl.String).new_from_index(0, frame.height)
    if anonymous.any():
        own = own.scatter(anonymous.arg_true(), "~" + raw)
    keyed = frame.with_columns(
        content.alias("content_hash"), pl.coalesce(pl.lit(identity), pl.lit(own)).alias("source_key")
    )
    # A row without an id is known by its raw text: a better profile then updates it, and adds no second.
    first = pl.col("content_hash").first().over("source_key")
    mixed = keyed.with_columns(
        pl.when((pl.col("content_hash") == first) | pl.lit(anonymous))
        .then(pl.col("source_key"))
        .otherwise(
            pl.concat_str([pl.col("source_key"), pl.lit("#"), pl.col("content_hash").str.slice(0, 12)])
        )
        .alias("source_key")
    )
    return mixed.with_columns((~pl.col("source_key").is_first_distinct()).alias("duplicate"))


def _content(shaped: Shaped) -> pl.Series:
    frame = shaped.frame
    parts: list[pl.Expr] = []
    for name, dtype in frame.schema.items():
        if name in _NOT_CONTENT:
            continue
        if dtype.is_float():
            # A tenth of a micrometre: below what any writer of a file keeps, above how floats are printed.
            value = (pl.col(name) * 1e9).round().cast(pl.Int64, strict=False).cast(pl.String)
        else:
            value = pl.col(name).cast(pl.String)
        parts.append(value.fill_null("\x1e"))
    text = frame.select(pl.concat_str(parts, separator="\x1f").alias("content"))["content"]
    if shaped.shapes is None:
        return text
    outlines = [_hash(wkb) if wkb is not None else "" for wkb in shapely.to_wkb(shaped.shapes)]
    return text + "\x1f" + pl.Series(outlines, dtype=pl.String)


def _hash(text: str | bytes) -> str:
    return blake2b(text.encode() if isinstance(text, str) else text, digest_size=_DIGEST).hexdigest()


def _hashes(texts: pl.Series) -> pl.Series:
    return pl.Series(
        texts.name,
        [blake2b(text, digest_size=_DIGEST).hexdigest() for text in texts.cast(pl.Binary)],
        dtype=pl.String,
    )
