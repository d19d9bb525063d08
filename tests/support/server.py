"""A real server in a process of its own, on a free loopback port."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.support.places import ROOT

START_S = 60


def free_port() -> int:
    """Return a loopback port that nothing listened on a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def program(*arguments: str) -> list[str]:
    """Return the command that runs `watchfloor` with these arguments, of the code under test."""
    return [sys.executable, "-c", "from dashboard.cli import main; main()", *arguments]


def environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a Watchfloor with its own home and nothing of the tester's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WATCHFLOOR_")}
    return {**kept, "WATCHFLOOR_HOME": str(home), "PYTHONPATH": str(ROOT), **(more or {})}


@dataclass
class Server:
    """A running server: where it is, and how to stop, kill and start it again."""

    home: Path
    port: int
    settings: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.home / "server.log").read_text(errors="replace")

    def start(self) -> None:
        command = program("serve", "--host", "127.0.0.1", "--port", str(self.port))
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                env=environment(self.home, self.settings),
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        assert self.process is not None
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.log[-4000:]}")
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            time.sleep(0.05)
        raise TimeoutError(f"the server was not ready within {START_S} s:\n{self.log[-4000:]}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the server and whatever it started; SIGKILL is a crash."""
        running, self.process = self.process, None
        if running is None or running.poll() is not None:
            return
        os.killpg(running.pid, how)
        try:
            running.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait(timeout=20)

    def client(self, link: str | None = None, **options: object) -> httpx.Client:
        """Return an HTTP client, signed in when it is given a one-time link's token."""
        client = httpx.Client(base_url=self.url, timeout=30, follow_redirects=False, **options)  # type: ignore[arg-type]
        if link is not None:
            answer = client.get(f"/link/{link}")
            until = time.monotonic() + START_S
            while answer.status_code == 503 and time.monotonic() < until:  # a second worker still reads
                time.sleep(float(answer.headers["Retry-After"]))
                answer = client.get(f"/link/{link}")
            assert answer.status_code in {200, 302, 303}, answer.text
        return client


@contextlib.contextmanager
def running(home: Path, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run a server over the store in `home` for as long as the block lasts."""
    server = Server(home, free_port(), settings or {})
    try:
        server.start()
        yield server
    finally:
        server.stop()
