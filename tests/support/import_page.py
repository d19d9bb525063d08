"""The Import page without a browser: its desk, files on its shelf, and what a component says."""

from __future__ import annotations

import time
from typing import Any

from dashboard.pages.imports.desk import Desk
from dashboard.pages.imports.jobs import Job
from dashboard.services import Services
from dashboard.web.upload_shelf import Upload
from data.access import Actor
from data.mirror import Mirror
from data.store import Store
from tests.support.imports import write_csv


def desk_over(store: Store) -> Desk:
    """Return the desk of a page over a store."""
    return Desk(Services(settings=store.settings, store=store, mirror=Mirror(store), clock=store.clock))


def sent(desk: Desk, actor: Actor, rows: list[dict[str, str]], name: str = "calls.csv") -> Upload:
    with desk.shelf.receiving(actor, name) as path:
        write_csv(path, rows)
    return desk.shelf.get(actor, path.parent.name)


def ended(desk: Desk, upload: Upload) -> Job:
    for _ in range(600):
        job = desk.jobs.look(upload)
        if job is not None and job.ended and not desk.shelf.busy(upload):
            return job
        time.sleep(0.05)
    raise AssertionError("the job did not end")


def text_of(component: Any) -> str:
    """Return every text of a component, in order."""
    if component is None:
        return ""
    if isinstance(component, list | tuple):
        return " ".join(text_of(child) for child in component)
    if hasattr(component, "to_plotly_json"):
        return text_of(getattr(component, "children", None))
    return str(component)
