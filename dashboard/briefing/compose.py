"""Briefs: made of a template, page by page, and as a document for the house or for a recipient."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

import numpy as np
from sqlalchemy import select

from dashboard.briefing import forms, incidents, people, places
from dashboard.briefing.desk import Desk, Draft, Told, new_page
from dashboard.briefing.templates import PIECES, TEMPLATES, Template
from dashboard.responding import Board
from dashboard.services import Services
from dashboard.ways import Ways
from data.access import Actor
from data.brief_records import Behind, Brief, BriefPage, NewBrief, NewPage
from data.clock import from_ms, to_ms
from data.errors import Invalid, NotFound
from data.model import Tlp
from data.query import Query
from data.store.tables import metadata
from layers.briefs.document import Document, DocumentPage, page_from_json
from layers.briefs.picture import Box
from layers.briefs.words import when

_LONGEST = timedelta(days=3_660)
_CHUNK = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants a brief of; without hours the template says how far back it goes."""

    template: str = ""
    title: str = ""
    filter: str = ""
    bbox: Box | None = None
    since: UUID | datetime | None = None
    hours: float | None = None
    shared: bool = False
    schedule: UUID | None = None


class Briefing:
    """Makes briefs; whatever a page shows, its maker may see."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._board = Board(services, Ways(services))

    def make(self, actor: Actor, wanted: Wanted) -> Brief:
        """Return the brief that was made and kept."""
        new, _ = self.drafted(actor, wanted)
        return self.services.store.briefs.add(actor, new)

    def drafted(self, actor: Actor, wanted: Wanted) -> tuple[NewBrief, Desk]:
        """Return a brief that is not kept yet, and what it was made with."""
        template = _template(wanted.template)
        desk = self._desk(actor, wanted, template)
        drafts = [] if template is None else [desk.once(PIECES[name]) for name in template.pieces]
        title = wanted.title.strip() or ("Brief" if template is None else template.title)
        new = NewBrief(
            title=title,
            template=wanted.template,
            filter=Query.parse(wanted.filter).canonical(),
            bbox=wanted.bbox,
            period_from=desk.start,
            period_to=desk.end,
            since=None if desk.before is None else desk.before.id,
            shared=wanted.shared,
            schedule=wanted.schedule,
            pages=tuple(new_page(desk, one) for one in drafts if one is not None),
        )
        return new, desk

    def page(
        self, actor: Actor, brief: Brief, kind: str, *, asked: str | None, bbox: Box | None, of: str
    ) -> NewPage:
        """Return a page about what somebody looks at; raise Invalid or NotFound where there is nothing."""
        desk = self.desk_of(actor, brief, asked=asked, bbox=bbox)
        made = self._about(desk, kind, of)
        if made is None:
            raise Invalid(f"There is nothing to say about {kind} here.", hint="Choose something else.")
        return new_page(desk, made)

    def desk_of(
        self,
        actor: Actor,
        brief: Brief,
        *,
        asked: str | None = None,
        bbox: Box | None = None,
        smallest: int = 0,
        told: Told | None = None,
    ) -> Desk:
        """Return what a brief was made with, for its maker or for whoever receives it."""
        start, end = brief.period_from, brief.period_to
        if asked:
            start, end = self._period(Query.parse(asked), now=end, hours=(end - start) / timedelta(hours=1))
        before = None
        if brief.since is not None and not smallest:
            before = self._seen(actor, brief.since)
        text = brief.filter if asked is None else asked
        return Desk(
            self.services,
            self._board,
            _plain(actor),
            text,
            bbox or brief.bbox,
            start,
            end,
            before=before,
            smallest=smallest,
            told=told,
        )

    def document(self, brief: Brief, *, pages: Iterable[DocumentPage] | None = None) -> Document:
        """Return a brief as it stands, for those who may see all of it."""
        settings = self.services.settings
        shown = tuple(page_from_json(one.content) for one in brief.pages) if pages is None else tuple(pages)
        marking = brief.marking.label + (" LES" if brief.law_enforcement else "")
        zone = settings.timezone
        return Document(
            title=brief.title,
            subtitle=f"{when(brief.period_from, zone)} to {when(brief.period_to, zone)}",
            center=settings.center_name,
            made_at=brief.frozen or self.services.clock.now(),
            zone=zone,
            marking=marking,
            exercise=settings.exercise,
            pages=shown,
        )

    def remade(
        self,
        standing: Actor,
        brief: Brief,
        page: BriefPage,
        *,
        smallest: int,
        told: Told | None = None,
    ) -> Draft | None:
        """Return a page as somebody would have it who may see less; None where nothing is left of it."""
        view = dict(page.view)
        piece, of = str(view.get("piece", "")), str(view.get("id", ""))
        desk = self.desk_of(standing, brief, smallest=smallest, told=told)
        asked = str(view.get("filter") or brief.filter)
        box = view.get("bbox")
        desk = replace(desk, filter=asked, bbox=tuple(box) if box else brief.bbox)
        if of:
            try:
                return None if smallest else self._about(desk, piece, of)
            except NotFound:
                return None
        return None if piece == "text" or piece not in PIECES else PIECES[piece](desk)

    def still(self, standing: Actor, page: BriefPage) -> bool:
        """Return whether everything behind a page may be seen by an actor, as it is marked now."""
        visible = self.services.store.visible(standing)
        every = [one.behind for one in page.figures]
        return page.scopes <= visible and all(self._open(one, visible) for one in every)

    def read(self, actor: Actor, brief_id: UUID) -> Brief:
        """Return a brief that the actor may read, by how its records are marked now; raise NotFound."""
        found = self.services.store.briefs.get(actor, brief_id)
        if not self.readable(actor, found):
            raise NotFound("There is no such brief, or you may not see all that it shows.")
        return found

    def readable(self, actor: Actor, brief: Brief) -> bool:
        """Return whether somebody may still read a brief, by how its records are marked now.

        What was marked up after it was made is as good as hidden in it, for who may not see that.
        """
        visible = self.services.store.visible(actor)
        figures = [one.behind for page in brief.pages for one in page.figures]
        # Several numbers are counted of the same records; of a million it takes a while to look.
        every = {(one.kind, one.seq.tobytes(), one.revision.tobytes()): one for one in figures}.values()
        return all(self._open(one, visible, sealed=False) and self._unsealed(actor, one) for one in every)

    def _unsealed(self, actor: Actor, behind: Behind) -> bool:
        """Return whether the actor may see whatever of these incidents was sealed since they were shown."""
        if behind.kind != "incident":
            return True
        at = np.flatnonzero(np.isin(behind.seq, self._sealed_now()))
        revisions = dict(zip(behind.seq[at].tolist(), behind.revision[at].tolist(), strict=True))
        now = self.services.store.incidents.by_seq(actor, list(revisions))
        return not any(one.hidden and one.revision > revisions[one.seq] for one in now)

    def _open(self, behind: Behind, visible: frozenset[int], *, sealed: bool = True) -> bool:
        """Return whether the records are in visible scopes, and none has a field that is marked above it."""
        seqs = behind.seq
        if behind.kind == "incident":
            if sealed and np.isin(seqs, self._sealed).any():
                return False
            frame = self.services.mirror.snapshot.incidents
            rows = frame.positions(seqs)
            scopes = np.unique(frame.combos.scope[np.unique(frame.combo[rows])]).tolist()
            if not visible.issuperset(scopes):
                return False
            seqs = np.setdiff1d(seqs, frame.seq[rows], assume_unique=True)  # gone: the store knows them
        table, wanted = metadata.tables[behind.kind], seqs.tolist()
        with self.services.store.reading() as connection:
            for begin in range(0, len(wanted), _CHUNK):
                some = table.c.seq.in_(wanted[begin : begin + _CHUNK])
                found = connection.execute(select(table.c.scope_id).where(some).distinct()).scalars()
                if not visible.issuperset(found):
                    return False
        return True

    @cached_property
    def _sealed(self) -> list[int]:
        """The incidents with a field that is marked above them, now: a release has a Briefing of its own."""
        return self._sealed_now()

    def _sealed_now(self) -> list[int]:
        table = metadata.tables["incident"]
        with self.services.store.reading() as connection:
            return list(connection.execute(select(table.c.seq).where(table.c.sealed.is_not(None))).scalars())

    # ── inside ───────────────────────────────────────────────────────────────────────────────────

    def _desk(self, actor: Actor, wanted: Wanted, template: Template | None) -> Desk:
        asked = Query.parse(wanted.filter)
        hours = wanted.hours or (24.0 if template is None else float(template.hours))
        start, end = self._period(asked, now=self.services.clock.now(), hours=hours)
        before = self._before(actor, wanted)
        if isinstance(wanted.since, datetime):
            start = wanted.since
        if start >= end or end - start > _LONGEST:
            raise Invalid("A brief covers a time up to now, ten years at most.", hint="Choose another time.")
        return Desk(
            self.services,
            self._board,
            _plain(actor),
            wanted.filter,
            wanted.bbox,
            start,
            end,
            before=before,
        )

    def _period(self, asked: Query, *, now: datetime, hours: float) -> tuple[datetime, datetime]:
        start, end = asked.window_ms(to_ms(now))
        last = now if end is None else min(from_ms(end), now)
        return (last - timedelta(hours=hours) if start is None else from_ms(start)), last

    def _before(self, actor: Actor, wanted: Wanted) -> Brief | None:
        store = self.services.store
        if isinstance(wanted.since, UUID):
            return store.briefs.get(actor, wanted.since)
        if wanted.since is not None:
            return None
        canonical = Query.parse(wanted.filter).canonical()
        same = (
            one
            for one in store.briefs.all(actor)
            if (one.template, one.filter) == (wanted.template, canonical) and wanted.template
        )
        newest = next(same, None)
        return None if newest is None else store.briefs.get(actor, newest.id)

    def _seen(self, actor: Actor, brief_id: UUID) -> Brief | None:
        try:
            return self.services.store.briefs.get(actor, brief_id)
        except NotFound:
            return None

    def _about(self, desk: Desk, kind: str, of: str) -> Draft | None:
        store = self.services.store
        if kind in {"incident", "site", "household", "alert"}:
            number = _uuid(of)
            if kind == "incident":
                return incidents.incident_page(desk, store.incidents.get(desk.actor, number))
            if kind == "site":
                return places.site_page(desk, store.sites.get(desk.actor, number))
            if kind == "household":
                return people.household_page(desk, store.households.get(desk.actor, number))
            return people.alert_page(desk, store.alerts.get(desk.actor, number))
        piece = {"view": "situation", "chart": "timeline", "hotspot": "hotspots"}.get(kind, kind)
        if piece not in PIECES:
            raise Invalid(f"There is no page of the kind {kind[:40]!r}.", hint=f"{', '.join(PIECES)}.")
        return PIECES[piece](desk)


def own_words(page: BriefPage) -> bool:
    """Return whether somebody's own words stand on a page: edited, written, or searched for."""
    searched = Query.parse(str(page.view.get("filter") or "")).text
    return page.edited or page.kind == forms.TEXT or bool(searched)


def highest(brief: Brief) -> Tlp:
    """Return the marking of what people wrote in a brief: that of all that they had before them."""
    return brief.marking if brief.scopes else Tlp.AMBER


def _plain(actor: Actor) -> Actor:
    """Return the actor without what is marked above its record: a page is marked as its records are."""
    return replace(actor, plain=True)


def _template(key: str) -> Template | None:
    if key and key not in TEMPLATES:
        raise Invalid(f"There is no template {key[:40]!r}.", hint=f"{', '.join(TEMPLATES)}.")
    return TEMPLATES.get(key)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such record, or you may not see it.") from None
