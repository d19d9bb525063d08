"""Recipients, releases and their notices as the API shows them."""

from __future__ import annotations

from typing import Any

from dashboard.web.records_json import Json, moment
from data.records import Incident, Site
from data.release import Recipient
from data.release_records import AgencyAnswer, Notice, Release, Sanitised
from layers.export.columns import marking_of
from layers.release.product import banner

LOG = (
    *("id", "at", "by", "recipient", "recipient_name", "purpose", "authority", "what", "form", "filter"),
    *("marking", "records", "file", "sha256", "size", "state", "why_held", "decided", "decided_by"),
    *("decision_note", "recalled", "recalled_by", "recall_reason", "product"),
)


def recipient(one: Recipient) -> Json:
    """Return a recipient with what is agreed."""
    above = one.approval.above
    return {
        "key": one.key,
        "name": one.name,
        "kind": one.kind.value,
        "agency_id": one.agency_id,
        "clearance": one.clearance.name.lower(),
        "marking": one.clearance.label,
        "law_enforcement": one.law_enforcement,
        "stores": sorted(store.value for store in one.stores),
        "granted_by": sorted(one.granted_by),
        "agreement": one.agreement,
        "contact": one.contact,
        "channels": [{"kind": channel.kind, "address": channel.address} for channel in one.channels],
        "approval": {
            "always": one.approval.always,
            "above": None if above is None else above.name.lower(),
            "law_enforcement": one.approval.law_enforcement,
            "forms": sorted(one.approval.forms),
        },
        "smallest_cell": one.smallest_cell,
        "until": moment(one.until),
        "ended": moment(one.ended),
    }


def release(one: Release) -> Json:
    """Return a line of the dissemination log."""
    made: dict[str, Any] = {
        "id": str(one.id),
        "at": moment(one.at),
        "what": one.kind,
        "marking": banner(one.marking, law_enforcement=one.law_enforcement),
        "state": "recalled" if one.recalled else one.state.value,
        "decided": moment(one.decided),
        "recalled": moment(one.recalled),
    }
    return {name: made[name] if name in made else getattr(one, name) for name in LOG}


def notice(one: Notice) -> Json:
    """Return a recall or correction, and who was told of it how."""
    return {
        "id": str(one.id),
        "kind": one.kind,
        "text": one.text,
        "at": moment(one.at),
        "by": one.by,
        "recipient": one.recipient_name,
        "deliveries": [
            {
                "channel": told.channel,
                "address": told.address,
                "attempt": told.attempt,
                "due": moment(told.due),
                "at": moment(told.at),
                "outcome": told.outcome,
                "detail": told.detail,
            }
            for told in one.tellings
        ],
    }


def agency_answer(one: AgencyAnswer) -> Json:
    """Return what an agency was asked, or said."""
    return {
        "id": str(one.id),
        "agency": one.agency_id,
        "agency_name": one.agency,
        "recipient": one.recipient,
        "incident": None if one.incident is None else str(one.incident),
        "state": one.state,
        "note": one.note,
        "at": moment(one.at),
        "by": one.by,
    }


def sanitised(one: Sanitised) -> Json:
    """Return the sanitised version of an incident."""
    return {
        "id": str(one.id),
        "text": one.text,
        "place": one.place,
        "photo": one.photo,
        "marking": one.tlp.name.lower(),
        "label": one.tlp.label,
        "of_revision": one.of_revision,
        "at": moment(one.at),
        "by": one.by,
    }


def previewed(one: Incident | Site) -> Json:
    """Return a record as a preview shows it."""
    site = isinstance(one, Site)
    return {
        "id": str(one.id),
        "title": one.name if isinstance(one, Site) else one.title,
        "kind": "site" if site else "incident",
        "type": one.sector if isinstance(one, Site) else one.type.label,
        "place": {
            "lon": None if one.place is None else one.place.lon,
            "lat": None if one.place is None else one.place.lat,
            "accuracy_m": one.accuracy_m,
            "text": one.address,
        },
        "narrative": "" if isinstance(one, Site) else one.narrative,
        "marking": marking_of(one.scope),
    }


def given(row: Json, one: Incident | Site) -> Json:
    """Return a record as its recipient gets it, from the row that is written."""
    return {
        "id": row.get("id"),
        "title": row.get("title", row.get("name", "")) or "",
        "kind": "site" if isinstance(one, Site) else "incident",
        "type": row.get("type", row.get("sector", "")),
        "place": {
            "lon": row.get("lon"),
            "lat": row.get("lat"),
            "accuracy_m": row.get("accuracy_m"),
            "text": row.get("address", "") or "",
        },
        "narrative": row.get("narrative", "") or "",
        "marking": row.get("marking", marking_of(one.scope)),
    }
