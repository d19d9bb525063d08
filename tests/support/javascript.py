"""The page's own modules, run by Node without a browser."""

from __future__ import annotations

import json
import subprocess
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

from tests.support.places import ROOT

ASSETS = ROOT / "assets"
# Bundled as the page's code is: the packages that it calls are written for bundlers.
_RUNNER = """
import { build } from 'esbuild';
const stdin = { contents: %s, resolveDir: '.', loader: 'js' };
const { outputFiles } = await build({ stdin, bundle: true, write: false, format: 'esm' });
await import('data:text/javascript,' + encodeURIComponent(outputFiles[0].text));
"""


def node_path() -> str:
    """Return the path of Node, with the packages that the page is bundled with in place."""
    spec = spec_from_file_location("build_bundle", ASSETS / "build_bundle.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    module.bundle(ASSETS)
    return str(module.find_node())


def run(node: str, script: str, given: object) -> Any:
    """Run a script of the page's modules with `input` and return what it says as JSON."""
    whole = _RUNNER % json.dumps(f"const input = {json.dumps(given)};\n{script}")
    done = subprocess.run(
        [node, "--input-type=module", "-e", whole],
        cwd=ASSETS,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
