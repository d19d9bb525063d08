"""`/api/v1/plan` and `/api/v1/tasks`: who goes where next, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, File, Path, Query, Request, Response, UploadFile

from dashboard.at_work import AtWork
from dashboard.planning import Asked, Planner
from dashboard.results import Results
from dashboard.services import Services
from dashboard.web import search_json
from dashboard.web.asking import RecordId, Responder
from dashboard.web.records_json import Json, many, moment
from dashboard.web.search_models import PlanAsked, TaskChange, TaskResult, Visibility
from data.access import Actor
from data.model import Scope, Tlp
from data.search_records import Plan, TaskStatus
from layers.export import tasking
from layers.export.ics204 import ics204
from layers.release.inhouse import taken_along

Format = Literal["json", "gpx", "kml", "geojson", "cot", "ics204"]
_TYPES: Final = {
    "gpx": ("application/gpx+xml", "gpx"),
    "kml": ("application/vnd.google-earth.kml+xml", "kml"),
    "geojson": ("application/geo+json", "geojson"),
    "cot": ("text/plain; charset=utf-8", "cot"),  # many documents, one a line
}
_WRITERS: Final = {"gpx": tasking.gpx, "kml": tasking.kml, "geojson": tasking.geojson, "cot": tasking.cot}
_NEVER_RUN: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-modals; frame-ancestors 'none'"
)


def add(routes: APIRouter, services: Services, planner: Planner, results: Results) -> None:
    """Add the routes of plans and tasks."""
    _add_plans(routes, services, planner)
    _add_tasks(routes, services)
    _add_results(routes, results)


def _add_plans(routes: APIRouter, services: Services, planner: Planner) -> None:
    store = services.store

    works = AtWork()

    @routes.get("/plan/work/{key}")
    def work(actor: Responder, key: Annotated[UUID, Path(description="`work` of the plan.")]) -> Json:
        """Return what a plan that is being made is at; null once it is done, or on another process."""
        return {"said": works.said(actor.user_id, key)}

    @routes.post("/plan", status_code=201)
    async def plan(request: Request, actor: Responder, body: PlanAsked) -> Json:
        """Plan who goes where: the tasks in order, and what they are expected to gain over an even split.

        It is given up once whoever asked is gone.
        """
        asked = Asked(
            hours=body.hours,
            visibility=body.visibility,
            model=body.model,
            resources=None if body.resources is None else frozenset(body.resources),
            households=None if body.households is None else frozenset(body.households),
        )
        return await works.run(
            request, actor.user_id, body.work, lambda mine: _shown(planner.make(actor, asked, mine))
        )

    @routes.post("/plan/{record_id}/adopt", status_code=201)
    def adopt(actor: Responder, record_id: RecordId) -> Json:
        """Take a plan: its tasks are on the board, the first of each resource is assigned."""
        found = store.tasks.adopt(actor, record_id)
        return many([search_json.task(one) for one in found], total=len(found))

    @routes.get("/plan/{record_id}", response_model=None)
    def read(
        actor: Responder,
        record_id: RecordId,
        format: Annotated[Format, Query()] = "json",  # noqa: A002  # the name it has outside
    ) -> Json | Response:
        """Return a plan, as JSON, for a map or GPS, or as ICS 204 sheets to print."""
        found = store.tasks.plan(actor, record_id)
        if format == "json":
            return _shown(found)
        sheet = _sheet(services, found)
        if format == "ics204":
            page = ics204(sheet, prepared_by=found.who).encode()
            _taken_along(services, actor, found, form=format, body=page)
            return Response(
                page, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _NEVER_RUN}
            )
        media_type, suffix = _TYPES[format]
        name = f"search-plan-{str(found.id)[-6:]}.{suffix}"
        body = _WRITERS[format](sheet)
        _taken_along(services, actor, found, form=format, body=body, file=name)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(body, media_type=media_type, headers=headers)


def _add_tasks(routes: APIRouter, services: Services) -> None:
    store = services.store

    @routes.get("/tasks")
    def tasks(actor: Responder) -> Json:
        """Return the tasks of all plans that were taken, in order of taking."""
        found = [search_json.task(one) for one in store.tasks.all(actor)]
        return many(found, total=len(found))

    @routes.patch("/tasks/{record_id}")
    def change(actor: Responder, record_id: RecordId, body: TaskChange) -> Json:
        """Say how far a task is; its resource and household follow."""
        changed = store.tasks.set_status(actor, record_id, TaskStatus(body.status), revision=body.revision)
        return search_json.task(changed)


def _add_results(routes: APIRouter, results: Results) -> None:
    @routes.post("/tasks/{record_id}/result")
    def result(actor: Responder, record_id: RecordId, body: TaskResult) -> Json:
        """Say what a search found. Whoever was found is reached; where nobody was, is less likely now."""
        return search_json.task(results.take(actor, record_id, body.model_dump()))

    @routes.post("/tasks/{record_id}/track", status_code=201)
    def track(
        actor: Responder,
        record_id: RecordId,
        file: Annotated[UploadFile, File()],
        visibility: Annotated[Visibility | None, Query(description="As it was; else as planned.")] = None,
    ) -> Json:
        """Take the track of a search (GPX or CoT): what it covered counts cell by cell."""
        return results.track(actor, record_id, file.file.read(), visibility=visibility)


def _shown(found: Plan) -> Json:
    return dict(found.answer) | {
        "id": str(found.id),
        "at": moment(found.at),
        "by": found.who,
        "adopted": moment(found.adopted),
    }


def _taken_along(
    services: Services, actor: Actor, found: Plan, *, form: str, body: bytes | str, file: str = ""
) -> None:
    """Enter in the dissemination log that somebody takes a plan along, before it leaves."""
    told = _told_of(services, found)
    taken_along(
        services.store,
        actor,
        what="search",
        form=form,
        filter=str(found.id),
        file=file,
        count=len(found.answer["tasks"]),
        marking=max((one.tlp for one in told), default=Tlp.AMBER),
        law_enforcement=any(one.law_enforcement for one in told),
        body=body.encode() if isinstance(body, str) else body,
    )


def _told_of(services: Services, found: Plan) -> list[Scope]:
    scopes = {one.id: one for one in services.store.scopes.all()}
    return [scopes[one] for one in found.scopes]


def _sheet(services: Services, found: Plan) -> tasking.Sheet:
    """Return a plan as it leaves the house, with the strictest marking of what it tells of."""
    lines = [_line(one) for one in found.answer["tasks"]]
    told = _told_of(services, found)
    strict = max(told, key=lambda one: one.tlp, default=None)
    words = "TLP:AMBER" if strict is None else strict.tlp.label
    if any(one.law_enforcement for one in told):
        words += " LES"
    return tasking.Sheet(
        name=f"{services.settings.center_name} search plan",
        marking=words,
        made=found.at,
        hours=float(found.answer["hours"]),
        lines=lines,
    )


def _line(one: Mapping[str, Any]) -> tasking.Line:
    on = one["segment"] or one["household"]
    what = f"Search {on['name']}" if one["segment"] else f"Reach household {on['number']}"
    return tasking.Line(
        id=str(UUID(one["id"])),
        order=one["order"],
        resource=one["resource"]["name"],
        radio=one["resource"]["radio"],
        what=what,
        lon=one["lon"],
        lat=one["lat"],
        usng=one["usng"],
        hours=one["hours"],
        arrive_h=one["arrive_h"],
        area=one["area"],
        why=one["why"],
    )
