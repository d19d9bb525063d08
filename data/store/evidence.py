"""Evidence in the store: entered once, never changed; its states follow one another and all of them stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select

from data.access import Actor, Permission, require
from data.clock import to_ms
from data.errors import Conflict, NotFound
from data.model import new_id
from data.rescue_records import Household, Located
from data.search_records import NewPiece, Piece
from data.store.engine import new_key, reading, writing
from data.store.evidence_rows import changes, checked, piece_of, pieces
from data.store.household_rows import names_of
from data.store.rows import keepable
from data.store.tables_search import clue_decision, evidence, evidence_change

if TYPE_CHECKING:
    from data.store.store import Store


class EvidenceLayers:
    """Evidence about households; it is seen by exactly those who may see the household."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # ── reading ──────────────────────────────────────────────────────────────────────────────────

    def of(self, actor: Actor, household_id: UUID) -> list[Piece]:
        """Return the evidence about a household, taken back or not, in order of entry."""
        require(actor, Permission.RESPOND)
        with reading(self._store.engine) as connection:
            here = self._store.households.stored(connection, actor, household_id)
            return self._of(connection, here)

    def all(self, actor: Actor, households: Sequence[Household]) -> dict[UUID, list[Piece]]:
        """Return the evidence about each of these households, which the actor was shown."""
        require(actor, Permission.RESPOND)
        with reading(self._store.engine) as connection:
            homes = self._store.households.homes_on(connection, actor)
            rows = connection.execute(select(evidence).order_by(evidence.c.seq)).all()
            states = changes(connection, None)
            names = names_of(connection)
        of_each: dict[UUID, list[Row[Any]]] = {}
        for row in rows:
            if row.household_seq in homes:
                of_each.setdefault(homes[row.household_seq], []).append(row)
        return {one.id: pieces(one, of_each.get(one.id, []), states, names) for one in households}

    def decided(self, actor: Actor, household_id: UUID) -> frozenset[str]:
        """Return the keys of the clues that somebody has accepted or refused."""
        with reading(self._store.engine) as connection:
            here = self._store.households.stored(connection, actor, household_id)
            members = self._store.households.members(connection, here.seq)
            query = select(clue_decision.c.clue_key).where(clue_decision.c.household_seq.in_(members))
            return frozenset(connection.execute(query).scalars())

    # ── writing ──────────────────────────────────────────────────────────────────────────────────

    def add(self, actor: Actor, household_id: UUID, new: NewPiece) -> Piece:
        """Return the piece of evidence that was entered."""
        checked(new)
        require(actor, Permission.RESPOND)
        with writing(self._store.engine) as connection:
            here = self._store.households.stored(connection, actor, household_id)
            made = self._insert(connection, actor, here.seq, new)
            self._tell(connection, actor, here, "entered", made, new.kind, new.words)
            return self._one(connection, here, made)

    def add_to_all(self, actor: Actor, households: Iterable[Household], new: NewPiece) -> None:
        """Enter what was found out about some ground for every household that may have been there.

        The households need not be seen by the actor: nothing of them is answered.
        """
        checked(new)
        require(actor, Permission.RESPOND)
        with writing(self._store.engine) as connection:
            for here in households:
                made = self._insert(connection, actor, here.seq, new)
                self._tell(connection, actor, here, "entered", made, new.kind, new.words)

    def change(
        self, actor: Actor, evidence_id: UUID, values: Mapping[str, Any], *, revision: int, note: str = ""
    ) -> tuple[Household, Piece]:
        """Return the household and the piece in its new state; raise Conflict if `revision` is old.

        `values` may hold on, reliability, weight and withdrawn.
        """
        keepable("note", note)
        require(actor, Permission.RESPOND)
        with writing(self._store.engine) as connection:
            here, before = self._found(connection, actor, evidence_id)
            if before.now.revision != revision:
                raise Conflict(
                    "Somebody else changed this piece of evidence meanwhile.",
                    hint="Load it again and send your change on top of it.",
                    revision=before.now.revision,
                )
            wanted = {
                name: getattr(before.now, name) for name in ("on", "reliability", "weight", "withdrawn")
            }
            if wanted | dict(values) == wanted:
                return here, before
            wanted |= values
            seq = self._seq(connection, actor, before, here)
            self._state(connection, actor, seq, revision + 1, wanted, note)
            action = "taken back" if wanted["withdrawn"] and not before.now.withdrawn else "changed"
            self._tell(connection, actor, here, action, evidence_id, before.kind, before.words, **wanted)
            return here, self._one(connection, here, evidence_id)

    def decide(
        self, actor: Actor, household_id: UUID, key: str, *, home_seq: int, accepted: NewPiece | None
    ) -> Piece | None:
        """Accept a clue as evidence, or refuse it; raise Conflict where somebody has decided before."""
        require(actor, Permission.RESPOND)
        with writing(self._store.engine) as connection:
            here = self._store.households.stored(connection, actor, household_id)
            members = self._store.households.members(connection, here.seq)
            known = select(clue_decision.c.decision).where(
                clue_decision.c.household_seq.in_(members), clue_decision.c.clue_key == key
            )
            if connection.execute(known).first() is not None:
                raise Conflict("Somebody has decided on this clue already.", hint="Load the proposals again.")
            # At the call's own household: it goes with it when a merge is taken back.
            made = None if accepted is None else self._insert(connection, actor, home_seq, accepted)
            row = {"household_seq": home_seq, "clue_key": key, "evidence_id": made}
            row |= {"at_ms": to_ms(self._store.clock.now()), "user_id": actor.user_id or None}
            decision = "refused" if accepted is None else "accepted"
            connection.execute(insert(clue_decision).values(row | {"decision": decision}))
            words = "" if accepted is None else accepted.words
            self._tell(connection, actor, here, f"clue {decision}", made, "", words, key=key)
            return None if made is None else self._one(connection, here, made)

    def put(self, actor: Actor, household_id: UUID, located: Located | None) -> None:
        """Keep with a household where its evidence puts it."""
        with writing(self._store.engine) as connection:
            here = self._store.households.stored(connection, actor, household_id)
            if here.located == located:
                return
            place = None if located is None else located.place
            self._store.households.write(
                connection,
                here.seq,
                lon=None if place is None else place.lon,
                lat=None if place is None else place.lat,
                accuracy_m=None if located is None else located.accuracy_m,
                area95_km2=None if located is None else located.area95_km2,
            )
            self._store.changes.note(connection, "household", here.seq)

    # ── rows ─────────────────────────────────────────────────────────────────────────────────────

    def _of(self, connection: Connection, here: Household) -> list[Piece]:
        members = self._store.households.members(connection, here.seq)
        query = select(evidence).where(evidence.c.household_seq.in_(members)).order_by(evidence.c.seq)
        rows = connection.execute(query).all()
        return pieces(here, rows, changes(connection, [row.seq for row in rows]), names_of(connection))

    def _one(self, connection: Connection, here: Household, evidence_id: UUID) -> Piece:
        return next(one for one in self._of(connection, here) if one.id == evidence_id)

    def _found(self, connection: Connection, actor: Actor, evidence_id: UUID) -> tuple[Household, Piece]:
        missing = NotFound("There is no such evidence, or you may not see it.")
        query = select(evidence.c.household_seq).where(evidence.c.id == evidence_id)
        seq = connection.execute(query).scalar()
        if seq is None:
            from_call = self._store.calls.home(connection, evidence_id)
            if from_call is None:
                raise missing
            seq = from_call
        homes = self._store.households.homes_on(connection, actor)
        if seq not in homes:
            raise missing
        here = self._store.households.stored(connection, actor, homes[seq])
        found = next((one for one in self._of(connection, here) if one.id == evidence_id), None)
        if found is None:
            raise missing
        return here, found

    def _insert(self, connection: Connection, actor: Actor, household_seq: int, new: NewPiece) -> UUID:
        made = new_id()
        seq = self._enter(connection, actor, made, household_seq, new, to_ms(self._store.clock.now()))
        state = {"on": True, "reliability": new.reliability, "weight": new.weight, "withdrawn": False}
        self._state(connection, actor, seq, 1, state, "")
        return made

    def _enter(  # noqa: PLR0917  # a row's parts
        self, connection: Connection, actor: Actor | None, made: UUID, home: int, new: NewPiece, at_ms: int
    ) -> int:
        row = {"id": made, "household_seq": home, "kind": new.kind, "params": dict(new.params)}
        row |= {"source": new.source, "words": new.words, "entered_ms": at_ms}
        row |= {"at_ms": None if new.at is None else to_ms(new.at)}
        row |= {"user_id": None if actor is None else actor.user_id or None}
        return new_key(connection.execute(insert(evidence).values(row)))

    def _seq(self, connection: Connection, actor: Actor, before: Piece, here: Household) -> int:
        """Return the row of a piece; the place of a call gets one when it is first changed."""
        seq = connection.execute(select(evidence.c.seq).where(evidence.c.id == before.id)).scalar()
        if seq is not None:
            return int(seq)
        call = next(one for one in here.calls if one.id == before.id)
        made = self._enter(connection, None, before.id, call.home_seq, piece_of(call), to_ms(before.entered))
        first = before.now
        state = {"on": first.on, "reliability": first.reliability, "weight": first.weight, "withdrawn": False}
        self._state(connection, None, made, 1, state, "", at_ms=to_ms(first.at))
        return made

    def _state(  # noqa: PLR0917  # a row's parts
        self, connection: Connection, actor: Actor | None, seq: int, revision: int, state: Mapping[str, Any],
        note: str, *, at_ms: int | None = None,
    ) -> None:  # fmt: skip
        row = {"evidence_seq": seq, "revision": revision, "note": note, "is_on": state["on"]}
        row |= {name: state[name] for name in ("reliability", "weight", "withdrawn")}
        row |= {"at_ms": to_ms(self._store.clock.now()) if at_ms is None else at_ms}
        row |= {"user_id": None if actor is None else actor.user_id or None}
        connection.execute(insert(evidence_change).values(row))

    def _tell(  # noqa: PLR0917  # what an event is made of
        self, connection: Connection, actor: Actor, here: Household, action: str, made: UUID | None,
        kind: str, words: str, **more: Any,
    ) -> None:  # fmt: skip
        detail = {"action": action, "evidence": None if made is None else str(made), "kind": kind}
        self._store.households.note(
            connection, actor, here.seq, "evidence", detail | {"words": words[:500]} | more
        )
        self._store.households.tell(connection, actor, "evidence", here, did=action)
