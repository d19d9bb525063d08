"""What may be let out, by name: each kind of product is previewed and made by a part of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from dashboard.briefing.leaving import BriefsOut
from dashboard.photos_out import release_photos
from dashboard.services import Services
from dashboard.web import share_json
from dashboard.web.export_hotspots import cells_file, question_of
from dashboard.web.records_json import Json
from dashboard.wishes import Maker, Wish
from data.access import Actor
from data.errors import Invalid
from layers.export.forms import Form
from layers.release import Ask, Contents, Judged, Left, ProductAsk, judge, release_product, release_records
from layers.release.counts import counts_file
from layers.release.judged import records_of, versions_of
from layers.release.path import rows_and_shapes

_SHOWN: Final = 200
_MISSING_SHOWN: Final = 50


class Records:
    """Incidents or sites, record by record."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def preview(self, services: Services, wish: Wish) -> Json:
        """Return both sides, the first records of each, and what is missing and why."""
        ask = self._ask(wish, Form.CSV)
        judged = judge(services.store, services.mirror, ask)
        store = services.store
        kept = [seq for some in judged.kept.values() for seq in some[:_MISSING_SHOWN]]
        leaving = records_of(store, judged.reader, self.kind, judged.seqs[:_SHOWN])
        versions = versions_of(store, wish.actor, judged.versions[:_SHOWN])
        given = [*versions, *leaving]
        rows, _, _ = rows_and_shapes(given, self.kind, generalised=judged.generalised)
        originals = tuple(one.incident_seq for one in judged.versions)
        seen = records_of(store, wish.actor, self.kind, (*originals, *judged.seqs, *kept)[:_SHOWN])
        total = judged.total + sum(judged.withheld.values())
        return {
            "yours": {"total": total, "items": [share_json.previewed(one) for one in seen]},
            "theirs": {
                "total": judged.total,
                "items": [share_json.given(row, one) for row, one in zip(rows, given, strict=True)][:_SHOWN],
            },
            "missing": self._missing(services, wish, judged),
            "marking": judged.banner,
            "generalised": judged.generalised,
            "sanitised": len(judged.versions),
            "needs_approval": wish.recipient.approval.why(
                judged.marking, law_enforcement=judged.law_enforcement, form=wish.form
            ),
        }

    def make(self, services: Services, wish: Wish) -> Left:
        """Write the records as a file for the recipient."""
        return release_records(services.store, services.mirror, self._ask(wish, _form(wish.form)))[1]

    def _ask(self, wish: Wish, form: Form) -> Ask:
        return Ask(
            actor=wish.actor,
            kind=self.kind,
            filter=wish.filter,
            recipient=wish.recipient,
            purpose=wish.purpose,
            authority=wish.authority,
            form=form,
        )

    def _missing(self, services: Services, wish: Wish, judged: Judged) -> list[Json]:
        return [
            {
                "reason": reason.value,
                "code": reason.name.lower(),
                "total": len(seqs),
                "items": [
                    {"id": str(one.id), "title": one.name if self.kind == "site" else one.title}
                    for one in records_of(services.store, wish.actor, self.kind, seqs[:_MISSING_SHOWN])
                ],
            }
            for reason, seqs in judged.kept.items()
        ]


class Photos(Records):
    """The photos of incidents, those of sanitised versions blurred."""

    def make(self, services: Services, wish: Wish) -> Left:
        """Pack the photos for the recipient."""
        return release_photos(services, self._ask(wish, Form.CSV))


class HotspotCells:
    """Cells of a hotspot map, made of what the recipient may be given; for some, counts of no few alone."""

    def preview(self, services: Services, wish: Wish) -> Json:
        """Return the incidents behind both sides; cells are made when they are let out."""
        query = question_of(wish.filter).query.canonical()
        seen = Records("incident").preview(services, replace(wish, filter=query, form="csv"))
        return seen | {"generalised": wish.recipient.smallest_cell > 0, "sanitised": 0}

    def make(self, services: Services, wish: Wish) -> Left:
        """Write the cells as CSV or GeoJSON."""
        if wish.form not in ("csv", "geojson"):
            raise Invalid("Hotspots are written as csv or geojson.", hint="Name one of them.")
        asked = question_of(wish.filter)
        ask = ProductAsk(
            actor=wish.actor,
            what="hotspots",
            form=wish.form,
            recipient=wish.recipient,
            purpose=wish.purpose,
            authority=wish.authority,
            filter=wish.filter,
        )

        def build(standing: Actor, path: Path) -> Contents:
            if wish.recipient.smallest_cell:
                return counts_file(
                    services.store,
                    services.mirror,
                    ask,
                    standing=standing,
                    query=asked.query,
                    path=path,
                )
            return cells_file(services, asked, standing, ask, path)

        return release_product(services.store, ask, build)


MAKERS: Final[Mapping[str, Maker]] = {
    "incidents": Records("incident"),
    "sites": Records("site"),
    "photos": Photos("incident"),
    "hotspots": HotspotCells(),
    "brief": BriefsOut(),
}


def maker(what: str) -> Maker:
    """Return what makes products of this kind; raise Invalid where nothing does."""
    if what not in MAKERS:
        raise Invalid(f"{what[:40]!r} is nothing that is let out.", hint=f"{', '.join(MAKERS)}.")
    return MAKERS[what]


def _form(name: str) -> Form:
    if name not in {form.value for form in Form}:
        raise Invalid(f"Records are not written as {name[:20]!r}.", hint=f"{', '.join(Form)}.")
    return Form(name)
