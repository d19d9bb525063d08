"""What the exercises are made of fits together before anything is drawn."""

from __future__ import annotations

import pytest

from data.demo import Scenario, scenarios
from data.demo.words import phrases
from data.reference import evaluation_scales, types


@pytest.fixture(params=sorted(scenarios()))
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return scenarios()[request.param]


def test_every_flow_has_a_type_words_and_somebody_who_reports_it(scenario: Scenario) -> None:
    known = {row.code for row in types()}
    keys = {plan.key for plan in scenario.sources}
    regions = set(scenario.ground().towns.regions)
    for flow in scenario.flows:
        assert flow.code in known
        assert phrases(flow.code) is not phrases("other")
        for teller in flow.by:
            assert teller in keys or {f"{teller}-{region}" for region in regions} <= keys


def test_sources_say_how_far_they_are_trusted_on_a_scale_that_exists(scenario: Scenario) -> None:
    for plan in scenario.sources:
        scale = evaluation_scales()[plan.scale]
        if plan.store.value == "incident":
            assert plan.reliability in {choice.code for choice in scale.reliability}
            assert set(plan.credibility) <= {choice.code for choice in scale.credibility}
    assert len({plan.reliability for plan in scenario.sources}) >= 4
    assert len({plan.tlp for plan in scenario.sources}) >= 3


def test_shares_of_how_places_are_found_add_up(scenario: Scenario) -> None:
    for plan in scenario.sources:
        assert sum(share for share, _, _ in plan.located.values()) == pytest.approx(1.0)


def test_people_and_sources_belong_to_agencies_that_take_part(scenario: Scenario) -> None:
    agencies = {"", *(plan.short_name for plan in scenario.agencies)}
    assert {plan.agency for plan in scenario.sources} <= agencies
    assert {plan.agency for plan in scenario.users} <= agencies
    assert scenario.users[0].name == "watch"
    assert "sar" not in {store.value for store in scenario.users[0].stores}
