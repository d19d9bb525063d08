"""The addresses that take files, and how large those may be."""

from __future__ import annotations

import re

from dashboard.web.limits import UploadPath
from data.importers.tracks import MAX_MB
from data.settings import Settings

PHOTO_MAX_MB = 12


def upload_paths(settings: Settings) -> list[UploadPath]:
    """Return every address that takes a file instead of JSON."""
    mb = 1_048_576
    return [
        UploadPath(re.compile(r"/api/v1/incidents/[^/]+/attachments"), PHOTO_MAX_MB * mb),
        UploadPath(re.compile(r"/api/v1/tasks/[^/]+/track"), MAX_MB * mb),
        UploadPath(re.compile(r"/api/v1/uploads"), settings.upload_max_mb * mb),
    ]
