"""Briefs between rows and records, and the records behind a number as bytes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from sqlalchemy import Row

from data.brief_records import Behind, Brief, BriefFigure, BriefPage, BriefQuestion, Schedule
from data.clock import from_ms
from data.errors import Forbidden
from data.model import Scope, Tlp


def packed(behind: Behind) -> bytes:
    """Return seqs, ascending, and revisions as a few bytes each."""
    table = np.stack([np.diff(behind.seq, prepend=0), behind.revision]).astype("<i8")
    return zlib.compress(table.tobytes(), level=1)


def unpacked(kind: str, content: bytes) -> Behind:
    """Return what `packed` made bytes of."""
    table = np.frombuffer(zlib.decompress(bytes(content)), dtype="<i8").reshape(2, -1).astype(np.int64)
    return Behind(kind=kind, seq=np.cumsum(table[0]), revision=table[1])


def figure_of(row: Row[Any]) -> BriefFigure:
    """Return a number of a page."""
    return BriefFigure(
        key=row.key,
        label=row.label,
        value=row.value,
        unit=row.unit,
        query=row.query,
        at=from_ms(row.at_ms),
        behind=unpacked(row.kind, row.behind),
    )


def page_of(row: Row[Any], figures: Iterable[BriefFigure]) -> BriefPage:
    """Return a page."""
    return BriefPage(
        id=row.id,
        kind=row.kind,
        view=row.view,
        content=row.content.encode(),
        proposed=row.proposed,
        edited=row.edited,
        scopes=frozenset(row.scopes),
        figures=tuple(figures),
    )


def brief_of(
    row: Row[Any],
    *,
    scopes: frozenset[int],
    known: Mapping[int, Scope],
    page_count: int,
    pages: tuple[BriefPage, ...] = (),
) -> Brief:
    """Return a brief; raise Forbidden when it shows what nobody knows the marking of."""
    if not scopes <= known.keys():
        raise Forbidden("This brief shows records of an unknown marking.")
    inside = [known[number] for number in scopes]
    return Brief(
        seq=row.seq,
        id=row.id,
        title=row.title,
        template=row.template,
        filter=row.filter,
        bbox=None if row.bbox is None else tuple(row.bbox),
        period_from=from_ms(row.from_ms),
        period_to=from_ms(row.to_ms),
        since=row.since_id,
        owner_id=row.owner_id,
        by=row.owner_name,
        agency_id=row.agency_id,
        made=from_ms(row.made_ms),
        frozen=None if row.frozen_ms is None else from_ms(row.frozen_ms),
        revision=row.revision,
        marking=max((one.tlp for one in inside), default=Tlp.CLEAR),
        law_enforcement=any(one.law_enforcement for one in inside),
        scopes=scopes,
        page_count=page_count,
        pages=pages,
    )


def question_of(row: Row[Any]) -> BriefQuestion:
    """Return a question."""
    return BriefQuestion(id=row.id, page=row.page_id, text=row.text, at=from_ms(row.at_ms), by=row.user_name)


def schedule_of(row: Row[Any]) -> Schedule:
    """Return a schedule."""
    return Schedule(
        id=row.id,
        title=row.title,
        template=row.template,
        filter=row.filter,
        at=row.at,
        zone=row.zone,
        days=tuple(row.days),
        recipients=tuple(row.recipients),
        forms=tuple(row.forms),
        hold=row.hold,
        active=row.active,
        owner_id=row.owner_id,
        by=row.user_name,
        due=None if row.due_ms is None else from_ms(row.due_ms),
        ran=None if row.ran_ms is None else from_ms(row.ran_ms),
        outcome=row.outcome,
        brief=row.brief_id,
        revision=row.revision,
    )
