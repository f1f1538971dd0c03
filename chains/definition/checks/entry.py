"""Who may enter, and what the shop has to say of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from chains.definition.checks.codes import Code
from chains.definition.checks.finding import Finding
from chains.models import Chain
from crm.models import Shop
from segments.compile import check
from segments.rule_json import parse
from segments.rules import RuleError
from segments.vocabulary.field import Context


def shop_problems(shop: Shop) -> Iterator[Finding]:
    if not shop.support_contact:
        yield Finding(Code.SHOP, _("The shop settings have no support contact: people must know whom to ask."))
    if not shop.reply_address:
        yield Finding(Code.SHOP, _("The shop settings have no reply address: answers to letters would be lost."))


def entry_problems(chain: Chain) -> Iterator[Finding]:
    for words in (*_trigger(chain), *_goal(chain), *_rules(chain)):
        yield Finding(Code.ENTRY, words)


def _goal(chain: Chain) -> Iterator[str]:
    if chain.goal == Chain.Goal.RULE and chain.goal_rule is None:
        yield _("Say which rule is the goal.")


def _rules(chain: Chain) -> Iterator[str]:
    rules = {"audience_rule": chain.audience_rule, "goal_rule": chain.goal_rule, "exit_rule": chain.exit_rule}
    for name, rule in rules.items():
        if rule is not None:
            for problem in _rule(chain, rule):
                label = Chain._meta.get_field(name).verbose_name  # type: ignore[union-attr]
                yield _("“%(field)s”: %(problem)s") % {"field": label, "problem": problem}


def _trigger(chain: Chain) -> Iterator[str]:
    if chain.trigger == Chain.Trigger.EVENT:
        if not chain.event_kind:
            yield _("Choose the event that starts the chain.")
        if chain.trigger_event in Chain.SEGMENT_EVENTS and chain.trigger_segment_id is None:
            yield _("Choose the segment that is entered or left.")
    if chain.trigger == Chain.Trigger.LAST_ORDER and chain.trigger_days < 1:
        yield _("Say how many days after the last order the chain starts.")
    if chain.trigger == Chain.Trigger.ATTRIBUTE and not chain.trigger_attribute:
        yield _("Say which attribute of the customer holds the date.")
    if chain.trigger == Chain.Trigger.MOMENT and chain.trigger_on is None:
        yield _("Choose the day on which the chain starts.")
    if chain.trigger == Chain.Trigger.SEASON and chain.trigger_every == Chain.Every.WEEK and not chain.trigger_weekdays:
        yield _("Choose the days of the week on which the chain starts.")


def _rule(chain: Chain, raw: dict[str, Any]) -> Iterator[str]:
    """Whether it can be read, and asks only about what there is when the chain starts."""
    try:
        check(parse(raw, contexts_of(chain)), timezone.now())
    except RuleError as error:
        yield str(error)


def contexts_of(chain: Chain) -> tuple[Context, ...]:
    """What a rule of the chain may speak of beside the customer."""
    if chain.trigger == Chain.Trigger.EVENT:
        return (Context.ORDER, Context.EVENT)
    return (Context.ORDER,) if chain.trigger in Chain.ABOUT_ORDERS else ()
