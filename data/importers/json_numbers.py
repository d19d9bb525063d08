"""NaN and Infinity, which are no JSON and yet written by many programs: they cost a row and not the file."""

from __future__ import annotations

import math
import re
from typing import Any, Final

# Runs to the next N or I outside a string: true, false, null and numbers hold neither. Possessive throughout,
# so that a long file needs neither memory nor a second look.
_AS_IT_SHOULD_BE: Final = re.compile(rb'(?:[^"NI]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+', re.DOTALL)
# What stands in for them is text of the same length, so that every place in the file stays what it was.
_MARK: Final = b'"\x7f'
_STAND_IN: Final = {b"NaN": b'"\x7f"', b"Infinity": b'"\x7fInfin"', b"-Infinity": b'"\x7f-Infin"'}


def stood_in(content: bytes) -> bytes | bytearray:
    """Return JSON with marked text where NaN and Infinity stood, or the very same content without any."""
    out: bytearray | None = None
    at = _next(content, 0)
    while at < len(content):
        start = at - (content[at - 1 : at] == b"-")
        word = next((word for word in _STAND_IN if content.startswith(word, start)), None)
        if word is None:
            break  # some other mistake: the parser says which
        out = bytearray(content) if out is None else out
        out[start : start + len(word)] = _STAND_IN[word]
        at = _next(content, start + len(word))
    return content if out is None else out


def _next(content: bytes, start: int) -> int:
    found = _AS_IT_SHOULD_BE.match(content, start)
    return found.end() if found else len(content)


def is_marked(text: bytes) -> bool:
    """Return whether something stands in for NaN or Infinity in this piece of JSON."""
    return _MARK in text


def restored(text: bytes) -> bytes:
    """Return a piece of JSON as it was before the marks."""
    for word, stand_in in _STAND_IN.items():
        text = text.replace(stand_in, word)
    return text


def not_finite(value: Any) -> bool:
    """Return whether a value, or one within it, is NaN or infinite."""
    within = [value]
    while within:
        one = within.pop()
        if isinstance(one, float) and not math.isfinite(one):
            return True
        if isinstance(one, dict):
            within.extend(one.values())
        elif isinstance(one, list):
            within.extend(one)
    return False


def place(content: bytes | bytearray, message: str) -> str:
    """Return the line and column of a parser's "(byte n)"; nothing where it names no byte."""
    found = re.search(r"\(byte (\d+)\)", message)
    if not found:
        return ""
    before = content[: int(found.group(1))]
    return f"line {before.count(10) + 1}, column {len(before) - before.rfind(10)}"
