"""One file into the store, beside GDAL and bare SQLite: `make bench`.

    python -m tests.load.import_speed

Prints seconds and peak memory for the UK police file; says so where the file is absent.
"""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas
import polars as pl

from tests.support.places import real_data
from tests.support.server import environment, program

FILE = "2_incidents/ukpolice_2018-10_2018-12.give.parquet"


def main() -> None:
    """Print the three side by side."""
    folder = real_data()
    path = folder / FILE if folder else None
    if path is None or not path.is_file():
        print("import: left out, the UK police file is not here")
        return
    with tempfile.TemporaryDirectory(prefix="watchfloor-bench-") as scratch:
        for name in ("watchfloor", "gdal", "sqlite"):
            began = time.perf_counter()
            command = (
                program(
                    "import", "incidents", str(path), "--profile", "uk-police", "--tlp", "clear", "--json"
                )
                if name == "watchfloor"
                else [sys.executable, "-m", "tests.load.import_speed", name, str(path), scratch]
            )
            home = Path(scratch) / "home"
            done = subprocess.run(command, check=False, env=environment(home), capture_output=True)
            seconds = time.perf_counter() - began
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
            print(
                f"{name:12}{seconds:8.1f} s   exit {done.returncode}   largest child so far {peak} MB",
                flush=True,
            )


def gdal(path: Path, folder: Path) -> None:
    """Write the file as a GeoPackage through GDAL."""
    frame = pl.read_parquet(path).to_pandas()
    lon, lat = (frame[name].astype(float) for name in ("longitude", "latitude"))
    places = geopandas.GeoDataFrame(frame, geometry=geopandas.points_from_xy(lon, lat), crs=4326)
    places.to_file(folder / "out.gpkg", driver="GPKG")


def sqlite(path: Path, folder: Path) -> None:
    """Insert the rows into one bare table, no index, no check."""
    frame = pl.read_parquet(path)
    link = sqlite3.connect(folder / "out.db")
    link.execute(f"CREATE TABLE t ({', '.join(f'c{i}' for i in range(frame.width))})")
    with link:
        link.executemany(f"INSERT INTO t VALUES ({','.join('?' * frame.width)})", frame.iter_rows())
    link.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        {"gdal": gdal, "sqlite": sqlite}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
