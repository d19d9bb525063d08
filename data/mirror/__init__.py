"""The columnar copy of the incidents that tiles, counts and hotspots are answered from."""

from data.mirror.frame import UNLOCATED, IncidentFrame
from data.mirror.mirror import Mirror
from data.mirror.sites import SiteFrame
from data.mirror.snapshot import Snapshot
from data.mirror.timeline import Timeline
from data.mirror.view import View

__all__ = ["UNLOCATED", "IncidentFrame", "Mirror", "SiteFrame", "Snapshot", "Timeline", "View"]
