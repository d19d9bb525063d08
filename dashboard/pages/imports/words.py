"""The words of the import page: what fields, kinds and reasons are called."""

from __future__ import annotations

from typing import Final

from data.importers.shape import REASONS

KIND_LABELS: Final = {"incidents": "Incidents", "sites": "Sites", "areas": "Areas"}

FIELD_LABELS: Final = {
    "id": "Id in the source",
    "title": "Title",
    "narrative": "Story",
    "type": "Type",
    "severity": "Severity",
    "status": "Status",
    "occurred": "Occurred",
    "occurred_time": "Occurred, time of day",
    "occurred_end": "Until",
    "occurred_end_time": "Until, time of day",
    "reported": "Reported",
    "persons_affected": "People affected",
    "lon": "Longitude or x",
    "lat": "Latitude or y",
    "latlon": "Both in one column",
    "wkt": "Geometry as text (WKT)",
    "address": "Address",
    "accuracy_m": "Accuracy, metres",
    "name": "Name",
    "kind": "Kind",
    "owner": "Owner",
    "phone": "Phone",
    "contact": "Contact",
    "closed": "Closed",
    "parent": "Lies in",
}

ORDER_LABELS: Final = {
    "ymd": "Year, month, day",
    "dmy": "Day, month, year",
    "mdy": "Month, day, year",
    "epoch_s": "Seconds since 1970",
    "epoch_ms": "Milliseconds since 1970",
    "excel": "Day number of a spreadsheet",
    "yyyymm": "Year and month, 201812",
    "yyyymmdd": "Year, month, day, 20181231",
}

STAGES: Final = {
    "": "Starting",
    "reading": "Reading the file",
    "checking": "Checking rows",
    "writing": "Writing records",
    "sending": "Sending rows again",
}

STATES: Final = {
    "running": "Running",
    "cancelling": "Being cancelled",
    "done": "Done",
    "cancelled": "Cancelled",
    "failed": "Failed",
}

# The parts of a report, in the order in which people read them; they add up to what was read.
PARTS: Final = (
    ("added", "Added"),
    ("updated", "Updated"),
    ("unchanged", "Unchanged"),
    ("duplicate", "Duplicate"),
    ("quarantined", "In quarantine"),
    ("left", "Not reached"),
)


def reason_words(reason: str) -> str:
    """Return why a row waits, as a sentence begins."""
    said = REASONS.get(reason, reason.replace("_", " "))
    return said[:1].upper() + said[1:]


def reason_label(reason: str) -> str:
    """Return a reason in few words."""
    return reason.replace("_", " ").capitalize()


def size_text(size: int) -> str:
    """Return the size of a file with its unit."""
    if size < 1_000_000:
        return f"{max(size / 1000, 0.1):,.1f} kB"
    return f"{size / 1_000_000:,.1f} MB"


def plural(number: int, one: str, many: str | None = None) -> str:
    """Return "1 row", "2 rows", "1,070,154 rows"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
