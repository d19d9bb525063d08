"""Every error that Watchfloor raises on purpose, each with its HTTP status and a way out.

WatchfloorError
├── Invalid            400  what was sent cannot be read
│   ├── BadCoordinates
│   ├── BadFilter
│   └── UnreadableFile
├── Unauthenticated    401  nobody is signed in
├── Forbidden          403  signed in, but not allowed
├── NotFound           404  not there, or not for this actor: the two look the same on purpose
├── Conflict           409  somebody else changed the record first
├── TooLarge           413  over a stated limit
└── Unavailable        503  a part that is needed is down
"""

from __future__ import annotations

from typing import Any


class WatchfloorError(Exception):
    """An error with a message for people, a hint that says what to do, and an HTTP status."""

    status = 500
    code = "error"

    def __init__(self, message: str, *, hint: str = "", **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details

    def as_dict(self) -> dict[str, Any]:
        """Return the error as the API answers it: `{"error", "message", "hint", …details}`."""
        return {"error": self.code, "message": self.message, "hint": self.hint, **self.details}


class Invalid(WatchfloorError):
    """What was sent cannot be read as what it should be."""

    status, code = 400, "invalid"


class BadCoordinates(Invalid):
    """Text or numbers that are no place on Earth."""

    code = "bad_coordinates"


class BadFilter(Invalid):
    """A filter in a query string that is unknown or malformed."""

    code = "bad_filter"


class UnreadableFile(Invalid):
    """A file that is not what it says it is, or that a reader refuses."""

    code = "unreadable_file"


class Unauthenticated(WatchfloorError):
    """Nobody is signed in."""

    status, code = 401, "unauthenticated"


class Forbidden(WatchfloorError):
    """The actor is known but may not do this."""

    status, code = 403, "forbidden"


class NotFound(WatchfloorError):
    """There is no such record for this actor."""

    status, code = 404, "not_found"


class Conflict(WatchfloorError):
    """The record was changed by somebody else meanwhile; `details` holds both versions."""

    status, code = 409, "conflict"


class TooLarge(WatchfloorError):
    """Something is over a limit that the message states."""

    status, code = 413, "too_large"


class Unavailable(WatchfloorError):
    """A part that this needs is down."""

    status, code = 503, "unavailable"
