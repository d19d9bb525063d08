"""`/api/v1/export/hotspots.…`: the cells of a hotspot map as a file that says how they were made."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl

import orjson
from fastapi import APIRouter, Depends
from fastapi.responses import Response

from dashboard.guard import needs
from dashboard.services import Services
from dashboard.web.asking import ERRORS
from dashboard.web.hotspots_asked import OF_THE_ROUTES, Question, extent_of, question
from data.access import Actor, Permission
from data.errors import BadFilter
from data.query import Query
from layers.hotspots import Against, Hotspots, Kind, geojson
from layers.hotspots.table import csv_lines
from layers.release import Contents, ProductAsk
from layers.release.inhouse import taken_along
from layers.release.product import banner, said


class Form(StrEnum):
    """What the file is."""

    CSV = "csv"
    GEOJSON = "geojson"


_MEDIA = {Form.CSV: "text/csv; charset=utf-8", Form.GEOJSON: "application/geo+json"}


def router(services: Services) -> APIRouter:
    """Return the routes by which hotspots leave."""
    routes = APIRouter(prefix="/api/v1/export", tags=["export"], responses=ERRORS)

    @routes.get("/hotspots.{form}")
    def hotspots(
        form: Form,
        actor: Annotated[Actor, Depends(needs(Permission.EXPORT))],
        asked: Annotated[Question, Depends(question)],
    ) -> Response:
        """Return the cells that the map draws of what the actor may see, and how they were made."""
        now = services.clock.now()
        found = asked.answer(services, actor, now=now)
        marking = asked.marking(services, actor, now=now).label
        body, name = _body(found, form, marking), _name(asked, now, marking, form)
        view = services.mirror.view(actor, asked.query, now=now)
        taken_along(
            services.store,
            actor,
            what="hotspots",
            form=form.value,
            filter=asked.query.canonical(),
            file=name,
            count=len(found.cell),
            marking=asked.marking(services, actor, now=now),
            law_enforcement=view.law_enforcement,
            body=body,
        )
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(body, media_type=_MEDIA[form], headers=headers)

    return routes


def question_of(text: str) -> Question:
    """Return what a filter with kind, cell_m, bbox and against asks of hotspots; raise BadFilter."""
    given = dict(parse_qsl(text, keep_blank_values=True))
    query = Query.parse(text, ignore=OF_THE_ROUTES)
    try:
        kind, against = Kind(given.get("kind", Kind.DENSITY)), Against(given.get("against", Against.PREVIOUS))
        cell_m = float(given["cell_m"]) if given.get("cell_m") else None
    except ValueError as error:
        raise BadFilter(
            "Hotspots of this kind or cell size are not known.", hint="See /api/v1/hotspots."
        ) from error
    return Question(query, kind, extent_of(given.get("bbox", "")), cell_m, against, duplicates=False)


def cells_file(services: Services, asked: Question, standing: Actor, ask: ProductAsk, path: Path) -> Contents:
    """Write the cells of what `standing` may be given, and say which records they are made of."""
    store, now = services.store, services.clock.now()
    found = asked.answer(services, standing, now=now)
    query = asked.query
    if asked.kind.value in ("difference", "excess"):  # made of other times too
        query = replace(query, last_ms=None, from_ms=None, to_ms=None)
    view = services.mirror.view(standing, query, now=now)
    marking = banner(view.marking, law_enforcement=view.law_enforcement)
    about = said(store, ask, marking=marking, now=now)
    words = " ".join(f"{name}: {about[name]};" for name in ("center", "made_at", "recipient", "purpose"))
    exercise = "EXERCISE EXERCISE EXERCISE " if store.settings.exercise else ""
    path.write_bytes(_body(found, Form(ask.form), f"{exercise}{marking} {words}"))
    seqs, revisions = view.take(view.frame.seq), view.take(view.frame.revision)
    pairs = zip(seqs.tolist(), revisions.tolist(), strict=True)
    return Contents(records=[("incident", seq, revision) for seq, revision in pairs])


def _body(found: Hotspots, form: Form, marking: str) -> bytes:
    if form is Form.GEOJSON:
        return b'{"marking":' + orjson.dumps(marking) + b"," + geojson(found)[1:]
    # The mark tells a spreadsheet that this is UTF-8.
    return ("\ufeff" + "".join(csv_lines(found, marking=marking))).encode()


def _name(asked: Question, now: datetime, marking: str, form: Form) -> str:
    safe = marking.replace(":", "-").replace("+", "-")
    return f"watchfloor-{asked.kind.value.replace('_', '-')}-{now:%Y%m%dT%H%MZ}-{safe}.{form.value}"
