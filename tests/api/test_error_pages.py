"""Errors as people see them who opened an address, and as scripts do."""

from __future__ import annotations

import pytest

from tests.support.served import Served

PERSON = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none", "Accept": "text/html"}
SCRIPT = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin", "Accept": "*/*"}
NOWHERE = ["/nowhere", "/nowhere/%3Cscript%3Ealert(1)%3C/script%3E", "/api/v1/nothing", "/assets/nothing.js"]


@pytest.mark.parametrize("path", NOWHERE)
def test_an_unknown_address_is_a_page_with_a_way_back_to_a_person(site: Served, path: str) -> None:
    answer = site.officer.get(path, headers=PERSON)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert '<a class="button" href="/">' in answer.text
    assert "<script" not in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", NOWHERE)
def test_an_unknown_address_is_json_to_a_script(site: Served, path: str) -> None:
    answer = site.officer.get(path, headers=SCRIPT)
    assert answer.status_code == 404
    assert answer.json()["hint"]


def test_a_bad_address_of_a_download_says_what_is_wrong_with_it(site: Served) -> None:
    answer = site.officer.get("/api/v1/incidents?severity=<b>9</b>", headers=PERSON)
    assert answer.status_code == 400
    assert "This address cannot be read" in answer.text
    assert "<b>9" not in answer.text


def test_a_stranger_is_asked_to_sign_in_and_learns_nothing_of_what_is_there(site: Served) -> None:
    for path in ("/nowhere", "/sites"):
        answer = site.stranger.get(path, headers=PERSON, follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?next=")
