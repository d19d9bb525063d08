"""The Respond page: who is cut off, where they may be, and who goes there next."""

from dashboard.pages.respond.layout import layout, register

__all__ = ["layout", "register"]
