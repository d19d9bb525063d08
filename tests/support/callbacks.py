"""Callback requests as the browser sends them."""

from __future__ import annotations

import json
from typing import Any

from tests.support.served import Served

CALLBACK = "/_dash-update-component"


def callback_body(site: Served, output: str, value: object = None) -> dict[str, Any]:
    """Return a request for a callback with `value` for everything that it takes."""
    entry = site.app.state.dash.callback_map[output]
    body: dict[str, Any] = {
        "output": output,
        "inputs": [_entry(known, value) for known in entry["inputs"]],
        "state": [_entry(known, value) for known in entry["state"]],
        "changedPropIds": [f"{known['id']}.{known['property']}" for known in entry["inputs"]],
    }
    if entry.get("no_output"):
        return {**body, "outputs": []}
    many = output.startswith("..")
    names = output.strip(".").split("...") if many else [output]
    outputs = [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names]
    return {**body, "outputs": outputs if many else outputs[0]}


def _entry(known: dict[str, str], value: object) -> object:
    if not known["id"].startswith("{"):
        return {"id": known["id"], "property": known["property"], "value": value}
    found = {
        key: 0 if isinstance(wanted, list) else wanted for key, wanted in json.loads(known["id"]).items()
    }
    filled = {"id": found, "property": known["property"], "value": value}
    return [filled] if '["ALL"]' in known["id"] else filled
