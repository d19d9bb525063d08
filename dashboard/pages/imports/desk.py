"""What the import page works with: the shelf of uploads, the jobs, the last previews."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from dashboard.pages.imports.draft import Draft
from dashboard.pages.imports.jobs import Jobs, Tell
from dashboard.pages.imports.samples import Samples
from dashboard.web.upload_shelf import Shelf, Upload
from data.access import Actor
from data.errors import Conflict, Invalid, UnreadableFile, WatchfloorError
from data.importers import profiles, quarantine
from data.importers.detect import NO_PROFILE
from data.importers.mapping import Mapping as FileMapping
from data.importers.opening import Options, rows_of
from data.importers.pipeline import run, scope_of
from data.importers.preview import Preview, preview_of
from data.importers.sample import Sample
from data.store.batches import Batches, Waiting
from data.store.quarantined import page

if TYPE_CHECKING:
    from dashboard.services import Services

T = TypeVar("T")
Mend = Callable[[Mapping[str, Any]], dict[str, Any]]

_PREVIEWS_KEPT: Final = 8
_ROWS_AT_ONCE: Final = 500


class Desk:
    """Owned by the page's callbacks; nothing of it is shared between applications."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.shelf = Shelf(services.settings, services.clock)
        self.jobs = Jobs(self.shelf, services.clock)
        self._previews: OrderedDict[tuple[str, Draft], Preview] = OrderedDict()
        self._samples = Samples(self.shelf)
        # One at a time: the first preview of a file reads the whole of it.
        self._reading = threading.Lock()

    def preview(self, actor: Actor, upload: Upload, draft: Draft) -> Preview:
        """Return what the file would become as drafted; nothing is written to the store."""
        key = (upload.token, draft)
        with self._reading:
            if key not in self._previews:
                self._previews[key] = self._read(actor, upload, draft)
            # Noted every time: the map asks for the points of what is on screen now.
            self.shelf.note(upload, "points", points_of(self._previews[key]))
            self._previews.move_to_end(key)
            while len(self._previews) > _PREVIEWS_KEPT:
                self._previews.popitem(last=False)
            return self._previews[key]

    def _read(self, actor: Actor, upload: Upload, draft: Draft) -> Preview:
        saved = self.saved(actor, draft)
        options = draft.options(name=upload.name, saved=saved is not None)
        return unpanicked(
            lambda: preview_of(
                self._sample(upload, saved, options),
                kind=draft.kind,
                name=upload.name,
                mapping=saved,
                options=options,
                zone=self.services.settings.timezone,
            )
        )

    def _sample(self, upload: Upload, saved: FileMapping | None, options: Options) -> Sample:
        """Return the rows of an upload that are looked at; the file is read once, however it is mapped."""
        layer = options.layer or (saved.layer if saved else "")
        return self._samples.of(upload, layer, lambda: rows_of(upload.path, mapping=saved, options=options))

    def saved(self, actor: Actor, draft: Draft) -> FileMapping | None:
        """Return the saved mapping that the draft names; None for a shipped profile or none."""
        if draft.profile in ("", NO_PROFILE, *profiles.names()):
            return None
        known = Batches(self.services.store).profiles(actor, kind=draft.kind)
        return FileMapping.model_validate(known[draft.profile]) if draft.profile in known else None

    def save(self, actor: Actor, upload: Upload, draft: Draft, *, name: Any) -> None:
        """Keep the mapping as drafted under a name; raise Conflict where it means something else."""
        if not isinstance(name, str) or not name.strip() or len(name) > 80:
            raise Invalid("The profile needs a name.", hint="Write one of up to 80 characters.")
        if name.strip() in (NO_PROFILE, *profiles.names()):
            raise Conflict(f"{name.strip()!r} means something else already.", hint="Choose another name.")
        mapping = self.preview(actor, upload, draft).mapping.model_copy(update={"profile": name.strip()})
        Batches(self.services.store).save_profile(
            actor, name.strip(), kind=draft.kind, mapping=mapping.model_dump(mode="json")
        )

    def start(self, actor: Actor, upload: Upload, draft: Draft, *, dry_run: bool) -> None:
        """Begin the import, or count what it would do."""
        store = self.services.store
        mapping = self.saved(actor, draft)
        options = draft.options(name=upload.name, dry_run=dry_run, saved=mapping is not None)

        def work(tell: Tell, cancelled: Callable[[], bool]) -> Mapping[str, Any]:
            report = unpanicked(
                lambda: run(
                    store,
                    actor,
                    upload.path,
                    mapping,
                    kind=draft.kind,
                    options=options,
                    on_progress=tell,
                    cancelled=cancelled,
                )
            )
            if not dry_run and report.state == "done":
                upload.path.unlink(missing_ok=True)
                self._samples.forget(upload)
            return report.as_dict()

        about = {"file": upload.name, "kind": draft.kind, "dry_run": dry_run}
        self.jobs.start(upload, work, about={**about, "scope_id": self.scope(actor, upload, draft)})

    def scope(self, actor: Actor, upload: Upload, draft: Draft) -> int | None:
        """Return the scope that an import will write to; None where nobody can say before it is tried."""
        try:
            mapping = self.preview(actor, upload, draft).mapping
            options = draft.options(name=upload.name)
            return scope_of(self.services.store, actor, mapping, options)[0]
        except WatchfloorError:
            return None

    def send_again(
        self,
        actor: Actor,
        *,
        batch_id: int | None,
        reason: str,
        mend: Mend,
    ) -> Upload:
        """Begin sending every waiting row of a batch and reason again, each as `mend` leaves it."""
        store = self.services.store
        room = self.shelf.room(actor, "quarantine")

        def work(tell: Tell, cancelled: Callable[[], bool]) -> Mapping[str, Any]:
            _, total = page(store, actor, batch_id=batch_id, reason=reason, limit=0)
            counts = {"sent": 0, "taken": 0, "still": 0, "total": total}
            offset = 0
            tell("sending", 0, total)
            while not cancelled():
                rows, _ = page(
                    store, actor, batch_id=batch_id, reason=reason, limit=_ROWS_AT_ONCE, offset=offset
                )
                if not rows:
                    break
                taken = self._send(actor, rows, mend)
                counts["taken"] += taken
                counts["still"] += len(rows) - taken
                counts["sent"] += len(rows)
                # What was taken has left the list; what still waits is stepped over.
                offset += len(rows) - taken
                tell("sending", counts["sent"], total)
            return counts

        self.jobs.start(
            room, work, about={"file": "rows from quarantine", "kind": "quarantine", "dry_run": False}
        )
        return room

    def _send(self, actor: Actor, rows: Sequence[Waiting], mend: Mend) -> int:
        """Return how many of the rows were taken in; those of one import go together."""
        of_import: dict[int, dict[int, dict[str, Any]]] = {}
        for row in rows:
            of_import.setdefault(row.batch_id, {})[row.seq] = mend(row.original)
        return sum(self._send_together(actor, some) for some in of_import.values())

    def _send_together(self, actor: Actor, rows: Mapping[int, dict[str, Any]]) -> int:
        try:
            report = quarantine.resend_many(self.services.store, actor, rows)
        except WatchfloorError:
            # One row that cannot even be looked at must not hold back the others.
            return sum(self._send_together(actor, {seq: rows[seq]}) for seq in rows) if len(rows) > 1 else 0
        return report.read - report.quarantined


def unpanicked(read: Callable[[], T]) -> T:
    """Return what `read` returns; a reader's panic on a hostile file becomes UnreadableFile."""
    try:
        return read()
    except WatchfloorError:
        raise
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        raise _unreadable() from error
    except BaseException as error:
        # Polars raises its panics past Exception.
        if type(error).__name__ == "PanicException":
            raise _unreadable() from error
        raise


def _unreadable() -> UnreadableFile:
    return UnreadableFile(
        "The file cannot be read as what its name says.", hint="Open it elsewhere and save it again."
    )


def points_of(seen: Preview) -> dict[str, Any]:
    """Return the points of a preview as GeoJSON; the spots that many rows share are marked with how many."""
    features = [_point(lon, lat, {"reason": reason}) for lon, lat, reason in seen.points]
    features += [_point(spot["lon"], spot["lat"], {"rows": spot["rows"]}) for spot in seen.default_points]
    return {"type": "FeatureCollection", "features": features}


def _point(lon: float, lat: float, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]},
    }
