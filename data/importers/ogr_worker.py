"""Reads one layer with GDAL in a process of its own, under limits; started by `data.importers.ogr`.

Arguments: path, layers (or ""; of several, the first with rows is read), output, and what the file was called
when it was sent, without its ending. Writes Arrow IPC to output and a JSON description to stdout.
The parent has switched off every driver but the wanted one through the environment.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

MEMORY_BYTES = 3 * 1024**3
CPU_SECONDS = 60
FILE_BYTES = 2 * 1024**3


def main(path: str, layer: str, output: str, called: str) -> int:
    """Return the exit code: 0 done, 3 with a message on stdout when the file cannot be read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    import pyarrow as pa
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

    try:
        layers = [[str(name), kind] for name, kind in pyogrio.list_layers(path)]
        if not layer:
            json.dump({"layers": layers}, sys.stdout)
            return 0
        wanted = layer.split("|")
        counts = {
            name: pyogrio.read_info(path, layer=name, force_feature_count=True)["features"] for name in wanted
        }
        chosen = next((name for name in wanted if counts[name]), wanted[0])
        meta, table = pyogrio.raw.read_arrow(path, layer=chosen, datetime_as_string=True)
        with pa.OSFile(output, "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        column = meta.get("geometry_name") or "wkb_geometry"
        said = {"crs": meta.get("crs"), "geometry": column, "layer": chosen, "counts": counts}
        json.dump(said, sys.stdout)
    except (
        DataSourceError,
        DataLayerError,
        FeatureError,
        GeometryError,
        pa.ArrowException,
        ValueError,
    ) as error:
        json.dump({"error": by_name(str(error), path, output, called=called)[:300]}, sys.stdout)
        return 3
    except (MemoryError, OSError, RuntimeError) as error:
        json.dump({"error": f"over the limits of the reader ({type(error).__name__})"}, sys.stdout)
        return 3
    return 0


def by_name(text: str, path: str, output: str, *, called: str) -> str:
    """Return a message in which files go by the names people know, wherever they are kept."""
    text = text.replace(
        f"{path.removesuffix(Path(path).suffix)}.", f"{called}."
    )  # its other parts too: rows.shp, rows.shx
    for kept in (path, output):
        folder, name = os.path.split(kept)
        text = text.replace(kept, name)
        if folder != os.sep:  # the parts of a file lie beside it
            text = text.replace(folder + os.sep, "")
    return text


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:5]))
