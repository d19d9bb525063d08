"""The audit chain: whatever is changed, cut, inserted or put in another order is found."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.audit import GENESIS, entry_hash, head_seal, load_key, verify_chain

KEY = b"k" * 32
Entry = tuple[Mapping[str, Any], bytes, bytes]


def chain(length: int, *, key: bytes = KEY) -> tuple[list[Entry], str]:
    entries: list[Entry] = []
    prev = GENESIS
    for seq in range(1, length + 1):
        columns = {"seq": seq, "action": "add", "record": str(seq * 7), "detail": {"n": seq}}
        digest = entry_hash(key, columns, prev)
        entries.append((columns, prev, digest))
        prev = digest
    return entries, head_seal(key, length, prev) if length else ""


@given(st.integers(0, 12))
def test_an_untouched_log_is_whole(length: int) -> None:
    entries, seal = chain(length)
    check = verify_chain(KEY, entries, seal)
    assert check.whole
    assert check.entries == length


@given(st.integers(1, 12), st.data(), st.sampled_from(["action", "record", "detail"]))
def test_a_changed_entry_is_found(length: int, data: st.DataObject, field: str) -> None:
    entries, seal = chain(length)
    at = data.draw(st.integers(0, length - 1))
    columns, prev, digest = entries[at]
    entries[at] = ({**columns, field: "something else"}, prev, digest)
    check = verify_chain(KEY, entries, seal)
    assert not check.whole
    assert str(at + 1) in check.problem


@given(st.integers(1, 12), st.data())
def test_an_entry_rehashed_without_the_key_is_found(length: int, data: st.DataObject) -> None:
    entries, seal = chain(length)
    at = data.draw(st.integers(0, length - 1))
    prev = entries[at][1]
    for i in range(at, length):
        columns = {**entries[i][0], "action": "forged"} if i == at else entries[i][0]
        digest = entry_hash(b"guess" * 6, columns, prev)
        entries[i], prev = (columns, prev, digest), digest
    assert not verify_chain(KEY, entries, seal).whole


@given(st.integers(1, 12), st.data())
def test_a_removed_entry_is_found_wherever_it_stood(length: int, data: st.DataObject) -> None:
    entries, seal = chain(length)
    del entries[data.draw(st.integers(0, length - 1))]
    assert not verify_chain(KEY, entries, seal).whole


@given(st.integers(1, 12), st.data())
def test_a_cut_end_is_found_even_with_an_older_seal_removed(length: int, data: st.DataObject) -> None:
    entries, seal = chain(length)
    kept = entries[: data.draw(st.integers(0, length - 1))]
    assert not verify_chain(KEY, kept, seal).whole
    assert not kept or not verify_chain(KEY, kept, "").whole


@given(st.integers(2, 12), st.data())
def test_two_entries_that_changed_places_are_found(length: int, data: st.DataObject) -> None:
    entries, seal = chain(length)
    first = data.draw(st.integers(0, length - 2))
    second = data.draw(st.integers(first + 1, length - 1))
    entries[first], entries[second] = entries[second], entries[first]
    assert not verify_chain(KEY, entries, seal).whole


def test_an_inserted_entry_is_found() -> None:
    entries, seal = chain(5)
    assert not verify_chain(KEY, [*entries[:2], entries[1], *entries[2:]], seal).whole


def test_the_same_log_under_another_key_is_not_whole() -> None:
    entries, seal = chain(3)
    assert not verify_chain(b"x" * 32, entries, seal).whole


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "audit.key"
    first = load_key(path)
    assert len(first) == 32
    assert load_key(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["audit.key"]


@pytest.mark.parametrize("attempt", range(20))
def test_workers_that_start_together_get_one_key(tmp_path: Path, attempt: int) -> None:
    path = tmp_path / "audit.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load_key(path), range(8)))
    assert keys == {path.read_bytes()}
