"""Files that the search commands read: JSON, checked before anything is computed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Final, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data.errors import Invalid, TooLarge, UnreadableFile
from layers.rescue.params import reason

MAX_MB: Final = 256
MAX_AREAS: Final = 1_000_000

# JSON's own numbers: no text, no true or false, and no NaN (which JSON does not have).
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
Positive = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Name = str | int


class Form(BaseModel):
    """What is read from a file: keys that nobody knows are refused, so that a slip is not overlooked."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Row(BaseModel):
    """One of many in a file: it may carry more than is asked for, as tables do."""

    model_config = ConfigDict(extra="ignore", frozen=True)


Read = TypeVar("Read", bound=Form)


def read(path: Path, form: type[Read]) -> Read:
    """Return what the file says; raise UnreadableFile or Invalid, naming the first thing that is wrong."""
    if path.stat().st_size > MAX_MB * 1024 * 1024:
        raise TooLarge(f"{path.name} is larger than {MAX_MB} MB.", hint="Split it.")
    try:
        return form.model_validate(orjson.loads(path.read_bytes()))
    except orjson.JSONDecodeError as error:
        raise UnreadableFile(f"{path.name} is no JSON: {error}.", hint="Numbers must be finite.") from error
    except ValidationError as error:
        raise Invalid(
            f"{path.name}: {reason(error)}.", hint="`watchfloor search COMMAND --help` shows the form."
        ) from error


def all_different(names: list[Name]) -> None:
    """Raise Invalid where two areas have the same id."""
    name, times = Counter(map(str, names)).most_common(1)[0]
    if times > 1:
        raise Invalid(f"Two areas have the id {name[:40]!r}.", hint="Give each its own.")
