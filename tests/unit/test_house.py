"""The house rules that a machine can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.places import ROOT

PACKAGES = ("data", "layers", "dashboard")
MAX_LINES = 320
MAX_TEST_LINES = 480
# One list of columns: there is nothing in it to take apart.
LISTS = frozenset({"data/store/tables.py"})
# Hosts that a page may name without asking them anything: namespaces, licences, our own examples.
HARMLESS = re.compile(r"^(www\.w3\.org|localhost|127\.0\.0\.1|(.+\.)?example(\.(com|org|net))?)$")
HOST = re.compile(r"""(?:https?:|wss?:|["'(\s])//([a-zA-Z0-9.-]+\.[a-zA-Z]{2,})""")


# Made by a tool, or (migrations) a record of the past that is never edited.
NOT_WRITTEN = frozenset({"node_modules", "dist", "__pycache__", "versions", "package-lock.json"})


def sources(*folders: str, suffixes: tuple[str, ...] = (".py",)) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and not NOT_WRITTEN & set(path.parts):
                yield path


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_file_grows_beyond_what_one_can_hold_in_mind() -> None:
    ours = [*sources(*PACKAGES), *sources("assets", suffixes=(".py", ".js", ".mjs", ".css"))]
    assert {**_longer(ours, MAX_LINES), **_longer(list(sources("tests")), MAX_TEST_LINES)} == {}


def _longer(paths: list[Path], limit: int) -> dict[str, int]:
    lengths = {named(path): len(path.read_text().splitlines()) for path in paths}
    return {name: lines for name, lines in lengths.items() if lines > limit and name not in LISTS}


def _literal_ids(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        for keyword in node.keywords:
            if (
                keyword.arg == "id"
                and isinstance(keyword.value, ast.Constant)
                and isinstance(keyword.value.value, str)
            ):
                yield f"{named(path)}:{node.lineno}: id={keyword.value.value!r}"
        function = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if function in {"Input", "Output", "State"} and node.args and isinstance(node.args[0], ast.Constant):
            yield f"{named(path)}:{node.lineno}: {function}({node.args[0].value!r})"


def test_component_ids_are_named_in_one_file() -> None:
    files = [path for path in sources("dashboard") if path.name != "ids.py"]
    assert [found for path in files for found in _literal_ids(path)] == []


def test_component_ids_are_all_different() -> None:
    tree = ast.parse((ROOT / "dashboard" / "ids.py").read_text())
    values = [
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant)
    ]
    assert len(values) == len(set(values))


def test_imports_go_one_way() -> None:
    # -c: the console script may be missing where the environment was moved.
    run = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    result = subprocess.run(
        [sys.executable, "-c", run],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-1000:]


@pytest.mark.parametrize("folder", ["assets", "dashboard"])
def test_the_page_names_no_outside_host(folder: str) -> None:
    found = []
    for path in sources(folder, suffixes=(".js", ".mjs", ".css", ".html", ".json")):
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
            hosts = {host.lower() for host in HOST.findall(line)}
            found += [f"{named(path)}:{number}: {host}" for host in hosts if not HARMLESS.match(host)]
    assert found == []


def test_the_lock_file_names_no_registry() -> None:
    text = (ROOT / "assets" / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert "://" not in re.sub(r'"(url|funding)": "[^"]*"', "", text)


def test_the_pins_name_versions_and_no_host() -> None:
    lines = (ROOT / ".ci" / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert len(pins) > 50
    assert [line for line in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9._+!-]+", line)] == []


def test_nothing_is_left_half_done() -> None:
    word = re.compile(r"\b(TODO|FIXME|XXX|HACK|raise NotImplementedError)\b")
    files = [*sources(*PACKAGES), *sources("assets", suffixes=(".py", ".js", ".css"))]
    found = [
        f"{named(path)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if word.search(line)
    ]
    assert found == []


def test_no_real_data_is_kept_in_the_repository() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git work tree")
    data_files = re.compile(r"\.(parquet|csv\.gz|shp|xlsx|kmz|osm\.pbf)$")
    outside_fixtures = [
        name for name in listed.stdout.splitlines() if data_files.search(name) and "fixtures" not in name
    ]
    assert outside_fixtures == []
