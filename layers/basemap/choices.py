"""Which basemaps an installation has: the one that comes with Watchfloor, and those in its settings."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from data.errors import Invalid, NotFound
from data.settings import Settings

BUILTIN: Final = "builtin"
BUILTIN_FILE: Final = Path(__file__).resolve().parents[2] / "assets" / "basemap.pmtiles"
FILES: Final = ("pmtiles", "mbtiles")
ADDRESSES: Final = ("xyz", "wms")
KEYS: Final = frozenset(
    {"name", "kind", "path", "url", "layers", "attribution", "min_zoom", "max_zoom", "tile_size", "version"}
)
EXAMPLE: Final = '[{"name": "Streets", "kind": "pmtiles", "path": "/srv/maps/streets.pmtiles"}]'
_NAME = re.compile(r"[^\W_][\w .,()'-]{0,59}")
_MAX_ZOOM: Final = 24


class BadSetting(Invalid):
    """A setting that cannot be used; the hint says how to mend it."""

    code = "bad_setting"


@dataclass(frozen=True, slots=True)
class Basemap:
    """One basemap that can be switched to; `path` for the kinds that are files, `url` for the others."""

    name: str
    kind: str
    path: Path | None = None
    url: str = ""
    layers: str = ""
    attribution: str = ""
    min_zoom: int = 0
    max_zoom: int = 19
    tile_size: int = 256
    version: str = "1.1.1"

    @property
    def slug(self) -> str:
        """Return the name as it stands in addresses."""
        return re.sub(r"\W+", "-", self.name.lower(), flags=re.ASCII).strip("-") or "map"

    @property
    def host(self) -> str:
        """Return scheme and host of an outside basemap, as a content-security policy names it."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}" if self.url else ""


def available(settings: Settings) -> list[Basemap]:
    """Return the basemaps of this installation, its own first; raise BadSetting for a bad one."""
    found = [Basemap(name="Watchfloor", kind="builtin", path=BUILTIN_FILE)]
    for number, entry in enumerate(_entries(settings.basemaps), start=1):
        basemap = _read(entry, number)
        if basemap.slug in {name for other in found for name in (_address(other), other.slug)}:
            raise _bad(number, f"the name {basemap.name!r} is taken", "Give each basemap a name of its own.")
        found.append(basemap)
    return found


def chosen(settings: Settings, name: str = "") -> Basemap:
    """Return the basemap of that name or address name, the installation's own when none is asked for."""
    for basemap in available(settings):
        if name in ("", _address(basemap), basemap.name):
            return basemap
    raise NotFound(
        f"There is no basemap named {name[:60]!r}.", hint="See /api/v1/basemap for those there are."
    )


def csp_hosts(settings: Settings) -> frozenset[str]:
    """Return the hosts that browsers must be allowed to ask for map pictures; empty when all is local."""
    return frozenset(basemap.host for basemap in available(settings) if basemap.host)


def _address(basemap: Basemap) -> str:
    return BUILTIN if basemap.kind == BUILTIN else basemap.slug


def _entries(text: str) -> list[Any]:
    try:
        entries = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadSetting(
            f"WATCHFLOOR_BASEMAPS is not JSON: {error.msg} at character {error.pos}.", hint=f"Write {EXAMPLE}"
        ) from error
    if not isinstance(entries, list):
        raise BadSetting("WATCHFLOOR_BASEMAPS is not a list.", hint=f"Write {EXAMPLE}")
    return entries


def _read(entry: Any, number: int) -> Basemap:
    """Return one basemap of the setting, checked."""
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise _bad(number, "it has no name", f"Write {EXAMPLE}")
    unknown = set(entry) - KEYS
    if unknown:
        raise _bad(number, f"{sorted(unknown)[0]!r} is not known", "Known: " + ", ".join(sorted(KEYS)) + ".")
    if not _NAME.fullmatch(entry["name"]):
        raise _bad(number, "its name is not one", "Begin with a letter or digit; at most 60 characters.")
    kind = entry.get("kind")
    if kind not in FILES + ADDRESSES:
        raise _bad(number, f"its kind is {kind!r}", "Kinds: " + ", ".join(FILES + ADDRESSES) + ".")
    texts: dict[str, Any] = {
        key: _text(entry, key, number) for key in ("layers", "attribution") if key in entry
    }
    numbers: dict[str, Any] = {
        key: _whole(entry, key, number) for key in ("min_zoom", "max_zoom") if key in entry
    }
    if kind in FILES:
        return Basemap(name=entry["name"], kind=kind, path=_path(entry, number), **texts, **numbers)
    size: dict[str, Any] = (
        {"tile_size": _whole(entry, "tile_size", number, most=1024)} if "tile_size" in entry else {}
    )
    version = str(entry.get("version", "1.1.1"))
    if version not in ("1.1.1", "1.3.0"):
        raise _bad(number, f"its WMS version is {version!r}", "Versions: 1.1.1 and 1.3.0.")
    if kind == "wms" and not texts.get("layers"):
        raise _bad(number, "a WMS needs its layers", 'Add "layers": "name,name".')
    url = _url(entry, kind, number)
    return Basemap(name=entry["name"], kind=kind, url=url, version=version, **texts, **numbers, **size)


def _path(entry: dict[str, Any], number: int) -> Path:
    path = Path(_text(entry, "path", number) if "path" in entry else "")
    if not path.is_absolute():
        raise _bad(
            number, "its path is not absolute", 'Give "path": the whole path of the file on this server.'
        )
    return path


def _url(entry: dict[str, Any], kind: str, number: int) -> str:
    """Return a checked http(s) address; one that could break out of a policy or a style is refused."""
    url = _text(entry, "url", number) if "url" in entry else ""
    try:
        parts = urlsplit(url)
        odd = parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None
        odd = odd or not re.fullmatch(
            r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9a-fA-F:.]+\](:\d{1,5})?", parts.netloc
        )
    except ValueError:
        odd = True
    if odd or re.search(r"[\s;\"'<>\\]", url):
        raise _bad(number, "its address is not one", 'Give "url": "https://…" without a user name in it.')
    if kind == "xyz" and not all(part in url for part in ("{z}", "{x}", "{y}")):
        raise _bad(number, "its address has no {z}, {x} and {y}", 'Write "https://host/{z}/{x}/{y}.png".')
    return url


def _text(entry: dict[str, Any], key: str, number: int) -> str:
    value = entry[key]
    if not isinstance(value, str) or len(value) > 2_000:
        raise _bad(number, f"{key} is not text", f"Put {key} in quotation marks.")
    return value


def _whole(entry: dict[str, Any], key: str, number: int, *, most: int = _MAX_ZOOM) -> int:
    value = entry[key]
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise _bad(number, f"{key} is not a whole number", f"Give {key} as a number from 0 to {most}.")
    return value


def _bad(number: int, what: str, hint: str) -> BadSetting:
    return BadSetting(f"WATCHFLOOR_BASEMAPS: basemap {number} cannot be used: {what}.", hint=hint)
