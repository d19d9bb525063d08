"""People, their sessions, one-time links and API tokens. Only hashes of secrets are kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, Engine, Row, Select, bindparam, delete, insert, select, update

from data.access import Actor, Permission, require
from data.clock import Clock, to_ms
from data.errors import Conflict, Invalid, NotFound, Unauthenticated
from data.model import Role, StoreKind, Tlp
from data.records import User
from data.store import tables as t
from data.store.audit_log import AuditLog
from data.store.engine import new_key, reading, writing
from data.store.rows import keepable

MIN_PASSWORD: Final = 12
_LINK_LIFE = timedelta(minutes=15)
_BEARER_LIFE = timedelta(days=365)
_HASHER = PasswordHasher()
# Verified when the name is unknown, so that the answer takes as long as for a known one.
_NOBODY = _HASHER.hash(secrets.token_hex(16))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


# Asked for with every request: written down once, so that nothing is built anew each time.
_KNOWN = select(t.user, t.agency.c.law_enforcement).join(t.agency, t.agency.c.id == t.user.c.agency_id)
_BY_SESSION = _KNOWN.join(t.session, t.session.c.user_id == t.user.c.id).where(
    t.session.c.token_hash == bindparam("digest"), t.session.c.expires_ms > bindparam("now_ms")
)
_BY_BEARER = (
    _KNOWN.join(t.credential, t.credential.c.user_id == t.user.c.id)
    .add_columns(t.credential.c.recipient_id)
    .where(
        t.credential.c.token_hash == bindparam("digest"),
        t.credential.c.kind == "bearer",
        t.credential.c.expires_ms > bindparam("now_ms"),
    )
)


class Users:
    """Who may sign in, and who is signed in."""

    def __init__(self, engine: Engine, audit: AuditLog, clock: Clock, *, session_hours: float) -> None:
        self._engine, self._audit, self._clock = engine, audit, clock
        self._session_life = timedelta(hours=session_hours)

    # ── people ───────────────────────────────────────────────────────────────────────────────────

    def add(
        self,
        actor: Actor,
        name: str,
        *,
        role: Role,
        agency_id: int,
        display_name: str = "",
        email: str | None = None,
        password: str | None = None,
        clearance: Tlp = Tlp.AMBER,
        stores: Iterable[StoreKind] = (StoreKind.INCIDENT, StoreKind.OPEN),
    ) -> int:
        """Return the id of a new user; without a password they sign in by a one-time link."""
        require(actor, Permission.ADMINISTER)
        if not name.strip() or len(name) > 80:  # the column's width
            raise Invalid("A user name has 1 to 80 characters.", hint="Choose a shorter name.")
        keepable("name", [name, display_name, email])
        row = {
            "name": name,
            "display_name": display_name or name,
            "email": email,
            "password_hash": None if password is None else hash_password(password),
            "role": role.value,
            "agency_id": agency_id,
            "clearance": int(clearance),
            "stores": sorted(store.value for store in stores),
            "created_ms": to_ms(self._clock.now()),
        }
        with writing(self._engine) as connection:
            if connection.execute(select(t.user.c.id).where(t.user.c.name == name)).first():
                raise Conflict(f"There is a user {name!r} already.", hint="Choose another name.")
            user_id = new_key(connection.execute(insert(t.user).values(row)))
            self._audit.record(
                connection, actor, "add", kind="user", record=user_id, name=name, role=role.value
            )
        return user_id

    def all(self, actor: Actor) -> list[User]:
        """Return every user by name."""
        require(actor, Permission.ADMINISTER)
        with reading(self._engine) as connection:
            return [_user(row) for row in connection.execute(select(t.user).order_by(t.user.c.name))]

    def names(self, actor: Actor) -> dict[int, str]:
        """Return the display names of those whom an officer can assign work to: their own agency's people."""
        query = select(t.user.c.id, t.user.c.display_name).where(
            t.user.c.agency_id == actor.agency_id, t.user.c.disabled.is_(False)
        )
        with reading(self._engine) as connection:
            return {
                row.id: row.display_name for row in connection.execute(query.order_by(t.user.c.display_name))
            }

    def find(self, name: str) -> User:
        """Return the user with this name; raise NotFound."""
        with reading(self._engine) as connection:
            row = connection.execute(select(t.user).where(t.user.c.name == name)).first()
        if row is None:
            raise NotFound(f"There is no user {name!r}.", hint="`watchfloor users list` shows who there is.")
        return _user(row)

    def disable(self, actor: Actor, user_id: int) -> None:
        """Keep a user from signing in and end their sessions, links and tokens at once."""
        require(actor, Permission.ADMINISTER)
        with writing(self._engine) as connection:
            changed = connection.execute(update(t.user).where(t.user.c.id == user_id).values(disabled=True))
            if changed.rowcount == 0:
                raise NotFound(f"There is no user {user_id}.")
            connection.execute(delete(t.session).where(t.session.c.user_id == user_id))
            connection.execute(delete(t.credential).where(t.credential.c.user_id == user_id))
            self._audit.record(connection, actor, "disable", kind="user", record=user_id)

    def set_password(self, actor: Actor, user_id: int, password: str) -> None:
        """Set a user's password, one's own or anybody's for an administrator; their sessions end."""
        if actor.user_id != user_id:
            require(actor, Permission.ADMINISTER)
        with writing(self._engine) as connection:
            values = {"password_hash": hash_password(password)}
            changed = connection.execute(update(t.user).where(t.user.c.id == user_id).values(values))
            if changed.rowcount == 0:
                raise NotFound(f"There is no user {user_id}.")
            # Whoever learned the old one is out.
            connection.execute(delete(t.session).where(t.session.c.user_id == user_id))
            self._audit.record(connection, actor, "set_password", kind="user", record=user_id)

    # ── signing in ───────────────────────────────────────────────────────────────────────────────

    def authenticate(self, name: str, password: str) -> int:
        """Return the id of the user with this name and password; raise Unauthenticated, taking as long."""
        keepable("name", name)
        keepable("password", password)
        with reading(self._engine) as connection:
            row = connection.execute(select(t.user).where(t.user.c.name == name)).first()
        known = row is not None and not row.disabled and row.password_hash is not None
        try:
            _HASHER.verify(row.password_hash if row is not None and known else _NOBODY, password)
        except (VerifyMismatchError, InvalidHashError):
            known = False
        if row is None or not known:
            with writing(self._engine) as connection:
                self._audit.record(connection, None, "sign_in", outcome="refused", name=name[:80])
            raise Unauthenticated(
                "The name or the password is not right.", hint="Try again, or ask for a link."
            )
        return int(row.id)

    def open_session(self, user_id: int) -> str:
        """Return the token of a new session; it is shown once and kept as a hash."""
        with writing(self._engine) as connection:
            return self._new_session(connection, user_id)

    def actor(self, token: str) -> Actor:
        """Return who is signed in with this session; raise Unauthenticated when it ended or never was."""
        return self._actor(_BY_SESSION, token, session=_digest(token).hex()[:16])

    def close_session(self, token: str) -> None:
        """End a session; its token is worth nothing from now on."""
        with writing(self._engine) as connection:
            connection.execute(delete(t.session).where(t.session.c.token_hash == _digest(token)))

    def make_link(self, user_id: int) -> str:
        """Return a token that signs this user in once, within 15 minutes."""
        return self._credential(user_id, kind="link", name="one-time link", life=_LINK_LIFE)

    def redeem_link(self, token: str) -> str:
        """Return a session token for a one-time link; raise Unauthenticated the second time."""
        now_ms = to_ms(self._clock.now())
        with writing(self._engine) as connection:
            spent = connection.execute(
                update(t.credential)
                .where(
                    t.credential.c.token_hash == _digest(token),
                    t.credential.c.kind == "link",
                    t.credential.c.used_ms.is_(None),
                    t.credential.c.expires_ms > now_ms,
                )
                .values(used_ms=now_ms)
            )
            if spent.rowcount == 0:
                raise Unauthenticated(
                    "This sign-in link was used already, or is too old.", hint="Ask for a new one."
                )
            user_id = connection.execute(
                select(t.credential.c.user_id).where(t.credential.c.token_hash == _digest(token))
            ).scalar_one()
            return self._new_session(connection, user_id)

    def make_bearer(self, user_id: int, name: str, *, recipient_id: int | None = None) -> str:
        """Return an API token for a user; it lasts a year and is shown once.

        With a recipient it is a partner's: of what the user may see, it is given what they may have.
        """
        return self._credential(
            user_id, kind="bearer", name=name, life=_BEARER_LIFE, recipient_id=recipient_id
        )

    def actor_for_bearer(self, token: str) -> Actor:
        """Return on whose behalf an API token speaks; raise Unauthenticated."""
        return self._actor(_BY_BEARER, token, session="bearer:" + _digest(token).hex()[:9])

    # ── inside ───────────────────────────────────────────────────────────────────────────────────

    def _actor(self, query: Select[Any], token: str, *, session: str) -> Actor:
        values = {"digest": _digest(token), "now_ms": to_ms(self._clock.now())}
        with reading(self._engine) as connection:
            row = connection.execute(query, values).first()
        if row is None or row.disabled:
            raise Unauthenticated("Nobody is signed in.", hint="Sign in again.")
        return Actor(
            user_id=row.id,
            name=row.name,
            role=Role(row.role),
            agency_id=row.agency_id,
            law_enforcement=row.law_enforcement,
            clearance=Tlp(row.clearance),
            stores=frozenset(StoreKind(store) for store in row.stores),
            session=session,
            for_recipient=row._mapping.get("recipient_id"),
        )

    def _new_session(self, connection: Connection, user_id: int) -> str:
        token, now = secrets.token_urlsafe(32), self._clock.now()
        connection.execute(delete(t.session).where(t.session.c.expires_ms <= to_ms(now)))
        connection.execute(
            insert(t.session).values(
                token_hash=_digest(token),
                user_id=user_id,
                created_ms=to_ms(now),
                expires_ms=to_ms(now + self._session_life),
            )
        )
        self._audit.record(connection, None, "sign_in", kind="user", record=user_id)
        return token

    def _credential(
        self, user_id: int, *, kind: str, name: str, life: timedelta, recipient_id: int | None = None
    ) -> str:
        token, now = secrets.token_urlsafe(32), self._clock.now()
        with writing(self._engine) as connection:
            connection.execute(
                insert(t.credential).values(
                    token_hash=_digest(token),
                    kind=kind,
                    name=name,
                    user_id=user_id,
                    created_ms=to_ms(now),
                    expires_ms=to_ms(now + life),
                    recipient_id=recipient_id,
                )
            )
            about = {"name": name} if recipient_id is None else {"name": name, "recipient": recipient_id}
            self._audit.record(connection, None, f"make_{kind}", kind="user", record=user_id, **about)
        return token


def hash_password(password: str) -> str:
    """Return the argon2 hash of a password that is long enough; raise Invalid."""
    if len(password) < MIN_PASSWORD:
        raise Invalid(
            f"A password has at least {MIN_PASSWORD} characters.", hint="A few words make a good one."
        )
    return _HASHER.hash(password)


def _user(row: Row[Any]) -> User:
    return User(
        id=row.id,
        name=row.name,
        display_name=row.display_name,
        email=row.email,
        role=Role(row.role),
        agency_id=row.agency_id,
        clearance=Tlp(row.clearance),
        stores=frozenset(StoreKind(store) for store in row.stores),
        disabled=row.disabled,
    )
