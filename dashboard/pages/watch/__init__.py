"""The Watch page: map, filters, timeline, feed and details on one screen."""

from dashboard.pages.watch.callbacks import register
from dashboard.pages.watch.layout import layout

__all__ = ["layout", "register"]
