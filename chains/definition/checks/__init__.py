"""What stands in the way of publishing a chain, in words: the rules of good care after a purchase."""

from chains.definition.checks.control import control_problems
from chains.definition.checks.entry import entry_problems, shop_problems
from chains.definition.checks.steps import step_problems
from chains.models import Chain
from crm.models import Shop


def problems(chain: Chain, shop: Shop) -> list[str]:
    """Everything that blocks publishing; empty when the chain may go live."""
    return [*shop_problems(shop), *entry_problems(chain), *step_problems(chain), *control_problems(chain)]
