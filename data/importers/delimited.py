"""Delimited text in any encoding: the delimiter is found, no row is bent to fit."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from charset_normalizer import from_bytes

from data.errors import UnreadableFile
from data.importers.base import MAX_FIELD_CHARS, BadRow, Sheet, checked_columns

_SAMPLE_BYTES: Final = 256 * 1024
_BATCH_ROWS: Final = 20_000
_DELIMITERS: Final = ",;\t|"
# One field may be longer than we accept: it is then quarantined, not a reason to lose the rows after it.
_HARD_FIELD_CHARS: Final = 32 * 1024 * 1024
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read(path: Path, *, encoding: str = "") -> Sheet:
    """Return the rows of a delimited text file, every field as text, empty ones as None."""
    encoding = encoding or detect_encoding(path)
    with path.open(encoding=encoding, errors="strict", newline="") as stream:
        try:
            return _read(stream, encoding)
        except UnicodeDecodeError as error:
            raise UnreadableFile(
                f"The text is not {encoding}: byte {error.start:,} cannot be read.", hint="Name the encoding."
            ) from error
        except csv.Error as error:
            raise UnreadableFile(
                f"The text is no table: {error}.", hint="Is a quotation mark left open?"
            ) from error


def detect_encoding(path: Path) -> str:
    """Return the encoding of a text file: by its mark, then UTF-8 if all of it is, then by its letters."""
    with path.open("rb") as stream:
        head = stream.read(_SAMPLE_BYTES)
        for mark, name in _BOMS:
            if head.startswith(mark):
                return name
        if not head.strip():
            raise UnreadableFile("The file is empty.", hint="Send the file that holds the rows.")
        wide = _unmarked_wide(head)
        if wide:
            return wide
        decoder = codecs.getincrementaldecoder("utf-8")()
        block = head
        try:
            while block:
                decoder.decode(block)
                block = stream.read(_SAMPLE_BYTES)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            best = from_bytes(head).best()
            # cp1252 reads every printable latin-1 text the same and Windows' quotation marks too.
            return best.encoding if best and best.encoding.startswith("cp125") else _single_byte(path)
    return "utf-8"


def _single_byte(path: Path) -> str:
    try:
        path.read_bytes().decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def _unmarked_wide(head: bytes) -> str:
    sample = np.frombuffer(head[: len(head) // 2 * 2], dtype=np.uint8)
    if sample.size < 4:
        return ""
    even, odd = (sample[0::2] == 0).mean(), (sample[1::2] == 0).mean()
    if odd > 0.4 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.1 else ""


def _read(stream: io.TextIOWrapper, encoding: str) -> Sheet:
    csv.field_size_limit(_HARD_FIELD_CHARS)
    sample = stream.read(_SAMPLE_BYTES)
    delimiter = sniff(sample)
    stream.seek(0)
    reader = csv.reader(stream, delimiter=delimiter)
    header = _header(reader)
    columns = checked_columns(header)
    rows = _Rows(columns)
    for row in reader:
        rows.take(row)
    return rows.sheet(f"csv ({encoding.removesuffix('-sig')}, {_name(delimiter)})")


def _header(reader: Iterator[list[str]]) -> list[str]:
    for row in reader:
        if any(cell.strip() for cell in row):
            return row
    raise UnreadableFile("The file is empty.", hint="Send the file that holds the rows.")


def sniff(sample: str) -> str:
    """Return the delimiter under which the first rows agree best on a number of columns above one."""
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        try:
            rows = [row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if row][
                :60
            ]
        except csv.Error:
            continue
        widths = [len(row) for row in (rows[:-1] if len(rows) > 2 else rows)]
        if not widths or widths[0] < 2:
            continue
        agreement = sum(width == widths[0] for width in widths) / len(widths)
        score = agreement * (1 + min(widths[0], 50) / 100)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _name(delimiter: str) -> str:
    return {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}[delimiter]


class _Rows:
    """Gathers rows into a frame batch by batch, so that text does not stay as Python objects."""

    def __init__(self, columns: list[str]) -> None:
        self._columns, self._width = columns, len(columns)
        self._batch: list[list[str]] = []
        self._frames: list[pl.DataFrame] = []
        self._numbers: list[int] = []
        self._bad: list[BadRow] = []
        self._number = 0

    def take(self, row: list[str]) -> None:
        """Keep a row, or say why it cannot be kept; blank lines are no rows."""
        if not row or (len(row) == 1 and not row[0].strip()):
            return
        self._number += 1
        while len(row) > self._width and not row[-1].strip():
            row.pop()
        problem = self._problem(row)
        if problem:
            self._bad.append(BadRow(self._number, self._named(row), *problem))
            return
        self._batch.append(row)
        self._numbers.append(self._number)
        if len(self._batch) >= _BATCH_ROWS:
            self._flush()

    def sheet(self, kind: str) -> Sheet:
        """Return everything that was taken."""
        self._flush()
        frame = pl.concat(self._frames) if self._frames else self._frame([])
        return Sheet(kind, frame, np.asarray(self._numbers, dtype=np.int64), bad=self._bad)

    def _problem(self, row: list[str]) -> tuple[str, str] | None:
        if len(row) != self._width:
            return "wrong_number_of_fields", f"{len(row)} fields where the header has {self._width}"
        for name, cell in zip(self._columns, row, strict=True):
            if len(cell) > MAX_FIELD_CHARS:
                return (
                    "field_too_long",
                    f"{name} has {len(cell):,} characters; the limit is {MAX_FIELD_CHARS:,}",
                )
            if "\0" in cell:
                return "nul_character", f"{name} holds a NUL character"
        return None

    def _named(self, row: list[str]) -> dict[str, str]:
        # Kept short and without NUL, which PostgreSQL cannot store; the file itself keeps the rest.
        cells = [cell[:2_000].replace("\0", "\\0") for cell in row[: self._width + 50]]
        names = self._columns + [f"field {i}" for i in range(self._width + 1, len(cells) + 1)]
        return dict(zip(names, cells, strict=False))

    def _flush(self) -> None:
        if self._batch:
            self._frames.append(self._frame(self._batch))
            self._batch = []

    def _frame(self, rows: list[list[str]]) -> pl.DataFrame:
        columns = list(zip(*rows, strict=True)) or [()] * self._width
        return pl.DataFrame(
            {
                name: pl.Series(name, cells, dtype=pl.String).replace("", None)
                for name, cells in zip(self._columns, columns, strict=True)
            }
        )
