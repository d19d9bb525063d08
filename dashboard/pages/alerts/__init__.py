"""The Alerts page: watch areas, what they have found, and how well they keep their false-alarm budget."""

from dashboard.pages.alerts.layout import layout, register

__all__ = ["layout", "register"]
