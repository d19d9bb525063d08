"""The store: one object that owns the engine and every repository."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, insert, select, update

from data.access import Actor
from data.audit import load_key
from data.clock import Clock, SystemClock
from data.model import Role, Severity, StoreKind, Tlp
from data.records import IncidentType
from data.reference import TypeRow, types
from data.settings import Settings
from data.store import tables as t
from data.store.alerts import Alerts
from data.store.attachments import Attachments
from data.store.audit_log import AuditLog
from data.store.brief_schedules import BriefSchedules
from data.store.briefs import Briefs
from data.store.calls import Calls
from data.store.changes import Changes
from data.store.closures import Closures
from data.store.directory import Agencies, Scopes, Sources, Types
from data.store.engine import dispose, make_engine, reading, writing
from data.store.evaluations import Evaluations
from data.store.evidence import EvidenceLayers
from data.store.households import Households
from data.store.incidents import Incidents
from data.store.migrate import upgrade
from data.store.networks import Networks
from data.store.notices import Notices
from data.store.recipients import Recipients
from data.store.releases import Releases
from data.store.resources import Resources
from data.store.sanitised import SanitisedVersions
from data.store.search_events import SearchEvents
from data.store.segments import Segments
from data.store.sites import Areas, Sites
from data.store.streets import Streets
from data.store.tasks import Tasks
from data.store.third_agency import ThirdAgency
from data.store.users import Users
from data.store.views import Views
from data.store.watch_areas import WatchAreas

HOME_AGENCY = 1


class Store:
    """Everything that is known, behind repositories that ask `data.access` first."""

    def __init__(self, settings: Settings, *, clock: Clock) -> None:
        self.settings, self.clock = settings, clock
        self.engine = make_engine(settings.resolved_database_url)
        key = load_key(settings.home / "keys" / "audit.key")
        self.audit = AuditLog(self.engine, clock, key)
        self.changes = Changes(self.engine, clock)
        self.scopes = Scopes(self.engine)
        self.agencies = Agencies(self.engine, self.audit)
        self.sources = Sources(self.engine, self.scopes)
        self.types = Types(self.engine, self.audit, self.changes.note)
        self.users = Users(self.engine, self.audit, clock, session_hours=settings.session_hours)
        self.views = Views(self.engine, self.audit, clock)
        self.incidents = Incidents(self)
        self.sites = Sites(self)
        self.areas = Areas(self)
        self.streets = Streets(self)
        self.networks = Networks(self)
        self.attachments = Attachments(self)
        self.watch_areas = WatchAreas(self)
        self.alerts = Alerts(self)
        self.evaluations = Evaluations(self)
        self.recipients = Recipients(self)
        self.releases = Releases(self)
        self.notices = Notices(self)
        self.third_agency = ThirdAgency(self)
        self.sanitised = SanitisedVersions(self)
        self.briefs = Briefs(self)
        self.brief_schedules = BriefSchedules(self)
        self.calls = Calls(self)
        self.households = Households(self)
        self.search_events = SearchEvents(self)
        self.evidence = EvidenceLayers(self)
        self.resources = Resources(self)
        self.segments = Segments(self)
        self.closures = Closures(self)
        self.tasks = Tasks(self)

    def visible(self, actor: Actor, on: Connection | None = None) -> frozenset[int]:
        """Return the ids of the scopes whose records the actor may see; `on` as in `Scopes.all`."""
        return self.scopes.visible(actor, on)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open the store's write transaction."""
        with writing(self.engine) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a read transaction."""
        with reading(self.engine) as connection:
            yield connection

    def fact(self, key: str) -> str | None:
        """Return a small fact about the store, None where it is not known."""
        with reading(self.engine) as connection:
            return connection.execute(select(t.fact.c.value).where(t.fact.c.key == key)).scalar()

    def set_fact(self, key: str, value: str) -> None:
        """Keep a small fact about the store."""
        with writing(self.engine) as connection:
            changed = connection.execute(update(t.fact).where(t.fact.c.key == key).values(value=value))
            if changed.rowcount == 0:
                connection.execute(insert(t.fact).values(key=key, value=value))

    def system_actor(self) -> Actor:
        """Return the actor of the machine's own work (command line, feeds, demo); no session becomes it."""
        return Actor(
            user_id=0,
            name="system",
            role=Role.ADMINISTRATOR,
            agency_id=HOME_AGENCY,
            law_enforcement=True,
            clearance=Tlp.RED,
            stores=frozenset(StoreKind),
        )

    def close(self) -> None:
        """Give every connection back."""
        dispose(self.engine)


def open_store(settings: Settings, *, clock: Clock | None = None) -> Store:
    """Return the store of these settings, made or migrated as needed.

    A new store has the center as its first agency and the shipped taxonomy. Raise Unavailable when the
    store was made by a newer version.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = Store(settings, clock=clock or SystemClock())
    upgrade(store.engine)
    with store.reading() as connection:
        named = connection.execute(select(t.agency.c.id)).first()
    if named is None:
        with store.transaction() as connection:
            if connection.execute(select(t.agency.c.id)).first() is None:
                row = {"name": settings.center_name, "short_name": settings.center_name[:40]}
                connection.execute(insert(t.agency).values(id=HOME_AGENCY, law_enforcement=True, **row))
                if connection.dialect.name == "postgresql":
                    # The first id was given, not drawn: the sequence must follow it.
                    connection.exec_driver_sql("SELECT setval(pg_get_serial_sequence('agency', 'id'), 1)")
    store.types.fill([_as_type(row) for row in types()])
    return store


def _as_type(row: TypeRow) -> IncidentType:
    return IncidentType(
        id=0,
        code=row.code,
        parent=row.parent,
        label=row.label,
        glyph=row.glyph,
        severity=Severity(row.severity),
        position=row.position,
        retired=False,
    )
