"""The Alerts page without a browser: its words, what it sends, and what every page has of it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dashboard import ids
from dashboard.pages.alerts import view
from dashboard.services import Services
from dashboard.shell import navigation
from dashboard.web.alerts_models import WatchAreaDraft
from data.alert_rules import RULE
from data.mirror import Mirror
from data.model import StoreKind, Tlp
from tests.support.places import ROOT
from tests.support.records import World
from tests.unit.test_pages_details import text_of
from tests.unit.test_pages_javascript import _node

PANELS = ROOT / "assets" / "src" / "panels"
KINDS = ("severity", "count", "unusual", "new_hotspot", "near_site", "linked_site")
_SCRIPT = """
import * as words from %(words)s;
import * as draft from %(draft)s;
import { startRule } from %(rule)s;
const lookups = {
  sectors: [{ code: 'energy', label: 'Energy', kinds: [] }], types: [{ code: 'fire', label: 'Fire' }],
  severity: [{ code: '5', label: 'High' }], people: [{ id: 2, name: 'Ana' }], agency: { name: 'EOC' },
};
const query = 'type=fire&last=1d&shape=r:1,2,3,4&not=time';
const asked = draft.newDraft({ name: 'Near Logan', shape: 'c:-71,42.4,900', query });
const started = %(kinds)s.map((kind) => startRule(kind, lookups));
const nobody = { ...asked, escalation: { after_min: 5, to: [] } };
const budgets = [{ alarms: 1, hours: 12 }, { alarms: 2, hours: 168 }, { alarms: 1, hours: 5 }, null];
const found = [{ count: 23, expected: 9.13 }, { count: 1, expected: null }, { count: 2, expected: 0.034 }];
console.log(JSON.stringify({
  rules: started,
  said: started.map((rule) => words.ruleText({ ...rule, site: 'x' }, lookups, () => 'Logan')),
  asked,
  filter: words.filterText(asked.filter, lookups),
  faults: [asked, draft.newDraft(), nobody].map(draft.faults),
  rates: [[0.1], [2], [1 / 7], [0], [null], [0.2, 3]].map((pair) => words.rateText(...pair)),
  budgets: budgets.map(words.budgetText),
  told: words.toldText({ tells: [2, 'agency', 9] }, lookups),
  against: found.map(words.againstText),
}));
"""


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what the page's own JavaScript says and would send."""
    script = Path(tmp_path_factory.mktemp("js")) / "alerts.mjs"
    files = {name: json.dumps((PANELS / f"alerts-{name}.js").as_uri()) for name in ("words", "draft", "rule")}
    script.write_text(_SCRIPT % {**files, "kinds": json.dumps(KINDS)}, encoding="utf-8")
    done = subprocess.run([_node(), str(script)], capture_output=True, text=True, timeout=60, check=True)
    return dict(json.loads(done.stdout))


def test_every_kind_of_rule_has_words_and_begins_as_the_server_takes_it(spoken: dict[str, Any]) -> None:
    assert len(set(spoken["said"])) == len(KINDS)
    for kind, rule, words in zip(KINDS, spoken["rules"], spoken["said"], strict=True):
        assert words[0].isupper(), kind
        if kind != "linked_site":  # it has no site until somebody chooses one
            assert RULE.validate_python(rule).kind == kind
    assert "Logan" in spoken["said"][-1]


def test_what_is_asked_for_becomes_a_draft_that_the_server_takes(spoken: dict[str, Any]) -> None:
    draft = WatchAreaDraft.model_validate(spoken["asked"]).new()
    # Its own geography says where, and its rule says when.
    assert draft.filter == "type=fire"
    assert draft.geography.kind == "drawn"
    assert spoken["filter"] == "Fire"


def test_what_is_missing_is_said_with_how_to_mend_it(spoken: dict[str, Any]) -> None:
    good, blank, nobody = spoken["faults"]
    assert good == []
    assert [word in " ".join(blank) for word in ("name", "where")] == [True, True]
    assert "who is told" in nobody[0]


def test_rates_budgets_and_counts_are_said_in_the_unit_that_fits(spoken: dict[str, Any]) -> None:
    assert spoken["rates"] == ["3 a month", "2 a day", "1 a week", "none", "not known yet", "0.2 a day"]
    assert spoken["budgets"] == [
        "At most 1 false alarm per 12-hour shift",
        "At most 2 false alarms per week",
        "At most 1 false alarm per 5 hours",
        "No limit set",
    ]
    assert spoken["told"] == "you, Ana, everybody at EOC, user 9"
    assert spoken["against"] == [
        "23 reports; about 9.1 expected",
        "1 report",
        "2 reports; about 0.03 expected",
    ]


def test_the_editor_offers_only_what_its_user_may_know(sqlite_world: World) -> None:
    store = sqlite_world.store
    services = Services(settings=store.settings, store=store, mirror=Mirror(store), clock=store.clock)
    sqlite_world.user("colleague")
    sqlite_world.user("stranger", agency_id=sqlite_world.agency("Elsewhere"))
    hidden = sqlite_world.source("informants", scope_id=sqlite_world.scope(StoreKind.SAR, Tlp.RED))
    assert hidden
    words = view.words(sqlite_world.officer(), services)
    names = [person["name"] for person in words["people"]]
    assert "colleague" in names
    assert "stranger" not in names
    assert "informants" not in [source["code"] for source in words["source"]]
    assert words["zones"][0] == words["zone"] == store.settings.timezone
    assert len(words["zones"]) == len(set(words["zones"]))


def test_the_number_of_alerts_stands_beside_its_word_on_every_page(sqlite_world: World) -> None:
    for path in ("/", "/alerts", "/sites"):
        links = navigation(sqlite_world.viewer(), path)
        assert "Alerts" in text_of(links)
        assert str(links).count(ids.ALERTS_BADGE) == 1
