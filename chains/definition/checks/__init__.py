"""The health check of a chain: what blocks publishing and what is worth a thought, in words and in its place."""

from __future__ import annotations

from collections.abc import Iterator

from chains.definition.checks.buyers import buyers_alike
from chains.definition.checks.channels import channel_problems, unconnected_beside_others
from chains.definition.checks.continuing import unrelated_offers
from chains.definition.checks.control import control_problems
from chains.definition.checks.entry import entry_problems, shop_problems
from chains.definition.checks.experiments import experiment_problems
from chains.definition.checks.finding import Finding
from chains.definition.checks.hours import hour_problems
from chains.definition.checks.letters import letter_problems
from chains.definition.checks.needless import needless_steps
from chains.definition.checks.overriding import overrides_of
from chains.definition.checks.pace import collisions, many_messages
from chains.definition.checks.steps import step_problems
from chains.definition.checks.ways import outline, ways_through
from chains.definition.tree import Node, all_nodes, tree_of
from chains.models import Chain
from crm.models import Shop


def problems(chain: Chain, shop: Shop) -> list[str]:
    """Everything that blocks publishing and that no manager has overridden; empty when the chain may go live."""
    found = blocking(chain, shop, tree_of(chain))
    overridden = overrides_of(chain, found)
    return [str(one) for one in found if one not in overridden]


def blocking(chain: Chain, shop: Shop, nodes: list[Node]) -> list[Finding]:
    found = (
        *shop_problems(shop),
        *entry_problems(chain),
        *step_problems(chain, nodes),
        *control_problems(chain, (node.step for node in all_nodes(nodes))),
        *channel_problems(nodes),
        *experiment_problems(chain),
    )
    return [one for one in found if one.is_blocking]


def warnings(chain: Chain, shop: Shop, nodes: list[Node]) -> Iterator[Finding]:
    """What does not keep a chain from going live; each rule stands in a file of this folder."""
    ways = ways_through(outline(nodes))
    yield from letter_problems(chain, nodes, ways, shop)
    yield from many_messages(ways)
    yield from collisions(chain, ways, shop.weekly_cap)
    yield from buyers_alike(chain, nodes)
    yield from unrelated_offers(chain, nodes)
    yield from needless_steps(nodes, ways)
    yield from hour_problems(nodes, shop)
    yield from (one for one in channel_problems(nodes) if not one.is_blocking)
    yield from unconnected_beside_others(nodes)
