"""The bundle of the page: made from the lock file, without a registry's name, and only when needed."""

from __future__ import annotations

import json
import re
import shutil
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dashboard.theme import DARK, LIGHT, SEVERITY_COLOR, SEVERITY_LETTER
from tests.support.places import ROOT

ASSETS = ROOT / "assets"
REFERENCE = Path("data/reference/incident_types.json")


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    spec = spec_from_file_location("build_bundle", ASSETS / "build_bundle.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """A copy of what the bundle is made from, beside the taxonomy whose icons it carries."""
    copy = tmp_path / "assets"
    shutil.copytree(
        ASSETS, copy, ignore=shutil.ignore_patterns("node_modules", "dist", "*.pmtiles", ".dist-*")
    )
    (tmp_path / REFERENCE).parent.mkdir(parents=True)
    shutil.copy(ROOT / REFERENCE, tmp_path / REFERENCE)
    shutil.copytree(ROOT / "layers/style", tmp_path / "layers/style")
    return copy


def lock() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ASSETS / "package-lock.json").read_text())
    return found


def test_lock_file_names_no_host_and_keeps_every_checksum() -> None:
    packages = {name: entry for name, entry in lock()["packages"].items() if name}
    assert "://" not in re.sub(r'"(?:url|funding)": "[^"]*"', "", (ASSETS / "package-lock.json").read_text())
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []


def test_every_version_is_pinned() -> None:
    package = json.loads((ASSETS / "package.json").read_text())
    wanted = {**package["dependencies"], **package["devDependencies"]}
    assert [name for name, version in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def test_only_one_package_wants_to_run_code_when_installed() -> None:
    packages = lock()["packages"]
    scripted = [name for name, entry in packages.items() if entry.get("hasInstallScript")]
    assert [name for name in scripted if "fsevents" not in name] == ["node_modules/esbuild"]


def test_unchanged_inputs_are_not_built_again(builder: ModuleType) -> None:
    builder.bundle(ASSETS)
    before = (ASSETS / "dist/watchfloor.js").stat().st_mtime_ns
    assert builder.bundle(ASSETS) is False
    assert (ASSETS / "dist/watchfloor.js").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "name",
    [
        "src/main.js",
        "css/map.css",
        "package-lock.json",
        "bundle.mjs",
        "../data/reference/incident_types.json",
        "../layers/style/palette.json",
    ],
)
def test_any_changed_input_changes_the_digest(builder: ModuleType, inputs: Path, name: str) -> None:
    before = builder.inputs_digest(inputs)
    with (inputs / name).open("a") as file:
        file.write("\n")
    assert builder.inputs_digest(inputs) != before


def test_a_failed_build_leaves_the_last_good_bundle(builder: ModuleType, inputs: Path) -> None:
    (inputs / "node_modules").symlink_to(ASSETS / "node_modules")
    builder.bundle(inputs)
    good = (inputs / "dist/watchfloor.js").read_bytes()
    (inputs / "src/main.js").write_text("import './absent.js';\n")
    with pytest.raises(builder.BundleError, match=r"absent\.js"):
        builder.bundle(inputs)
    assert (inputs / "dist/watchfloor.js").read_bytes() == good
    assert list(inputs.glob(".dist-*")) == []


def test_a_type_with_an_icon_that_does_not_exist_is_refused(builder: ModuleType, inputs: Path) -> None:
    (inputs / "node_modules").symlink_to(ASSETS / "node_modules")
    types = inputs.parent / REFERENCE
    types.write_text(types.read_text().replace('"glyph": "dam"', '"glyph": "no-such-icon"'))
    with pytest.raises(builder.BundleError, match="no-such-icon"):
        builder.bundle(inputs)


def test_every_icon_that_a_type_may_choose_is_in_the_bundle(builder: ModuleType) -> None:
    builder.bundle(ASSETS)
    glyphs = json.loads((ASSETS / "dist/glyphs.json").read_text())
    types = json.loads((ROOT / REFERENCE).read_text())["types"]
    assert {entry["glyph"] for entry in types} <= set(glyphs)
    assert [name for name, (width, height, path) in glyphs.items() if not (width > 0 < height and path)] == []
    assert [
        name for name, (_, _, path) in glyphs.items() if re.search(r"[^-\dMmLlHhVvCcSsQqTtAaZzEe.,\s]", path)
    ] == []


def test_the_map_uses_the_colours_and_letters_of_the_theme() -> None:
    tokens = json.loads((ROOT / "layers/style/palette.json").read_text())
    assert tokens["severity"]["colors"] == list(SEVERITY_COLOR.values())
    assert tokens["severity"]["letters"] == list(SEVERITY_LETTER.values())
    for name, theme in (("dark", DARK), ("light", LIGHT)):
        shared = tokens["themes"][name].keys() & theme.keys()
        assert {key: tokens["themes"][name][key] for key in shared} == {key: theme[key] for key in shared}
        assert {"ground", "panel", "text", "muted", "accent"} <= shared


def test_the_font_of_documents_has_the_letters_of_the_page() -> None:
    from fontTools.ttLib import TTFont

    letters = TTFont(ASSETS / "dist/fonts/Inter-600.ttf").getBestCmap()
    assert {ord(letter) for letter in "Aé–…°Łő"} <= letters.keys()
