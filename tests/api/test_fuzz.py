"""The API's own description, turned against it: nothing that fits it, or nearly does, breaks the server."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.served import Served

CASES, MANY = 200, 20_000


def _fuzz(site: Served, cases: int) -> None:
    site.world.incident()
    site.world.site()
    site.world.area()
    site.refresh()
    token = site.services.store.users.make_bearer(site.world.user(), "fuzz")
    program = {"Authorization": f"Bearer {token}"}
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", site.app, headers=program)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 20
    everything = st.one_of([operation.as_strategy() for operation in operations])

    @settings(
        max_examples=cases,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(case=everything)
    def ask(case: schemathesis.Case) -> None:
        answer = case.call(headers=program)
        assert answer.status_code < 500, f"{case.as_curl_command()}\n{answer.text[:500]}"

    ask()


def test_nothing_that_the_description_allows_breaks_the_server(site: Served) -> None:
    _fuzz(site, CASES)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_nothing_breaks_the_server_in_twenty_thousand_tries(site: Served) -> None:
    _fuzz(site, MANY)


def test_the_description_is_whole(site: Served) -> None:
    described = site.officer.get("/api/v1/openapi.json").json()
    for path, operations in described["paths"].items():
        assert path.startswith(("/api/", "/tiles/")), path
        for operation in operations.values():
            assert operation.get("description"), path
            assert "422" not in operation["responses"], path
    assert site.client().get("/api/v1/openapi.json").status_code == 401
