"""The ground under the records: which basemaps there are, their style, and their tiles; all of it local."""

from layers.basemap.archives import Archive, DamagedBasemap, Tile, open_archive
from layers.basemap.choices import BUILTIN, BadSetting, Basemap, available, chosen, csp_hosts
from layers.basemap.style import style

__all__ = [
    "BUILTIN",
    "Archive",
    "BadSetting",
    "Basemap",
    "DamagedBasemap",
    "Tile",
    "available",
    "chosen",
    "csp_hosts",
    "open_archive",
    "style",
]
