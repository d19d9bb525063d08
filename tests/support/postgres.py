"""A throw-away PostgreSQL server for the tests: own folder, own socket, nothing kept, nothing shared."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

_numbers = count(1)


def binaries() -> Path | None:
    """Return the folder of the PostgreSQL programs, the newest where there are several."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def owner() -> str | None:
    """Return the user that the server must run as: PostgreSQL refuses root."""
    return "postgres" if os.geteuid() == 0 else None


def reason_to_skip() -> str:
    """Return why there can be no server here, empty where there can."""
    if binaries() is None:
        return "PostgreSQL is not installed (apt-get install postgresql postgresql-postgis)"
    try:
        pwd.getpwnam(owner() or pwd.getpwuid(os.geteuid()).pw_name)
    except KeyError:
        return "running as root and there is no user postgres to run the server as"
    return ""


@dataclass(frozen=True)
class Cluster:
    """A running server; `restart` and `kill` are for the fault tests."""

    folder: Path
    bin: Path
    process: list[subprocess.Popen[bytes]]

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname="postgres", autocommit=True
        ) as link:
            link.execute(statement)  # type: ignore[arg-type]

    def new_database(self, *, template: str = "template1") -> str:
        """Make an empty database and return its address."""
        name = f"wf_{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def start(self) -> None:
        command = [
            self.bin / "postgres",
            "-D",
            self.folder / "data",
            "-k",
            self.folder,
            "-c",
            "listen_addresses=",
        ]
        # Nothing here has to survive the machine, so nothing waits for the disk.
        for option in ("fsync=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB"):
            command += ["-c", option]
        with (self.folder / "server.log").open("ab") as log:
            self.process.append(
                subprocess.Popen(
                    command, user=owner(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/"
                )
            )
        self._wait()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server; SIGINT closes connections, SIGQUIT is a crash."""
        running = self.process.pop()
        running.send_signal(how)
        running.wait(timeout=30)

    def _wait(self) -> None:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with contextlib.suppress(psycopg.OperationalError):
                self.execute("SELECT 1")
                return
            time.sleep(0.05)
        raise TimeoutError((self.folder / "server.log").read_text()[-2000:])


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Run a fresh server for as long as the block lasts."""
    programs = binaries()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="wf-pg-"))
    if owner():
        shutil.chown(folder, owner())
    folder.chmod(0o755)
    options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    command = [programs / "initdb", "-D", folder / "data", *options]
    subprocess.run(
        command, user=owner(), check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    server = Cluster(folder, programs, [])
    try:
        server.start()
        yield server
    finally:
        if server.process:
            server.stop(signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)
