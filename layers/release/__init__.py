"""The one door through which records leave: judged, written, signed, and entered in the dissemination log."""

from layers.release.path import Ask, Judged, Released, judge, release

__all__ = ["Ask", "Judged", "Released", "judge", "release"]
