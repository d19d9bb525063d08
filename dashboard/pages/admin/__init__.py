"""Administration: who may do what, the taxonomy, and the audit log."""

from dashboard.pages.admin.callbacks import register
from dashboard.pages.admin.layout import layout

__all__ = ["layout", "register"]
