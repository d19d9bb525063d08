"""Briefs for a recipient: every page as they may have it, written in a form, through the release path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, repeat
from pathlib import Path
from typing import Any, Final

from dashboard.briefing.compose import Briefing, own_words
from dashboard.briefing.desk import Draft
from dashboard.briefing.templates import TEMPLATES
from dashboard.services import Services
from dashboard.wishes import Wish
from data.access import Actor
from data.brief_records import Brief, BriefPage
from data.errors import Invalid
from data.model import Tlp
from data.release import generalises
from data.release_records import Item
from layers.briefs.document import Document, DocumentPage, page_from_json
from layers.release import Contents, Left, ProductAsk, narrowed, release_product
from layers.release.ledger import Counting

FORMS: Final = ("pdf", "pptx", "html", "png", "gpkg", "kml")
_SMALLEST: Final = 5
_MOST_LOGGED: Final = 50_000  # of the records behind its numbers; the brief itself keeps them all


@dataclass(frozen=True)
class Given:
    """A page as somebody gets it: as it stands, made again, or not at all."""

    page: BriefPage
    shown: DocumentPage | None
    remade: Draft | None = None

    @property
    def records(self) -> Iterator[Item]:
        """Kind, seq and revision of what is behind its numbers, the same one perhaps several times."""
        if self.shown is None:
            return
        for one in (self.page if self.remade is None else self.remade).figures:
            seqs, revisions = one.behind.seq.tolist(), one.behind.revision.tolist()
            yield from zip(repeat(one.behind.kind), seqs, revisions, strict=False)


class BriefsOut:
    """Briefs as something that is let out."""

    def preview(self, services: Services, wish: Wish) -> dict[str, Any]:
        """Return the pages as they stand, the pages as they would leave, and which are missing."""
        brief = _brief(services, wish)
        made = given(
            services, narrowed(services.store, wish.actor, wish.recipient), brief, wish, leaves=False
        )
        out = [one for one in made if one.shown is not None]
        marking = max((_marking(services, one) for one in out), default=Tlp.CLEAR)
        sensitive = any(_sensitive(services, one) for one in out)
        return {
            "yours": {
                "total": len(brief.pages),
                "items": [_item(one.page, page_from_json(one.page.content)) for one in made],
            },
            "theirs": {"total": len(out), "items": [_item(one.page, one.shown) for one in out if one.shown]},
            "missing": _missing(made),
            "marking": marking.label + (" LES" if sensitive else ""),
            "generalised": generalises(wish.recipient),
            "sanitised": 0,
            "needs_approval": wish.recipient.approval.why(marking, law_enforcement=sensitive, form=wish.form),
        }

    def make(self, services: Services, wish: Wish) -> Left:
        """Write the brief for the recipient and let it out."""
        brief = _brief(services, wish)
        if wish.form not in FORMS:
            raise Invalid(f"A brief is not written as {wish.form[:20]!r}.", hint=f"{', '.join(FORMS)}.")

        def build(standing: Actor, path: Path) -> Contents:
            made = [one for one in given(services, standing, brief, wish) if one.shown is not None]
            if not made:
                raise Invalid(
                    f"No page of this brief may go to {wish.recipient.name}.",
                    hint="The preview says which pages are kept back and why.",
                )
            write(document(services, brief, made), path, wish.form)
            return Contents(
                records=_logged(made),
                marking=max(_marking(services, one) for one in made),
                law_enforcement=any(_sensitive(services, one) for one in made),
                generalised="cells and counts alone" if generalises(wish.recipient) else "no",
            )

        ask = ProductAsk(
            actor=wish.actor,
            what="brief",
            form=wish.form,
            recipient=wish.recipient,
            purpose=wish.purpose,
            authority=wish.authority,
            filter=f"brief={brief.id}",
            product=str(brief.id),
            hold=wish.hold,
        )
        return release_product(services.store, ask, build)


def given(
    services: Services, standing: Actor, brief: Brief, wish: Wish, *, leaves: bool = True
) -> list[Given]:
    """Return every page as the recipient may have it.

    A page of which they may see everything stays as it is, with the words that somebody wrote; any other
    page is made again by an actor who sees only what they may, in the words that the data propose. Of a
    preview (not `leaves`), no number is remembered as given.
    """
    briefing = Briefing(services)
    coarse = generalises(wish.recipient) or wish.recipient.smallest_cell > 0
    smallest = max(wish.recipient.smallest_cell, _SMALLEST) if coarse else 0
    told = Counting(services.store, wish.recipient, least=smallest, leaves=leaves) if coarse else None
    whole = bool(brief.scopes) and brief.scopes <= services.store.visible(standing) and not coarse
    made = []
    for page in brief.pages:
        # What people wrote tells of all that they had before them, whatever page it stands on.
        as_it_is = whole if own_words(page) else not coarse
        if as_it_is and briefing.still(standing, page):
            made.append(Given(page, page_from_json(page.content)))
            continue
        again = briefing.remade(standing, brief, page, smallest=smallest, told=told)
        desk = briefing.desk_of(standing, brief, smallest=smallest)
        made.append(Given(page, None if again is None else again.page(desk), again))
    return made


def document(services: Services, brief: Brief, made: list[Given]) -> Document:
    """Return the document for a recipient; a title that somebody wrote goes where the whole brief may."""
    pages = [one.shown for one in made if one.shown is not None]
    base = Briefing(services).document(brief, pages=pages)
    whole = all(one.remade is None for one in made) and len(made) == len(brief.pages)
    template = TEMPLATES.get(brief.template)
    plain = template.title if template is not None else "Brief"
    marking = max(_marking(services, one) for one in made)
    label = marking.label + (" LES" if any(_sensitive(services, one) for one in made) else "")
    return replace(base, title=brief.title if whole else plain, marking=label)


def write(made: Document, path: Path, form: str) -> None:
    """Write a document in a form; a picture or a layer is of the first page with a map."""
    from layers.export.document import write_pdf, write_png
    from layers.export.page_html import write_html
    from layers.export.shown import write_shown
    from layers.export.slides import write_pptx

    whole: dict[str, Callable[[Document, Path], None]] = {
        "pdf": write_pdf,
        "pptx": write_pptx,
        "html": write_html,
    }
    if form in whole:
        whole[form](made, path)
    elif form == "png":
        page = next((one for one in made.pages if one.map is not None), made.pages[0])
        write_png(page, made, path)
    else:
        write_shown(made, path, form)


def _logged(made: list[Given]) -> list[Item]:
    """Return the records behind the numbers, each once, up to what is logged."""
    found: dict[Item, None] = {}
    for item in chain.from_iterable(one.records for one in made):
        found[item] = None
        if len(found) == _MOST_LOGGED:
            break
    return list(found)


def _brief(services: Services, wish: Wish) -> Brief:
    if wish.brief is None:
        raise Invalid("Which brief is not said.", hint="Give its id as `brief`.")
    return Briefing(services).read(wish.actor, wish.brief)


def _scopes(one: Given) -> frozenset[int]:
    return one.page.scopes if one.remade is None else one.remade.scopes


def _marking(services: Services, one: Given) -> Tlp:
    known = {scope.id: scope for scope in services.store.scopes.all()}
    return max((known[number].tlp for number in _scopes(one)), default=Tlp.CLEAR)


def _sensitive(services: Services, one: Given) -> bool:
    known = {scope.id: scope for scope in services.store.scopes.all()}
    return any(known[number].law_enforcement for number in _scopes(one))


def _item(page: BriefPage, shown: DocumentPage) -> dict[str, Any]:
    return {
        "id": str(page.id),
        "title": shown.headline,
        "kind": page.kind,
        "type": page.kind,
        "place": None,
        "narrative": "\n".join(shown.lines),
        "marking": shown.marking,
    }


def _missing(made: list[Given]) -> list[dict[str, Any]]:
    gone = [one for one in made if one.shown is None]
    again = [one for one in made if one.remade is not None]
    groups = (
        ("pages that hold nothing the recipient may have", "page_kept_back", gone),
        ("pages made again of what the recipient may have", "page_remade", again),
    )
    return [
        {
            "reason": reason,
            "code": code,
            "total": len(some),
            "items": [
                {"id": str(one.page.id), "title": page_from_json(one.page.content).headline} for one in some
            ],
        }
        for reason, code, some in groups
        if some
    ]
