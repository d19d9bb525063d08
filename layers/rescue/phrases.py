"""Phrases found in the words of a text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from data.gazetteer.mentions import Token

T = TypeVar("T")


class Phrases(Generic[T]):
    """Phrases with what each stands for; the longest that begins at a word is found."""

    def __init__(self, entries: Mapping[str, T]) -> None:
        found: defaultdict[str, list[tuple[tuple[str, ...], T]]] = defaultdict(list)
        for text, value in entries.items():
            words = tuple(text.split())
            found[words[0]].append((words, value))
        self._by_first = {first: sorted(held, key=lambda one: -len(one[0])) for first, held in found.items()}

    def at(self, text: Sequence[Token], first: int) -> tuple[int, T] | None:
        """Return how many words the longest phrase that begins here has, and what it stands for."""
        if first >= len(text):
            return None
        for words, value in self._by_first.get(text[first].text, ()):
            if all(first + at < len(text) and text[first + at].text == word for at, word in enumerate(words)):
                return len(words), value
        return None
