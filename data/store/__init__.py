"""The store: SQLAlchemy over SQLite or PostgreSQL, behind repositories."""

from data.store.store import HOME_AGENCY, Store, open_store

__all__ = ["HOME_AGENCY", "Store", "open_store"]
