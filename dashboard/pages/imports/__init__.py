"""The Import page: files into the store, every row accounted for, and the quarantine."""

from dashboard.pages.imports.callbacks import register
from dashboard.pages.imports.layout import layout

__all__ = ["layout", "register"]
