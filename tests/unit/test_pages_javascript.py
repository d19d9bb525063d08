"""What Python and JavaScript both know is the same on both sides: ids, and the text of a filter."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard import ids
from data.query import Query
from tests.support.places import ROOT

PANELS = ROOT / "assets" / "src" / "panels"

QUERIES = (
    "",
    "type=b,a,a&severity=6,5",
    "last=24h&not=time",
    "last=90m",
    "last=14d&default_points=1",
    "status=closed,new&tlp=red,clear&store=sar,incident",
    "from=2026-11-01T00:00Z&to=2026-11-02T12:30Z",
    "q=gas leak (basement)! 100% 'odd'",
    "near=energy/power-plant:500&not=near,type",
    "shape=c:-71.06,42.36,500|r:-71.2,42.2,-70.9,42.5",
    "source=cad,e911",
    "since=1793534400000",
    "area=01a204ab-8dc3-70db-99d7-0e1864886511",
)


def _node() -> str:
    try:
        from assets.build_bundle import find_node
    except ImportError:
        sys.path.insert(0, str(ROOT / "assets"))
        from build_bundle import find_node  # type: ignore[import-not-found,no-redef]
    try:
        return str(find_node())
    except RuntimeError as error:
        pytest.skip(f"no Node to run the page's JavaScript with: {error}")


@pytest.fixture(scope="module")
def formatted(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return each query as the page writes it to the address."""
    script = tmp_path_factory.mktemp("js") / "format.mjs"
    source = (PANELS / "query.js").as_uri()
    script.write_text(
        f"import {{ parse, format }} from {json.dumps(source)};"
        f"console.log(JSON.stringify({json.dumps(QUERIES)}.map((text) => format(parse(text)))));",
        encoding="utf-8",
    )
    done = subprocess.run([_node(), str(script)], capture_output=True, text=True, timeout=60, check=True)
    return list(json.loads(done.stdout))


@pytest.mark.parametrize("place", range(len(QUERIES)))
def test_the_page_and_the_server_write_the_same_filter_the_same_way(formatted: list[str], place: int) -> None:
    assert formatted[place] == Query.parse(QUERIES[place]).canonical()


def test_every_id_that_javascript_uses_is_an_id_of_the_page() -> None:
    known = {value for name, value in vars(ids).items() if name.isupper()}
    used = set(re.findall(r"'(wf-[a-z-]+)'", (PANELS / "ids.js").read_text(encoding="utf-8")))
    assert used <= known


@pytest.mark.parametrize("path", sorted(PANELS.glob("*.js")), ids=lambda path: path.name)
def test_no_panel_turns_text_into_html(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text)
    assert len(text.splitlines()) <= 320
