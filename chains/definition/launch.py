"""Everything that is missing before a chain goes live, in one list: what blocks, what was overridden, what warns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from chains.definition.checks import blocking, warnings
from chains.definition.checks.finding import Finding
from chains.definition.checks.overriding import overrides_of
from chains.definition.readiness import readiness
from chains.definition.tree import tree_of
from chains.models import Chain, HealthOverride
from crm.models import Shop


@dataclass(frozen=True, slots=True)
class Overridden:
    finding: Finding
    decision: HealthOverride


@dataclass(frozen=True, slots=True)
class LaunchList:
    blocking: tuple[Finding, ...]
    overridden: tuple[Overridden, ...]
    warnings: tuple[Finding, ...]
    ready: tuple[str, ...]  # what was looked at and is as it should be, in words

    @property
    def may_launch(self) -> bool:
        return not self.blocking

    def blocks_of(self, step_key: str) -> list[Finding]:
        return [one for one in self.blocking if one.place.step == step_key]

    def warnings_of(self, step_key: str) -> list[Finding]:
        return [one for one in self.warnings if one.place.step == step_key]


def launch_list(chain: Chain, shop: Shop, now: dt.datetime) -> LaunchList:
    """A constant number of queries; what takes the database too long is left out of the list."""
    nodes = tree_of(chain)
    found = blocking(chain, shop, nodes)
    decided = overrides_of(chain, found)
    state = readiness(chain, nodes, shop, now)
    return LaunchList(
        blocking=tuple(one for one in found if one not in decided),
        overridden=tuple(Overridden(finding, decision) for finding, decision in decided.items()),
        warnings=(*warnings(chain, shop, nodes), *state.warnings),
        ready=state.ready,
    )
