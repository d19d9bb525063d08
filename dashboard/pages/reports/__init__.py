"""The Reports pages: sending a new report, and importing many."""

from dashboard.pages.reports.new_report import layout as new_report_layout
from dashboard.pages.reports.new_report import register as register_new_report

__all__ = ["new_report_layout", "register_new_report"]
