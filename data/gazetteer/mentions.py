"""Names of places in running text: the longest name that begins at a word, whatever its hyphens and accents.

Words are compared run together, so that "Pétion-Ville", "Petionville" and "petion ville" are one name. All of
it takes time in proportion to the text, however the text was made.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from data.gazetteer.match import folded

MAX_CHARS: Final = 20_000
MAX_NAME_WORDS: Final = 7
ALIKE_LEAST_CHARS: Final = 5
ALIKE_LEAST: Final = 0.78

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
# What may stand between two words of one name: blank, hyphen, apostrophe, full stop, an accent set apart.
_JOINT = re.compile("[ \\t\u00a0'’`´.\\-‐‑–\u0300-\u036f]{0,3}")
_PLAIN = re.compile(r"[^a-z0-9\u0080-\U0010ffff]+")
_SHORT: Final = {"saint": "st", "sainte": "ste", "sen": "st", "mount": "mt", "fort": "ft"}


@dataclass(frozen=True, slots=True)
class Token:
    """One word or number: as it is compared, where it stands, whether a name may run on to it."""

    text: str
    start: int
    end: int
    upper: bool
    joined: bool


def tokens(text: str) -> list[Token]:
    """Return the words and numbers of the first MAX_CHARS characters, in order."""
    found: list[Token] = []
    before = 0
    for match in _TOKEN.finditer(text[:MAX_CHARS]):
        plain = _PLAIN.sub("", folded(match.group())) or match.group()
        joined = bool(found) and _JOINT.fullmatch(text, before, match.start()) is not None
        before = match.end()
        found.append(Token(plain, match.start(), before, match.group()[0].isupper(), joined))
    return found


def key(words: Iterable[str]) -> str:
    """Return words run together as names are compared: "Saint Marc" and "St. Marc" are one."""
    return "".join(_SHORT.get(word, word) for word in words)


class MentionIndex:
    """Names by their words run together; never changes once made."""

    def __init__(self, names: Iterable[tuple[str, int, float]]) -> None:
        """Take names, the position of what bears each, and what it is worth beside a first name."""
        rows: defaultdict[str, dict[int, float]] = defaultdict(dict)
        lettered: set[str] = set()
        longest = 1
        for name, row, worth in names:
            words = [token.text for token in tokens(name)]
            held = rows[key(words)]
            held[row] = max(worth, held.get(row, 0.0))
            longest = max(longest, len(words))
            if words and len(words[-1]) == 1:
                lettered.add(key(words))
        rows.pop("", None)
        self._rows: Mapping[str, Mapping[int, float]] = dict(rows)
        self._lettered = frozenset(lettered)
        self._longest = min(longest, MAX_NAME_WORDS)

    def whole(self, text: str) -> Mapping[int, float]:
        """Return what bears exactly this name; nothing where there is more text, or less."""
        return self._rows.get(key(token.text for token in tokens(text)), {})

    def at(self, text: Sequence[Token], first: int) -> tuple[int, Mapping[int, float]]:
        """Return how many words the longest name beginning here has, and what bears it; (0, {}) for none."""
        held = ""
        run: tuple[int, Mapping[int, float]] = (0, {})
        for count, token in enumerate(text[first : first + self._longest], start=1):
            if count > 1 and not token.joined:
                break
            held += _SHORT.get(token.text, token.text)
            rows = self._rows.get(held)
            # "Marie L." is not Mariel: a letter by itself ends only a name that is written so.
            if rows is not None and (count == 1 or len(token.text) > 1 or held in self._lettered):
                run = (count, rows)
        return run

    def numbered(self, name: Sequence[Token], number: int, *, within: int) -> list[tuple[int, int]]:
        """Return the nearest number below and above that this name is known with, and what bears each.

        Of side streets and stops along one road, "Delmas 31" and "Delmas 33" say where "Delmas 32" is.
        """
        held = key(token.text for token in name)
        found = []
        for steps in (range(1, within + 1), range(-1, -within - 1, -1)):
            known = next((number + step for step in steps if f"{held}{number + step}" in self._rows), None)
            if known is not None:
                found.append((known, next(iter(self._rows[f"{held}{known}"]))))
        return found

    def alike(self, word: str, among: frozenset[int]) -> tuple[float, Mapping[int, float]]:
        """Return how like a misspelt word the likest name at these positions is, and what bears it."""
        if len(word) < ALIKE_LEAST_CHARS or len(word) > 40 or not among:
            return 0.0, {}
        names = self._names_of(among)
        found = process.extractOne(word, names, scorer=OSA.normalized_similarity, score_cutoff=ALIKE_LEAST)
        if found is None:
            return 0.0, {}
        name, likeness, _ = found
        return likeness, {row: worth for row, worth in self._rows[name].items() if row in among}

    def _names_of(self, among: frozenset[int]) -> list[str]:
        return sorted({name for row in among for name in self._by_row.get(row, ())})

    @cached_property
    def _by_row(self) -> Mapping[int, tuple[str, ...]]:
        held: defaultdict[int, list[str]] = defaultdict(list)
        for name, rows in self._rows.items():
            if len(name) >= ALIKE_LEAST_CHARS:
                for row in rows:
                    held[row].append(name)
        return {row: tuple(names) for row, names in held.items()}
