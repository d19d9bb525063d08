"""Finding names as people type them: beginnings of words, in any order, with a slip of the key.

Every cut of the answer is made after the mask of what the asker may see, so a hidden name can neither appear
nor push another out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from data.geo import FloatArray, IntArray

Mask = npt.NDArray[np.bool_]

MAX_QUERY_CHARS: Final = 200
MAX_NAME_CHARS: Final = 400
MAX_WORDS: Final = 8
# A slip is looked for in words of at least so many letters; below, everything resembles everything.
_FUZZY_FROM: Final = 4
_FUZZY_LEAST: Final = 0.74
_FUZZY_WORTH: Final = 0.8
_PREFIX_WORTH: Final = 0.8
# Words that are written both ways on signs and in lists.
_SAME: Final = {"st": "saint", "saint": "st", "mt": "mount", "mount": "mt", "ft": "fort", "fort": "ft"}
_WORD = re.compile(r"[^\W_]+")
_DROPPED = dict.fromkeys(map(ord, "'’`´"))


@dataclass(frozen=True, slots=True)
class Matches:
    """Positions in the list of names, and how well each matched: 1 is the very name, 0 would be nothing."""

    rows: IntArray
    scores: FloatArray


def folded(text: str) -> str:
    """Return text without case, accents and apostrophes, the way names are compared."""
    if text.isascii():
        return text.lower().translate(_DROPPED)
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_DROPPED)
    return "".join(char for char in plain if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """Return the words of a text, folded."""
    return _WORD.findall(folded(text))


class NameIndex:
    """Names in a form that can be searched in milliseconds; never changes once made."""

    def __init__(self, names: Sequence[str]) -> None:
        numbers: dict[str, int] = {}
        tokens: list[int] = []
        rows: list[int] = []
        lengths = np.zeros(len(names), dtype=np.int32)
        for row, name in enumerate(names):
            own = words(name[:MAX_NAME_CHARS])
            lengths[row] = len(own)
            for word in {*own, *(_SAME[word] for word in own if word in _SAME)}:
                tokens.append(numbers.setdefault(word, len(numbers)))
                rows.append(row)
        alphabetical = sorted(numbers)
        place = np.empty(len(numbers), dtype=np.int64)
        place[[numbers[word] for word in alphabetical]] = np.arange(len(alphabetical))
        token_of = place[np.array(tokens, dtype=np.int64)]
        order = np.lexsort((np.array(rows, dtype=np.int64), token_of))
        self._rows = np.array(rows, dtype=np.int64)[order]
        self._starts = np.searchsorted(token_of[order], np.arange(len(alphabetical) + 1))
        self._vocabulary = alphabetical
        self._sorted = np.array(alphabetical, dtype=np.str_) if alphabetical else np.array([], dtype="U1")
        self._word_lengths = np.array([len(word) for word in alphabetical], dtype=np.int64)
        self._lengths = lengths

    def __len__(self) -> int:
        return len(self._lengths)

    def find(self, text: str, *, mask: Mask | None = None, slips: bool | None = None) -> Matches:
        """Return the names that hold a word for each word of the text: all of them, not in order.

        `slips` says whether slips of the key are forgiven; by default only where nothing is found without.
        """
        asked = words(text[:MAX_QUERY_CHARS])[:MAX_WORDS]
        visible = np.ones(len(self), dtype=np.bool_) if mask is None else mask
        found = self._find(asked, visible, slips=bool(slips))
        # Only where the text as written names nothing is a slip of the key assumed.
        return self._find(asked, visible, slips=True) if slips is None and not len(found.rows) else found

    def _find(self, asked: list[str], mask: Mask, *, slips: bool) -> Matches:
        total = np.zeros(len(self), dtype=np.float64)
        keep = mask.copy()
        for number, word in enumerate(asked):
            worth = self._worth(word, whole=number < len(asked) - 1, slips=slips)
            keep &= worth > 0
            if not keep.any():
                break
            total += worth
        if not asked:
            keep[:] = False
        rows = np.flatnonzero(keep)
        share = np.minimum(1.0, len(asked) / np.maximum(self._lengths[rows], 1))
        return Matches(rows, total[rows] / max(len(asked), 1) * (0.75 + 0.25 * share))

    def _worth(self, word: str, *, whole: bool, slips: bool) -> FloatArray:
        """Return how well each name's best word fits an asked word."""
        worth = np.zeros(len(self), dtype=np.float64)
        first = int(np.searchsorted(self._sorted, word))
        last = int(np.searchsorted(self._sorted, word + "\U0010ffff"))
        span = self._word_lengths[first:last]
        # The last word may still be being typed; a beginning is then nearly as good as the whole.
        begun = (_PREFIX_WORTH + 0.15 * len(word) / span) * (0.9 if whole else 1.0)
        counts = np.diff(self._starts[first : last + 1])
        values = np.repeat(np.where(span == len(word), 1.0, begun), counts)
        np.maximum.at(worth, self._rows[self._starts[first] : self._starts[last]], values)
        if slips and len(word) >= _FUZZY_FROM:
            found = process.extract(
                word,
                self._vocabulary,
                scorer=OSA.normalized_similarity,
                score_cutoff=_FUZZY_LEAST,
                limit=None,
            )
            for _, likeness, token in found:
                self._raise(worth, token, _FUZZY_WORTH * likeness)
        return worth

    def _raise(self, worth: FloatArray, token: int, value: float) -> None:
        rows = self._rows[self._starts[token] : self._starts[token + 1]]
        worth[rows] = np.maximum(worth[rows], value)
