"""Text search: the same answers on both databases, whatever somebody types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.store import Store
from data.store.text import words_of
from tests.support.records import HOSTILE, World

TITLES = [
    "Gas leak at the mill",
    "GASOLINE spill",
    "Überflutung in der Straße",
    "Écroulement d'un mur, rue des Écoles",
    "Fire. Two alarms! (box 12-31)",
    "foo_bar under_score",
    "naïve café",
    "火災 報告",
]


@pytest.fixture
def seqs(world: World) -> list[int]:
    return [world.incident(title=title, narrative="common words here").seq for title in TITLES]


def found(world: World, seqs: list[int], query: str) -> list[str]:
    return [TITLES[seqs.index(seq)] for seq in world.store.incidents.matching(query).tolist() if seq in seqs]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("gas", [0, 1]),
        ("GAS leak", [0]),
        ("leak gas", [0]),
        ("gas spill", []),
        ("gaso", [1]),
        ("leak mil", [0]),
        ("uberflutung", [2]),
        ("ÉCOLES", [3]),
        ("ecoles rue", [3]),
        ("cafe", [6]),
        ("naive", [6]),
        ("12-31", [4]),
        ("common", list(range(8))),
        ("nowhere", []),
        ("", []),
        ("  !!  ", []),
    ],
)
def test_every_word_must_occur_and_the_last_may_be_a_beginning(
    world: World, seqs: list[int], query: str, expected: list[int]
) -> None:
    assert found(world, seqs, query) == [TITLES[i] for i in expected]


SYNTAX = [
    '"',
    "'",
    "*",
    "a*",
    "a OR b",
    "NEAR(a b)",
    "title:gas",
    "a:* & !b",
    "(a | b",
    "\\",
    "a\x00b",
    "\ud800",
]


@pytest.mark.parametrize("query", [*HOSTILE, *SYNTAX, "x" * 5000], ids=ascii)
def test_whatever_is_typed_is_words_and_never_syntax(world: World, seqs: list[int], query: str) -> None:
    world.store.incidents.matching(query)


def test_an_edited_title_is_found_by_its_new_words_alone(world: World, seqs: list[int]) -> None:
    officer = world.officer()
    (made,) = world.store.incidents.by_seq(officer, seqs[:1])
    world.store.incidents.update(officer, made.id, revision=1, changes={"title": "Water main broken"})
    assert world.store.incidents.matching("gas leak").tolist() == []
    assert world.store.incidents.matching("water main").tolist() == [made.seq]
    assert world.store.incidents.matching("common").tolist() == seqs


def test_an_edit_of_something_else_keeps_the_words(world: World, seqs: list[int]) -> None:
    officer = world.officer()
    (made,) = world.store.incidents.by_seq(officer, seqs[:1])
    world.store.incidents.update(officer, made.id, revision=1, changes={"persons_affected": 3})
    assert world.store.incidents.matching("gas leak").tolist() == [made.seq]


@given(st.text(max_size=200))
def test_words_are_folded_and_few(query: str) -> None:
    words = words_of(query)
    assert len(words) <= 12
    assert all(word and not word.isspace() for word in words)
    assert words_of(query.upper()) == words_of(query.upper().lower())


@given(st.text(max_size=60))
def test_no_text_breaks_the_search(query: str) -> None:
    assert words_of(" ".join(words_of(query))) == words_of(query)


def test_both_databases_fold_alike(store: Store) -> None:
    world = World(store)
    expected = {}
    for word in ("Straße", "İstanbul", "ﬁre", "Ⅷ", "½", "Ångström", "ß", "ŁÓDŹ", "ελλάς", "Ёлка"):
        seq = world.incident(title=f"{word} begins").seq
        expected[word] = seq
    missed = [word for word, seq in expected.items() if seq not in store.incidents.matching(word).tolist()]
    assert missed == []
