from __future__ import annotations

import base64
import hashlib
import re

import pytest

from data.model import Role
from tests.support.served import Served, a_report

EVERYWHERE = ["/", "/login", "/_dash-layout", "/api/v1/types", "/livez", "/nothing", "/api/v1/incidents?x=1"]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_carries_what_keeps_browsers_safe(site: Served, path: str) -> None:
    for client in (site.officer, site.client()):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["referrer-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert "server" not in headers
        assert "x-powered-by" not in headers


@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/api/v1/types", "/api/v1/incidents", "/login"])
def test_what_is_private_is_kept_by_no_cache(site: Served, path: str) -> None:
    caching = site.officer.get(path).headers["cache-control"]
    assert "no-store" in caching or ("private" in caching and "no-cache" in caching)
    assert "public" not in caching


def test_the_page_runs_no_script_that_is_not_named(site: Served) -> None:
    page = site.officer.get("/")
    policy = page.headers["content-security-policy"]
    scripts = re.findall(
        r"<script(?![^>]*application/json)(?![^>]* src=)[^>]*>(.*?)</script>", page.text, re.DOTALL
    )
    assert scripts
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    directive = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert "unsafe" not in directive
    assert "http" not in directive


def test_the_page_loads_nothing_from_outside(site: Served) -> None:
    page = site.officer.get("/").text
    loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"', page)
    assert loaded
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded)


def test_the_sign_in_page_has_no_script_at_all(site: Served) -> None:
    answer = site.client().get("/login")
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_text_from_outside_stays_text_on_the_sign_in_page(site: Served) -> None:
    hostile = '"><script>alert(1)</script>'
    answer = site.client().post("/login", data={"name": hostile, "password": "x", "next": f"/{hostile}"})
    assert "<script" not in answer.text


def test_data_may_neither_run_nor_load_anything(site: Served) -> None:
    made = site.officer.post(
        "/api/v1/incidents", json=a_report(site.world, title="<script>alert(1)</script>")
    )
    assert made.headers["content-type"] == "application/json"
    assert made.headers["content-security-policy"].startswith("default-src 'none'")


def test_the_figures_are_for_administrators_and_say_nothing_of_records(site: Served) -> None:
    assert site.officer.get("/metrics").status_code == 403
    answer = site.as_role(Role.ADMINISTRATOR).get("/metrics")
    assert "watchfloor_requests_total" in answer.text
    assert re.search(r"^watchfloor_live_sockets 0$", answer.text, re.MULTILINE)


def test_an_unchanged_script_keeps_the_policy_that_it_came_with(site: Served) -> None:
    # The headers of a 304 replace those of the kept answer, and a worker obeys its own script's policy.
    first = site.officer.get("/assets/dist/maplibre-gl-worker.mjs")
    again = site.officer.get(
        "/assets/dist/maplibre-gl-worker.mjs", headers={"If-None-Match": first.headers["etag"]}
    )
    assert "connect-src 'self'" in first.headers["content-security-policy"]
    assert again.status_code == 304
    assert "content-security-policy" not in again.headers
