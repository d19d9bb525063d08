"""The shipped facts hold together, and agree with the standards they come from."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from data import reference
from data.model import Severity, Tlp
from tests.support.places import ROOT

STANDARDS = ROOT.parent / "shared" / "standards"
ICONS = ("@mapbox/maki/icons", "@rapideditor/temaki/icons")


def standard(name: str) -> Any:
    path = STANDARDS / name
    if not path.is_file():
        pytest.skip(f"the standards are not here: {path} is missing")
    return json.loads(path.read_text())


def codes(listed: list[dict[str, str]]) -> set[str]:
    return {entry["code"] for entry in listed}


def test_every_apco_category_has_exactly_one_type() -> None:
    lists = standard("apco-incident-type-codes.json")["lists"]
    mapped = Counter(apco for row in reference.types() for apco in row.apco)
    assert set(mapped) == codes(lists["IncidentCategoryCodeSimpleType"])
    assert [code for code, times in mapped.items() if times > 1] == []


def test_niem_codes_are_those_of_the_standard() -> None:
    alerts = codes(standard("niem-em-codes.json")["lists"]["AlertEventDetailsCategoryCodeSimpleType"])
    behaviors = {entry["niem_code"] for entry in standard("sar-behaviors.json")["categories"]}
    used = {code for row in reference.types() for code in row.niem}
    assert used == alerts
    assert Counter(code for row in reference.types() for code in row.niem_sar) == Counter(behaviors)


def test_types_form_a_tree_of_about_ten_roots_and_three_levels() -> None:
    rows = {row.code: row for row in reference.types()}
    assert len(rows) == len(reference.types())
    assert 9 <= sum(row.parent is None for row in rows.values()) <= 12
    for row in rows.values():
        assert row.code.count(".") <= 2
        assert row.parent == (row.code.rpartition(".")[0] or None)
        assert row.parent is None or rows[row.parent].position < row.position
        assert row.severity in set(Severity)
        assert row.niem
        assert not hasattr(row, "sar")


def test_labels_are_plain_words_in_sentence_case_and_never_twice_under_one_parent() -> None:
    siblings = Counter((row.parent, row.label) for row in reference.types())
    assert max(siblings.values()) == 1
    for row in reference.types():
        assert row.label[0].isupper() or row.label[0].isdigit()
        assert len(row.label) <= 40


def test_a_root_offers_a_choice_that_fits_a_screen() -> None:
    parents = {row.parent for row in reference.types()}
    leaves = Counter(row.root for row in reference.types() if row.code not in parents)
    assert all(8 <= count <= 40 for count in leaves.values()), leaves


def test_glyphs_are_in_the_icon_packages() -> None:
    folders = [ROOT / "assets" / "node_modules" / icons for icons in ICONS]
    if not all(folder.is_dir() for folder in folders):
        pytest.skip("the icon packages are not installed (npm ci in assets/)")
    known = {path.stem for folder in folders for path in folder.glob("*.svg")}
    asked = {row.glyph for row in reference.types()}
    asked |= {kind.glyph for kind in reference.site_kinds().values()}
    asked |= {sector.glyph for sector in reference.sectors().values()}
    asked |= {lifeline.glyph for lifeline in reference.lifelines().values()}
    assert asked - known == set()


def test_apco_codes_lead_to_types() -> None:
    assert reference.type_of_apco()["GASLEAK"] == "hazmat.gas-leak"
    assert reference.type_of_apco()["FSTRU"] == "fire.structure"


def test_sectors_and_lifelines_are_those_of_cisa_and_fema() -> None:
    known = standard("sectors-lifelines.json")
    listed = {(row[0], row[1], row[2]) for row in known["ci_sectors"]["list"]}
    assert {(s.id, s.name, s.agency) for s in reference.sectors().values()} == listed
    lifelines = {row["name"]: row["components"] for row in known["lifelines"]["list"]}
    ours = {line.name: [part.name for part in line.components] for line in reference.lifelines().values()}
    assert ours == lifelines


def test_every_kind_of_site_belongs_to_a_sector_and_a_lifeline_that_exist() -> None:
    parts = {line.id: {part.id for part in line.components} for line in reference.lifelines().values()}
    for kind in reference.site_kinds().values():
        sector = reference.sectors()[kind.sector]
        assert kind.subsector in ("", *sector.subsectors)
        assert kind.lifeline in ("", *parts)
        assert (kind.component in parts[kind.lifeline]) if kind.lifeline else kind.component == ""


def test_tlp_labels_and_colours_are_those_of_first() -> None:
    known = standard("markings.json")
    listed = {row["label"]: row["hex"] for row in known["tlp_2_0"]["labels"]}
    assert {m.label: m.hex for m in reference.tlp_markings().values()} == listed
    assert list(reference.tlp_markings()) == sorted(Tlp)
    stix = set(known["stix_tlp2_ids"]["ids"].values())
    assert {m.stix_id for m in reference.tlp_markings().values()} == stix


def test_evaluation_scales_keep_their_codes_and_say_which_mean_nobody_knows() -> None:
    known = standard("evaluation-scales.json")["scales"]
    scales = reference.evaluation_scales()
    assert set(scales) == set(known)
    admiralty = {choice.code: choice.label for choice in scales["admiralty_6x6"].reliability}
    assert admiralty == known["admiralty_6x6"]["source_reliability"]
    for scale in scales.values():
        assert scale.no_basis_reliability <= {choice.code for choice in scale.reliability}
        assert scale.no_basis_credibility <= {choice.code for choice in scale.credibility}


def test_shipped_files_are_small() -> None:
    folder = Path(reference.__file__).parent
    sizes = {path.name: path.stat().st_size for path in folder.iterdir() if path.suffix in (".json", ".gz")}
    assert sizes
    assert max(sizes.values()) <= 1_000_000
