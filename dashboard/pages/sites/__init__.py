"""The Sites page: every site as a table, and one site with its contacts and what happens round it."""

from dashboard.pages.sites.callbacks import register
from dashboard.pages.sites.layout import layout

__all__ = ["layout", "register"]
