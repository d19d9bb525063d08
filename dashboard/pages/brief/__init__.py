"""The Brief page: briefs built from the map, kept with their numbers, and presented."""

from dashboard.pages.brief.layout import layout, register

__all__ = ["layout", "register"]
