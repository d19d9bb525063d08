"""`/api/v1/brief-schedules`: briefs that are made by themselves, and what came of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from dashboard.briefing.templates import TEMPLATES
from dashboard.guard import needs
from dashboard.services import Services
from dashboard.web.asking import ERRORS, RecordId, Viewer
from dashboard.web.briefs_json import schedule_json
from dashboard.web.briefs_models import ScheduleChange, ScheduleIn
from dashboard.web.records_json import Json, many
from data.access import Actor, Permission
from data.brief_records import NewSchedule
from data.errors import Invalid

Releaser = Annotated[Actor, Depends(needs(Permission.EXPORT))]


def router(services: Services) -> APIRouter:
    """Return the routes of schedules."""
    routes = APIRouter(prefix="/api/v1/brief-schedules", tags=["briefs"], responses=ERRORS)
    schedules, settings = services.store.brief_schedules, services.settings

    @routes.get("")
    def all_of_them(actor: Viewer) -> Json:
        """Return one's own schedules, the next to run first; an administrator sees everybody's."""
        found = schedules.all(actor)
        return many([schedule_json(one) for one in found], total=len(found))

    @routes.post("", status_code=201)
    def add(actor: Releaser, body: ScheduleIn) -> Json:
        """Have a brief made by itself, and let out to these recipients or held for a person."""
        template = TEMPLATES.get(body.template)
        if template is None:
            raise Invalid(f"There is no template {body.template!r}.", hint=f"{', '.join(TEMPLATES)}.")
        new = NewSchedule(
            title=body.title or template.title,
            template=body.template,
            filter=body.filter,
            at=body.at,
            zone=body.zone or settings.timezone,
            days=tuple(body.days),
            recipients=tuple(body.recipients),
            forms=tuple(body.forms),
            hold=body.hold,
            active=body.active,
        )
        return schedule_json(schedules.add(actor, new))

    @routes.patch("/{record_id}")
    def change(actor: Releaser, record_id: RecordId, body: ScheduleChange) -> Json:
        """Change when a schedule runs, stop it for a while, or hold what it makes."""
        sent = body.model_dump(exclude_unset=True, exclude={"revision"})
        values = {name: value for name, value in sent.items() if value is not None}
        return schedule_json(schedules.change(actor, record_id, values, revision=body.revision))

    @routes.delete("/{record_id}", status_code=204, response_class=Response)
    def remove(actor: Releaser, record_id: RecordId) -> Response:
        """Let a schedule run no more; what it made stays."""
        schedules.remove(actor, record_id)
        return Response(status_code=204)

    return routes
