"""Which sites are asked for: `sector=energy,water&kind=dam&q=words`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

import numpy as np
import numpy.typing as npt

from data.errors import BadFilter
from data.mirror import SiteFrame

_PARAMETERS: Final = ("sector", "kind", "q")


@dataclass(frozen=True, slots=True)
class SitesAsked:
    """Sites of these sectors and kinds whose name holds all the words; empty is any."""

    sectors: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    words: str = ""

    @classmethod
    def parse(cls, text: str) -> SitesAsked:
        """Return what a query string asks for; raise BadFilter on anything else."""
        try:
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=len(_PARAMETERS))
        except ValueError as error:
            raise BadFilter("The filter cannot be read.", hint="Each parameter stands once.") from error
        unknown = [name for name, _ in pairs if name not in _PARAMETERS]
        if unknown:
            raise BadFilter(f"Sites are not filtered by {unknown[0][:40]!r}.", hint="Use sector, kind and q.")
        given = dict(pairs)
        return cls(_codes(given.get("sector", "")), _codes(given.get("kind", "")), given.get("q", ""))

    def rows(self, frame: SiteFrame, visible: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Return the positions of the visible sites that match, by name."""
        rows = frame.chosen(visible, sectors=self.sectors, kinds=self.kinds).tolist()
        wanted = self.words.casefold().split()
        named = sorted((str(frame.name[row]).casefold(), int(frame.fid[row]), row) for row in rows)
        chosen = [row for name, _, row in named if all(word in name for word in wanted)]
        return np.array(chosen, dtype=np.int64)


def _codes(text: str) -> frozenset[str]:
    return frozenset(code.strip() for code in text.split(",") if code.strip())
