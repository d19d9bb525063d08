"""The Share page: what leaves, for whom, who says yes, and what went out."""

from dashboard.pages.share.layout import layout, register

__all__ = ["layout", "register"]
