"""One moment of the store, as the screen sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from data.access import Actor, mask_table, visible_scopes
from data.mirror.digest import Digests
from data.mirror.frame import IncidentFrame
from data.mirror.sites import SiteFrame
from data.mirror.taxonomy import Taxonomy
from data.model import Scope


@dataclass(frozen=True, slots=True)
class SourceKey:
    """A source, as far as facets need to know it."""

    id: int
    key: str
    name: str
    scope_id: int


@dataclass(frozen=True)
class Snapshot:
    """Frames and small tables that belong together; `counter` is the last change that is in it."""

    counter: int
    incidents: IncidentFrame
    sites: SiteFrame
    taxonomy: Taxonomy
    scopes: Mapping[int, Scope]
    sources: tuple[SourceKey, ...]
    incident_digests: Digests
    site_digests: Digests
    area_digests: Digests = field(
        default_factory=dict
    )  # an area that moves changes what a filter by it lets through

    def visible(self, actor: Actor) -> frozenset[int]:
        """Return the ids of the scopes whose records the actor may see."""
        return visible_scopes(actor, self.scopes.values())

    def scope_table(self, visible: frozenset[int]) -> npt.NDArray[np.bool_]:
        """Return the table to be indexed with scope ids."""
        return mask_table(visible, size=self._scope_limit)

    @cached_property
    def _scope_limit(self) -> int:
        return max(self.scopes, default=0) + 1

    def token(self, visible: frozenset[int]) -> str:
        """Return a word that changes exactly when something in these scopes did.

        Made of contents, never of counters or ids: whoever adds what the actor may not see leaves it alone.
        """
        kinds = (self.incident_digests, self.site_digests, self.area_digests)
        lines = sorted(
            f"{scope.store}|{int(scope.tlp)}|{scope.law_enforcement}|{scope.agency_id}"
            f"|{[digests.get(scope.id) for digests in kinds]}"
            for scope in self.scopes.values()
            if scope.id in visible and any(scope.id in digests for digests in kinds)
        )
        lines += sorted(f"{s.key}|{s.name}" for s in self.sources if s.scope_id in visible)
        lines.append(self.taxonomy.digest)
        return blake2b("\n".join(lines).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
