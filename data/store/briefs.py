"""Briefs in the store: read by those who may see all that is in them, frozen when they are given."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from data.access import Actor, Permission, require
from data.brief_records import Brief, BriefFigure, BriefPage, BriefQuestion, NewBrief, NewPage
from data.clock import to_ms
from data.errors import Conflict, Forbidden, Invalid, NotFound
from data.model import Scope, new_id
from data.store.brief_rows import brief_of, figure_of, packed, page_of, question_of
from data.store.engine import new_key, reading, writing
from data.store.rows import keepable
from data.store.tables_briefs import brief, figure, page, question

if TYPE_CHECKING:
    from data.store.store import Store

MOST_PAGES: Final = 60
_MOST_LISTED: Final = 500
_MOST_TITLE: Final = 200


class Briefs:
    """Whoever may see all that a brief shows may read it, when it is theirs or their agency's."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # ── reading ──────────────────────────────────────────────────────────────────────────────────

    def all(self, actor: Actor) -> list[Brief]:
        """Return the briefs that the actor may read, newest first, without their pages."""
        require(actor, Permission.VIEW)
        query = select(brief).where(self._theirs(actor)).order_by(brief.c.seq.desc()).limit(_MOST_LISTED)
        with reading(self._store.engine) as connection:
            rows = connection.execute(query).all()
            known, visible = self._known(connection, actor)
            inside = _scopes_of(connection, [row.seq for row in rows])
        return [
            brief_of(row, scopes=_union(scopes), known=known, page_count=len(scopes))
            for row, scopes in ((row, inside.get(row.seq, [])) for row in rows)
            if _union(scopes) <= visible
        ]

    def get(self, actor: Actor, brief_id: UUID) -> Brief:
        """Return a brief with its pages; raise NotFound."""
        require(actor, Permission.VIEW)
        with reading(self._store.engine) as connection:
            return self._stored(connection, actor, brief_id)

    def questions(self, actor: Actor, brief_id: UUID) -> list[BriefQuestion]:
        """Return what was asked when the brief was given, in order."""
        with reading(self._store.engine) as connection:
            seq = self._stored(connection, actor, brief_id).seq
            query = select(question).where(question.c.brief_seq == seq).order_by(question.c.seq)
            return [question_of(row) for row in connection.execute(query)]

    # ── writing ──────────────────────────────────────────────────────────────────────────────────

    def add(self, actor: Actor, new: NewBrief) -> Brief:
        """Return the brief that was made."""
        require(actor, Permission.SHARE_VIEW)
        made = new_id()
        row = {
            "id": made,
            "title": _title(new.title),
            "template": new.template,
            "filter": new.filter,
            "bbox": None if new.bbox is None else list(new.bbox),
            "from_ms": to_ms(new.period_from),
            "to_ms": to_ms(new.period_to),
            "since_id": new.since,
            "owner_id": actor.user_id,
            "owner_name": actor.name,
            "agency_id": actor.agency_id if new.shared else None,
            "schedule_id": new.schedule,
            "made_ms": to_ms(self._store.clock.now()),
            "revision": 1,
        }
        with writing(self._store.engine) as connection:
            seq = new_key(connection.execute(insert(brief).values(row)))
            for position, one in enumerate(new.pages):
                _insert_page(connection, seq, one, position=position)
            self._store.audit.record(connection, actor, "make_brief", kind="brief", record=made)
            return self._stored(connection, actor, made)

    def change(self, actor: Actor, brief_id: UUID, values: Mapping[str, Any], *, revision: int) -> Brief:
        """Return the brief with another title, sharing or order of pages; raise Conflict."""
        with writing(self._store.engine) as connection:
            before = self._to_edit(connection, actor, brief_id, revision, frozen="shared" in values)
            if before.frozen is not None and values.keys() - {"shared"}:
                raise _frozen()
            columns: dict[str, Any] = {}
            if "title" in values:
                columns["title"] = _title(values["title"])
            if "shared" in values:
                columns["agency_id"] = actor.agency_id if values["shared"] else None
            if "order" in values:
                _reorder(connection, before, values["order"])
            return self._written(connection, actor, before, "change_brief", columns)

    def add_page(
        self, actor: Actor, brief_id: UUID, new: NewPage, *, revision: int, after: UUID | None = None
    ) -> Brief:
        """Return the brief with one page more, after another one or at the end."""
        with writing(self._store.engine) as connection:
            before = self._to_edit(connection, actor, brief_id, revision)
            if len(before.pages) >= MOST_PAGES:
                raise Invalid(f"A brief has at most {MOST_PAGES} pages.", hint="Make a second one.")
            ids = [one.id for one in before.pages]
            at = ids.index(after) + 1 if after in ids else len(ids)
            made = _insert_page(connection, before.seq, new, position=at)
            _number(connection, [*ids[:at], made, *ids[at:]])
            return self._written(connection, actor, before, "add_page")

    def edit_page(
        self, actor: Actor, brief_id: UUID, page_id: UUID, *, content: bytes, edited: bool, revision: int
    ) -> Brief:
        """Return the brief with other words on a page."""
        with writing(self._store.engine) as connection:
            before = self._to_edit(connection, actor, brief_id, revision)
            _page(before, page_id)
            text = keepable("page", content.decode())
            connection.execute(update(page).where(page.c.id == page_id).values(content=text, edited=edited))
            return self._written(connection, actor, before, "edit_page")

    def remove_page(self, actor: Actor, brief_id: UUID, page_id: UUID, *, revision: int) -> Brief:
        """Return the brief without a page."""
        with writing(self._store.engine) as connection:
            before = self._to_edit(connection, actor, brief_id, revision)
            _page(before, page_id)
            seq = select(page.c.seq).where(page.c.id == page_id).scalar_subquery()
            connection.execute(delete(figure).where(figure.c.page_seq == seq))
            connection.execute(delete(page).where(page.c.id == page_id))
            return self._written(connection, actor, before, "remove_page")

    def freeze(self, actor: Actor, brief_id: UUID, *, revision: int) -> Brief:
        """Return the brief as it stays from now on; freezing it again changes nothing."""
        with writing(self._store.engine) as connection:
            before = self._to_edit(connection, actor, brief_id, revision, frozen=True)
            if before.frozen is not None:
                return before
            now = to_ms(self._store.clock.now())
            return self._written(connection, actor, before, "freeze_brief", {"frozen_ms": now})

    def remove(self, actor: Actor, brief_id: UUID) -> None:
        """Take a brief off the list; what was released of it stays in the log."""
        with writing(self._store.engine) as connection:
            before = self._mine(connection, actor, brief_id)
            now = to_ms(self._store.clock.now())
            connection.execute(update(brief).where(brief.c.seq == before.seq).values(gone_ms=now))
            self._store.audit.record(connection, actor, "remove_brief", kind="brief", record=brief_id)

    def ask(self, actor: Actor, brief_id: UUID, text: str, *, page_id: UUID | None) -> BriefQuestion:
        """Return the question that was noted."""
        if not text.strip():
            raise Invalid("A question needs words.", hint="Write what was asked.")
        with writing(self._store.engine) as connection:
            here = self._stored(connection, actor, brief_id)
            if page_id is not None:
                _page(here, page_id)
            row = {
                "id": new_id(),
                "brief_seq": here.seq,
                "page_id": page_id,
                "text": keepable("question", text.strip()),
                "at_ms": to_ms(self._store.clock.now()),
                "user_name": actor.name,
            }
            connection.execute(insert(question).values(row))
            made = connection.execute(select(question).where(question.c.id == row["id"])).one()
        return question_of(made)

    # ── over a connection ────────────────────────────────────────────────────────────────────────

    def _theirs(self, actor: Actor) -> Any:
        owned = or_(brief.c.owner_id == actor.user_id, brief.c.agency_id == actor.agency_id)
        return owned & brief.c.gone_ms.is_(None)

    def _known(self, connection: Connection, actor: Actor) -> tuple[dict[int, Scope], frozenset[int]]:
        known = {one.id: one for one in self._store.scopes.all(connection)}
        return known, self._store.visible(actor, connection)

    def _stored(self, connection: Connection, actor: Actor, brief_id: UUID) -> Brief:
        row = connection.execute(select(brief).where(brief.c.id == brief_id, self._theirs(actor))).first()
        known, visible = self._known(connection, actor)
        if row is None or not _union(_scopes_of(connection, [row.seq]).get(row.seq, [])) <= visible:
            raise NotFound("There is no such brief, or you may not see all that it shows.")
        pages = tuple(_pages(connection, row))
        scopes = _union([one.scopes for one in pages])
        return brief_of(row, scopes=scopes, known=known, page_count=len(pages), pages=pages)

    def _mine(self, connection: Connection, actor: Actor, brief_id: UUID) -> Brief:
        require(actor, Permission.SHARE_VIEW)
        before = self._stored(connection, actor, brief_id)
        if before.owner_id not in {actor.user_id, 0} and actor.user_id != 0:
            raise Forbidden("This is somebody else's brief.", hint="Make a copy, and change that.")
        return before

    def _to_edit(
        self, connection: Connection, actor: Actor, brief_id: UUID, revision: int, *, frozen: bool = False
    ) -> Brief:
        before = self._mine(connection, actor, brief_id)
        if before.frozen is not None and not frozen:
            raise _frozen()
        if before.revision != revision:
            raise Conflict(
                "The brief was changed meanwhile.",
                hint="Load it again and send your change on top of it.",
                revision=before.revision,
            )
        return before

    def _written(
        self,
        connection: Connection,
        actor: Actor,
        before: Brief,
        action: str,
        columns: Mapping[str, Any] | None = None,
    ) -> Brief:
        values = {**(columns or {}), "revision": before.revision + 1}
        connection.execute(update(brief).where(brief.c.seq == before.seq).values(values))
        self._store.audit.record(connection, actor, action, kind="brief", record=before.id)
        return self._stored(connection, actor, before.id)


def _frozen() -> Conflict:
    return Conflict("A frozen brief says what it said.", hint="Make a copy, and change that.")


def _title(text: str) -> str:
    title = str(keepable("title", text.strip()))
    if not title or len(title) > _MOST_TITLE:
        raise Invalid(f"A brief has a title of 1 to {_MOST_TITLE} characters.", hint="Give it a short one.")
    return title


def _page(of: Brief, page_id: UUID) -> BriefPage:
    for one in of.pages:
        if one.id == page_id:
            return one
    raise NotFound("The brief has no such page.")


def _union(scopes: Collection[Collection[int]]) -> frozenset[int]:
    return frozenset().union(*scopes)


def _scopes_of(connection: Connection, briefs: Sequence[int]) -> dict[int, list[frozenset[int]]]:
    """Return the scopes of every page, by brief."""
    found: dict[int, list[frozenset[int]]] = {}
    query = select(page.c.brief_seq, page.c.scopes).where(page.c.brief_seq.in_(briefs))
    for row in connection.execute(query):
        found.setdefault(row.brief_seq, []).append(frozenset(row.scopes))
    return found


def _pages(connection: Connection, of: Row[Any]) -> list[BriefPage]:
    rows = connection.execute(
        select(page).where(page.c.brief_seq == of.seq).order_by(page.c.position, page.c.seq)
    ).all()
    numbers: dict[int, list[BriefFigure]] = {}
    query = select(figure).where(figure.c.page_seq.in_([row.seq for row in rows])).order_by(figure.c.seq)
    for row in connection.execute(query):
        numbers.setdefault(row.page_seq, []).append(figure_of(row))
    return [page_of(row, numbers.get(row.seq, ())) for row in rows]


def _insert_page(connection: Connection, brief_seq: int, new: NewPage, *, position: int) -> UUID:
    made = new_id()
    row = {
        "id": made,
        "brief_seq": brief_seq,
        "position": position,
        "kind": new.kind,
        "view": keepable("view", dict(new.view)),
        "content": keepable("page", new.content.decode()),
        "proposed": keepable("words", dict(new.proposed)),
        "edited": False,
        "scopes": sorted(new.scopes),
    }
    seq = new_key(connection.execute(insert(page).values(row)))
    for one in new.figures:
        values = {
            "page_seq": seq,
            "key": one.key,
            "label": one.label,
            "value": one.value,
            "unit": one.unit,
            "query": one.query,
            "at_ms": to_ms(one.at),
            "kind": one.behind.kind,
            "records": len(one.behind),
            "behind": packed(one.behind),
        }
        connection.execute(insert(figure).values(values))
    return made


def _reorder(connection: Connection, before: Brief, order: Sequence[UUID]) -> None:
    if sorted(order) != sorted(one.id for one in before.pages):
        raise Invalid("The order names other pages than the brief has.", hint="Load it again.")
    _number(connection, order)


def _number(connection: Connection, order: Sequence[UUID]) -> None:
    current = select(func.count()).select_from(page).where(page.c.id.in_(order))
    if connection.execute(current).scalar() != len(order):
        raise Invalid("The order names pages that are not there.", hint="Load the brief again.")
    for position, page_id in enumerate(order):
        connection.execute(update(page).where(page.c.id == page_id).values(position=position))
