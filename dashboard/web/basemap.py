"""The ground of the map: which basemaps there are, their styles, and their tiles from local files."""

from __future__ import annotations

import hashlib
import logging
import threading
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from dashboard.guard import needs
from dashboard.services import Services
from data.access import Actor, Permission
from data.errors import NotFound
from layers.basemap import Archive, Basemap, DamagedBasemap, available, chosen, open_archive, style

logger = logging.getLogger(__name__)

Viewer = Annotated[Actor, Depends(needs(Permission.VIEW))]
_BUILTIN = "builtin"
_MAX_ZOOM = 24
# Tiles change only with their file, whose time of change is in the ETag.
_CACHE = "private, max-age=3600, stale-while-revalidate=86400"


class OpenFiles:
    """Basemap files held open, and opened again when one is replaced."""

    def __init__(self) -> None:
        self._held: dict[Path, tuple[tuple[int, int, int], Archive]] = {}
        self._lock = threading.Lock()

    def get(self, path: Path) -> tuple[Archive, str]:
        """Return the file and a word that changes with it; raise DamagedBasemap when it cannot be read."""
        try:
            found = path.stat()
        except OSError as error:
            raise DamagedBasemap(
                f"The basemap {path.name} is missing.", hint="Put the file there; the map works without it."
            ) from error
        mark = (found.st_mtime_ns, found.st_size, found.st_ino)
        with self._lock:
            held = self._held.get(path)
            if held is None or held[0] != mark:
                # The old one is left to the garbage collector: another thread may be reading from it.
                held = (mark, open_archive(path))
                self._held[path] = held
        return held[1], f"{mark[0]:x}-{mark[1]:x}"


def router(services: Services) -> APIRouter:
    """Return `/api/v1/basemap`, `/api/v1/basemap/style.json` and `/tiles/basemap/…`."""
    routes = APIRouter(tags=["basemap"])
    files = OpenFiles()

    @routes.get("/api/v1/basemap")
    def basemaps(_actor: Viewer) -> dict[str, Any]:
        """List the basemaps that can be switched to, and say which of them cannot be read."""
        return {"basemaps": [_described(basemap, files) for basemap in available(services.settings)]}

    @routes.get("/api/v1/basemap/style.json")
    def basemap_style(
        _actor: Viewer, theme: str = "dark", name: Annotated[str, Query(max_length=80)] = ""
    ) -> Any:
        """Return the MapLibre style of a basemap in a theme; a file that cannot be read is left out of it."""
        basemap = chosen(services.settings, name)
        ground = chosen(services.settings)
        problems: list[str] = []
        archive = _readable(basemap, files, problems)
        found = style(
            theme,
            basemap,
            tile_url=_tile_url(basemap) if archive or basemap.url else "",
            ground_url=_tile_url(ground) if _readable(ground, files, problems) else "",
            info=archive.info if archive else None,
        )
        if problems:
            found["metadata"]["watchfloor:notice"] = " ".join(dict.fromkeys(problems))
        return found

    @routes.get("/tiles/basemap/{name}/{z}/{x}/{y}", include_in_schema=False)
    def tile(request: Request, _actor: Viewer, name: str, z: int, x: int, y: int) -> Response:
        """Return one tile; 204 where the file has none."""
        basemap = chosen(services.settings, name)
        if basemap.path is None or not 0 <= z <= _MAX_ZOOM:
            raise NotFound("There is no such tile.", hint="Zooms go from 0 to 24.")
        archive, mark = files.get(basemap.path)
        etag = (
            '"'
            + hashlib.blake2s(f"{basemap.slug} {mark} {z} {x} {y}".encode(), digest_size=12).hexdigest()
            + '"'
        )
        headers = {"Cache-Control": _CACHE, "ETag": etag, "Vary": "Accept-Encoding, Cookie, Authorization"}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        found = archive.tile(z, x, y)
        if found is None:
            return Response(status_code=204, headers=headers)
        data = found.unpacked()  # also when it travels packed: a damaged tile must not reach the map
        if found.gzipped and "gzip" in request.headers.get("accept-encoding", ""):
            data, headers["Content-Encoding"] = found.data, "gzip"
        return Response(data, media_type=found.media, headers=headers)

    return routes


def _tile_url(basemap: Basemap) -> str:
    slug = _BUILTIN if basemap.kind == _BUILTIN else basemap.slug
    return f"/tiles/basemap/{slug}/{{z}}/{{x}}/{{y}}"


def _readable(basemap: Basemap, files: OpenFiles, problems: list[str]) -> Archive | None:
    """Return the basemap's file, or None where none can be read: then the log and `problems` say why."""
    if basemap.path is None:
        return None
    try:
        return files.get(basemap.path)[0]
    except DamagedBasemap as error:
        logger.warning("basemap %s: %s", basemap.slug, error.message)
        problems.append(error.message)
        return None


def _described(basemap: Basemap, files: OpenFiles) -> dict[str, Any]:
    slug = _BUILTIN if basemap.kind == _BUILTIN else basemap.slug
    described = {
        "name": basemap.name,
        "id": slug,
        "kind": basemap.kind,
        "state": "ready",
        "outside": bool(basemap.url),
    }
    if basemap.path is not None:
        try:
            files.get(basemap.path)
        except DamagedBasemap as error:
            described |= {"state": "unreadable", "message": error.message, "hint": error.hint}
    return described
