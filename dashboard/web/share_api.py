"""`/api/v1/recipients`, `/third-agency` and sanitised versions: to whom things may go, and what of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from dashboard.guard import needs
from dashboard.services import Services
from dashboard.web import share_json
from dashboard.web.asking import ERRORS, RecordId
from dashboard.web.models import tlp_of
from dashboard.web.records_json import Json, many
from dashboard.web.share_models import AgencyAnswerIn, RecipientChange, RecipientIn, SanitisedIn
from data.access import Actor, Permission
from data.errors import Conflict, Invalid
from data.release import RecipientKind

Releaser = Annotated[Actor, Depends(needs(Permission.EXPORT))]
Administrator = Annotated[Actor, Depends(needs(Permission.ADMINISTER))]
RecipientKey = Annotated[str, Path(max_length=40)]


def router(services: Services) -> APIRouter:
    """Return the routes of recipients and of what agencies said."""
    routes = APIRouter(prefix="/api/v1", tags=["release"], responses=ERRORS)
    _add_recipients(routes, services)
    _add_answers(routes, services)
    _add_versions(routes, services)
    return routes


def _add_recipients(routes: APIRouter, services: Services) -> None:
    recipients = services.store.recipients

    @routes.get("/recipients")
    def all_of_them(actor: Releaser) -> Json:
        """Return every recipient, and what is agreed with each."""
        found = [one for one in recipients.all(actor) if one.kind is not RecipientKind.OWN]
        return many([share_json.recipient(one) for one in found], total=len(found))

    @routes.post("/recipients", status_code=201)
    def add(actor: Administrator, body: RecipientIn) -> Json:
        """Add a recipient."""
        if any(one.key == body.key for one in recipients.all(actor)):
            raise Conflict(f"There is a recipient {body.key} already.", hint="Choose another key.")
        return share_json.recipient(recipients.put(actor, body.new()))

    @routes.patch("/recipients/{key}")
    def change(actor: Administrator, key: RecipientKey, body: RecipientChange) -> Json:
        """Change what is agreed with a recipient; what was sent before stays as it was."""
        known = recipients.get(actor, key)
        if known.kind is RecipientKind.OWN:
            raise Invalid("What our own people take along is not agreed on.")
        if body.ended:
            return share_json.recipient(recipients.end(actor, key))
        return share_json.recipient(recipients.put(actor, body.over(known)))


def _add_answers(routes: APIRouter, services: Services) -> None:
    answers = services.store.third_agency

    @routes.get("/third-agency")
    def all_of_them(actor: Releaser) -> Json:
        """Return what agencies were asked and said about passing their records on, newest first."""
        found = answers.all(actor)
        return many([share_json.agency_answer(one) for one in found], total=len(found))

    @routes.post("/third-agency", status_code=201)
    def add(actor: Releaser, body: AgencyAnswerIn) -> Json:
        """Write down that an agency was asked, or what it said: of one incident, or of all its records."""
        made = answers.add(
            actor,
            agency_id=body.agency,
            to=body.recipient,
            state=body.state,
            incident=body.incident,
            note=body.note,
        )
        return share_json.agency_answer(made)


def _add_versions(routes: APIRouter, services: Services) -> None:
    versions = services.store.sanitised

    @routes.get("/incidents/{record_id}/sanitised")
    def version(actor: Releaser, record_id: RecordId) -> Json | None:
        """Return the sanitised version of an incident, and those before it; null where there is none."""
        found = versions.of(actor, record_id)
        if not found or found[-1][1]:
            return None  # that there is none is an answer, not an error
        before = [share_json.sanitised(one) for one, _ in found[:-1]]
        return share_json.sanitised(found[-1][0]) | {"before": before}

    @routes.put("/incidents/{record_id}/sanitised")
    def write(actor: Releaser, record_id: RecordId, body: SanitisedIn) -> Json:
        """Write what goes where the original may not; the original is left as it is."""
        made = versions.put(
            actor,
            record_id,
            text=body.text,
            place=body.place,
            photo=body.photo,
            tlp=tlp_of(body.marking),
            revision=body.revision,
        )
        return share_json.sanitised(made)

    @routes.delete("/incidents/{record_id}/sanitised", status_code=204, response_class=Response)
    def withdraw(actor: Releaser, record_id: RecordId) -> Response:
        """Let nothing but the original out any more."""
        versions.withdraw(actor, record_id)
        return Response(status_code=204)
