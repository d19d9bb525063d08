"""Imports that run in threads of their own, and what each tells of itself while it does."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from dashboard.web.upload_shelf import Shelf, Upload
from data.clock import Clock, to_ms
from data.errors import Conflict, WatchfloorError

logger = logging.getLogger(__name__)

Tell = Callable[[str, int, int], None]
Work = Callable[[Tell, Callable[[], bool]], Mapping[str, Any]]

_NOTE_EVERY_S: Final = 0.3
_JOB, _CANCEL = "job", "cancel"
RUNNING: Final = frozenset({"waiting", "running"})


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work as anybody may ask about it; `report` is there when it has ended well."""

    state: str  # waiting, running, done, failed
    about: Mapping[str, Any]
    stage: str = ""
    done: int = 0
    total: int = 0
    stage_started_ms: int = 0
    started_ms: int = 0
    cancelling: bool = False
    report: Mapping[str, Any] | None = None
    message: str = ""
    hint: str = ""

    @property
    def ended(self) -> bool:
        """Return whether nothing more will come."""
        return self.state not in RUNNING


class Jobs:
    """Owns the threads. What they tell is noted beside the upload, where every worker process can read it."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf, self._clock = shelf, clock
        # One at a time: two big files at once would need twice the memory and be no sooner done.
        self._turn = threading.Semaphore(1)

    def start(self, upload: Upload, work: Work, *, about: Mapping[str, Any]) -> None:
        """Begin the work beside the page; raise Conflict where this upload is being worked on already."""
        if self._shelf.busy(upload):
            raise Conflict("This file is being imported already.", hint="Watch its progress.")
        self._shelf.note(upload, _CANCEL, {"wanted": False})
        notes = _Notes(self._shelf, upload, about, to_ms(self._clock.now()))
        ready = threading.Event()
        threading.Thread(
            target=self._run,
            args=(upload, work, notes, ready),
            name=f"import-{upload.token[:8]}",
            daemon=True,
        ).start()
        ready.wait(5)

    def _run(self, upload: Upload, work: Work, notes: _Notes, ready: threading.Event) -> None:
        try:
            with self._shelf.working(upload):
                notes.write("waiting")
                ready.set()
                with self._turn:
                    notes.write("running")
                    report = work(notes.tell, lambda: self.cancelling(upload))
                    notes.write("done", report=dict(report))
        except WatchfloorError as error:
            notes.write("failed", message=error.message, hint=error.hint)
        except BaseException:  # the edge that reports it; some readers panic with what is no Exception
            logger.exception("an import failed")
            notes.write(
                "failed",
                message="The import stopped on something unforeseen; it was logged.",
                hint="What was written stays. Import the file again: nothing comes twice.",
            )
        finally:
            ready.set()

    def look(self, upload: Upload) -> Job | None:
        """Return the job of an upload, None where none was begun."""
        noted = self._shelf.noted(upload, _JOB)
        if noted is None:
            return None
        job = Job(**{**noted, "cancelling": self.cancelling(upload)})
        if job.ended or self._shelf.busy(upload):
            return job
        # Read once more: it may have ended between the two looks.
        noted = self._shelf.noted(upload, _JOB) or noted
        if noted["state"] not in RUNNING:
            return Job(**noted)
        return Job(
            state="failed",
            about=job.about,
            message="The server stopped during this import.",
            hint="What was written stays. Import the file again: nothing comes twice.",
        )

    def cancel(self, upload: Upload) -> None:
        """Ask the job to end after the rows it is writing."""
        self._shelf.note(upload, _CANCEL, {"wanted": True})

    def cancelling(self, upload: Upload) -> bool:
        """Return whether somebody asked the job to end."""
        return bool((self._shelf.noted(upload, _CANCEL) or {}).get("wanted"))


class _Notes:
    """Writes down how a job goes, not more often than anybody would look."""

    def __init__(self, shelf: Shelf, upload: Upload, about: Mapping[str, Any], started_ms: int) -> None:
        self._shelf, self._upload, self._about = shelf, upload, dict(about)
        self._started_ms = started_ms
        self._now: dict[str, Any] = {"stage": "", "done": 0, "total": 0, "stage_started_ms": started_ms}
        self._noted_s = 0.0

    def tell(self, stage: str, done: int, total: int) -> None:
        """Take what the import says of its progress."""
        if stage != self._now["stage"]:
            self._now["stage_started_ms"] = time.time_ns() // 1_000_000
            self._noted_s = 0.0
        self._now |= {"stage": stage, "done": done, "total": total}
        if time.monotonic() - self._noted_s >= _NOTE_EVERY_S:
            self._noted_s = time.monotonic()
            self.write("running")

    def write(self, state: str, **more: Any) -> None:
        """Note the state; a disk that is full must not end an import that is going well."""
        noted = {"state": state, "about": self._about, "started_ms": self._started_ms, **self._now, **more}
        try:
            self._shelf.note(self._upload, _JOB, noted)
        except OSError:
            logger.exception("the progress of an import could not be noted")
