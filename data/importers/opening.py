"""Opening a file: its rows, how they are to be read, and what the person who imports decides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from data.importers.amend import Amendment, amend
from data.importers.base import Sheet
from data.importers.detect import Detected, detect
from data.importers.mapping import Kind
from data.importers.mapping import Mapping as FileMapping
from data.importers.registry import read
from data.importers.taxonomy import Taxonomy
from data.model import StoreKind, Tlp
from data.reference.incident_types import types
from data.store import Store


@dataclass(frozen=True, slots=True)
class Options:
    """What the person who imports decides beside the mapping."""

    name: str = ""  # what the file was called when it was sent
    layer: str = ""
    profile: str = ""
    source_key: str = ""
    store: StoreKind | None = None
    tlp: Tlp | None = None
    law_enforcement: bool = False
    dry_run: bool = False
    partial: bool = False  # sites only: the file is not the whole list, so nothing is gone
    told: Amendment | None = None  # laid over what is detected


def open_file(
    path: Path, *, kind: Kind, mapping: FileMapping | None, options: Options
) -> tuple[Sheet, Detected]:
    """Return the rows of a file and how they are to be read: as told, else as detected."""
    sheet = rows_of(path, mapping=mapping, options=options)
    return sheet, read_as(sheet, kind=kind, mapping=mapping, name=options.name or path.name, options=options)


def rows_of(path: Path, *, mapping: FileMapping | None, options: Options) -> Sheet:
    """Return the rows of a file, of the layer that was chosen."""
    layer = options.layer or (mapping.layer if mapping else "")
    return read(path, layer=layer, name=options.name or path.name)


def read_as(
    sheet: Sheet, *, kind: Kind, mapping: FileMapping | None, name: str, options: Options
) -> Detected:
    """Return how the rows of a file called `name` are to be read: as told, else as detected."""
    found = (
        Detected(mapping, (), ())
        if mapping
        else detect(sheet, kind=kind, stem=stem_of(name), profile=options.profile)
    )
    return amend(found, options.told, columns=sheet.frame.columns) if options.told else found


def stem_of(name: str) -> str:
    """Return the name of a file without any of its endings."""
    return Path(name).name.split(".")[0]


def taxonomy_of(store: Store) -> Taxonomy:
    """Return the store's own types, retired ones left out."""
    return Taxonomy({entry.code: int(entry.severity) for entry in store.types.all() if not entry.retired})


def shipped_taxonomy() -> Taxonomy:
    """Return the types that a new store starts with."""
    return Taxonomy({row.code: row.severity for row in types()})
