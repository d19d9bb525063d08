"""Words from outside, fit to be set in a document: nothing that controls, nothing that turns a line."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Control characters, lone surrogates, what reverses the direction of the rest, what is not a character,
# and private use: none of them can be shown, and XML or a reader refuses several.
_UNSHOWN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff"
    "\ue000-\uf8ff\ufdd0-\ufdef\ufeff\ufff9-\uffff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_ANSI: Final = re.compile("\x1b\\[[0-9;?]*[ -/]*[@-~]")
_BLANK: Final = re.compile(r"\s+")
_MOST_MARKS: Final = 2
MOST_CHARS: Final = 600


def plain(words: str, *, most: int = MOST_CHARS) -> str:
    """Return the words on one line, at most so many characters, with an ellipsis where they are cut."""
    # Cut first: a title of a megabyte is not worth a second of normalising.
    head = _UNSHOWN.sub("", _ANSI.sub("", words[: most * 4 + 64]))
    tidy = _few_marks(_BLANK.sub(" ", unicodedata.normalize("NFC", head)).strip())
    return tidy if len(tidy) <= most else tidy[: most - 1].rstrip() + "…"


def paragraphs(words: str, *, most: int = 8_000) -> str:
    """Return the words with their line ends kept, as for a speaker's notes."""
    lines = words[: most * 2].replace("\r\n", "\n").split("\n")
    return "\n".join(plain(line, most=most) for line in lines)[:most].strip()


def _few_marks(words: str) -> str:
    """Return the words with at most two marks on a letter: stacks of them bury the lines above."""
    if words.isascii():
        return words
    kept, marks = [], 0
    for char in words:
        marks = marks + 1 if unicodedata.combining(char) or unicodedata.category(char) == "Me" else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)
