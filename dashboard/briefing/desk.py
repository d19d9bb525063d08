"""What a brief is made with: who makes it, of which filter, for which period, after which brief."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.responding import Board
from dashboard.services import Services
from data.access import Actor
from data.brief_records import Behind, Brief, BriefFigure, NewPage
from data.clock import to_ms
from data.mirror import View
from data.model import LocatedBy, Scope, Tlp
from data.query import Query
from layers.briefs.document import Chart, DocumentPage, MapPicture, Table, page_json
from layers.briefs.picture import Box
from layers.briefs.words import filter_words, when

Seqs = npt.NDArray[np.int64]
Told = Callable[[Mapping[str, Seqs]], dict[str, Seqs]]


@dataclass(frozen=True)
class Desk:
    """The question behind a brief; `smallest` above 0 is for the public: cells and no single records."""

    services: Services
    board: Board
    actor: Actor
    filter: str
    bbox: Box | None
    start: datetime
    end: datetime
    before: Brief | None = None
    smallest: int = 0
    told: Told | None = None  # what may be counted for a recipient who is given no count of few

    def told_of(self, sets: Mapping[str, Seqs]) -> dict[str, int]:
        """Return the numbers that may be given of these sets of records; fewer than `smallest` are left out.

        No two briefs, whatever their filters and times, give numbers that tell a record from others.
        """
        given = self.told(sets) if self.told is not None else sets
        return {key: len(seqs) for key, seqs in given.items() if len(seqs) >= self.smallest}

    @property
    def zone(self) -> str:
        """The center's time zone."""
        return self.services.settings.timezone

    @cached_property
    def _drafts(self) -> dict[Piece, Draft | None]:
        return {}

    def once(self, piece: Piece) -> Draft | None:
        """Return a page of this brief, made once however many pages speak of it."""
        if piece not in self._drafts:
            self._drafts[piece] = piece(self)
        return self._drafts[piece]

    @cached_property
    def _behinds(self) -> dict[str, Behind]:
        return {}

    def behind(self, view: View) -> Behind:
        """Return the records of a view; several numbers are counted of the same."""
        key = view.query.canonical()
        if key not in self._behinds:
            self._behinds[key] = behind_view(view)
        return self._behinds[key]

    @cached_property
    def query(self) -> Query:
        """The filter within the period."""
        return self.within(self.start, self.end)

    @cached_property
    def view(self) -> View:
        """The incidents of the period."""
        return self.look(self.query)

    def within(self, start: datetime, end: datetime) -> Query:
        """Return the filter within another period."""
        asked = Query.parse(self.filter)
        return replace(asked, last_ms=None, since_ms=None, from_ms=to_ms(start), to_ms=to_ms(end))

    def look(self, query: Query) -> View:
        """Return what the maker of the brief sees of a filter."""
        return self.services.mirror.view(self.actor, query, now=self.end)

    @cached_property
    def earlier(self) -> View:
        """The incidents of the period of the same length before."""
        return self.look(self.within(self.start - (self.end - self.start), self.start))

    @cached_property
    def usual(self) -> list[int]:
        """How many reports the same hours of up to four earlier weeks had, where they are known."""
        whole = self.look(replace(self.query, from_ms=None, to_ms=to_ms(self.end))).time_range
        weeks = []
        for number in range(1, 5):
            start, end = (at - timedelta(weeks=number) for at in (self.start, self.end))
            if whole is None or to_ms(start) < whole[0]:
                break
            weeks.append(self.look(self.within(start, end)).total)
        return weeks

    @cached_property
    def past_scopes(self) -> frozenset[int]:
        """The scopes of all that what is usual is made of; none where it is not known."""
        whole = self.look(replace(self.query, from_ms=None))
        return scopes_of(whole) if self.usual else frozenset()

    @cached_property
    def known(self) -> Mapping[int, Scope]:
        """Every scope by its number."""
        return self.services.mirror.snapshot.scopes

    def source(self, what: str) -> str:
        """Return the line under a page: from what, of which filter, as of when."""
        said = filter_words(self.query, self.services.mirror.snapshot.taxonomy, outward=self.actor.passes_on)
        return " · ".join(filter(None, [what, said, when(self.end, self.zone)]))

    def marking(self, scopes: Iterable[int]) -> str:
        """Return the highest marking of scopes with its caveat."""
        inside = [self.known[number] for number in scopes]
        highest = max((one.tlp for one in inside), default=Tlp.CLEAR)
        return highest.label + (" LES" if any(one.law_enforcement for one in inside) else "")


Piece = Callable[[Desk], "Draft | None"]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A page as the data would have it."""

    kind: str
    headline: str
    what: str  # of which records, for the source line
    scopes: frozenset[int]
    lines: tuple[str, ...] = ()
    notes: str = ""
    map: MapPicture | None = None
    chart: Chart | None = None
    table: Table | None = None
    figures: tuple[BriefFigure, ...] = ()
    view: Mapping[str, Any] = field(default_factory=dict)

    def page(self, desk: Desk) -> DocumentPage:
        """Return the page as it is shown."""
        return DocumentPage(
            headline=self.headline,
            lines=self.lines,
            notes=self.notes,
            source=desk.source(self.what),
            marking=desk.marking(self.scopes),
            map=self.map,
            chart=self.chart,
            table=self.table,
        )


def scopes_of(view: View) -> frozenset[int]:
    """Return the scopes of the rows of a view."""
    return frozenset(np.unique(view.frame.combos.scope[view.present]).tolist())


def behind_view(view: View, *, nowhere: bool = True) -> Behind:
    """Return the records of a view; without `nowhere` those on stand-ins for "no place" are left out."""
    seq, revision = view.take(view.frame.seq), view.take(view.frame.revision)
    if not nowhere:
        real = view.frame.combos.located_by[view.take(view.frame.combo)] != LocatedBy.DEFAULT_POINT
        seq, revision = seq[real], revision[real]
    return _behind("incident", seq, revision)


def behind(kind: str, records: Iterable[Any]) -> Behind:
    """Return these records, each with `seq` and `revision`."""
    pairs = [(one.seq, one.revision) for one in records]
    seq, revision = ([one[at] for one in pairs] for at in (0, 1))
    return _behind(kind, np.array(seq, dtype=np.int64), np.array(revision, dtype=np.int64))


def _behind(kind: str, seq: Any, revision: Any) -> Behind:
    order = np.argsort(seq, kind="stable")
    return Behind(
        kind=kind, seq=seq[order].astype(np.int64), revision=np.asarray(revision)[order].astype(np.int64)
    )


def counted(desk: Desk, key: str, label: str, view: View, *, unit: str = "reports") -> BriefFigure:
    """Return the number of a view's incidents, with what is behind it."""
    return BriefFigure(
        key=key,
        label=label,
        value=view.total,
        unit=unit,
        query=view.query.canonical(),
        at=desk.end,
        behind=desk.behind(view),
    )


def new_page(desk: Desk, draft: Draft) -> NewPage:
    """Return a draft as a page to keep."""
    return NewPage(
        kind=draft.kind,
        view=dict(draft.view),
        content=page_json(draft.page(desk)),
        proposed={"headline": draft.headline, "lines": list(draft.lines)},
        scopes=draft.scopes,
        figures=draft.figures,
    )
