"""From the steps of a draft to those of a program; see chains.program.step for the shape."""

from __future__ import annotations

from typing import Any

from chains.definition.tree import Node, tree_of
from chains.messages.compiling import compile_text
from chains.messages.rewards import shown
from chains.models import Chain, MessageTemplate, Step
from crm.models import Coupon, Shop

# What the program keeps of a wait, by its kind; everything else of the row means nothing to it.
WAIT_FIELDS = {
    Step.Wait.TIME: ("amount", "unit"),
    Step.Wait.EVENT: ("amount", "unit", "from", "event", "rule", "this_order"),
    Step.Wait.OFFSET: ("amount", "unit", "from", "attribute", "if_unknown", "hour"),
    Step.Wait.HOUR: ("hour", "weekdays"),
    Step.Wait.DATE: ("on", "hour"),
    Step.Wait.MONTH_DAY: ("month_day", "hour"),
}


def compiled_steps(chain: Chain, shop: Shop) -> list[dict[str, Any]]:
    return [_compiled(node, shop) for node in tree_of(chain)]


def _compiled(node: Node, shop: Shop) -> dict[str, Any]:
    step = node.step
    source: dict[str, Any] = {"key": step.key, "kind": step.kind, "name": step.name}
    if step.kind == Step.Kind.WAIT:
        source["wait"] = _wait(step)
    elif step.kind == Step.Kind.CHANGE:
        source["change"] = compiled_change(step)
    elif step.kind in (Step.Kind.MESSAGE, Step.Kind.STAFF_TASK):
        source |= {"name": str(step)} | _touch(step, shop)
    if node.arms:
        source["arms"] = [
            {
                "key": one.arm.key,
                "name": one.arm.name,
                "rule": one.arm.rule,
                "weight": one.arm.weight,
                "steps": [_compiled(below, shop) for below in one.nodes],
            }
            for one in node.arms
        ]
    return source


def _wait(step: Step) -> dict[str, Any]:
    known: dict[str, Any] = {
        "amount": step.wait_amount,
        "unit": step.wait_unit,
        "from": step.wait_from,
        "attribute": step.wait_attribute,
        "if_unknown": step.if_unknown,
        "hour": step.wait_hour,
        "weekdays": sorted(step.wait_weekdays),
        "on": step.wait_on.isoformat() if step.wait_on else None,
        "month_day": step.wait_month_day,
        "event": step.event_kind,
        "rule": step.wait_rule,
        "this_order": step.wait_this_order,
    }
    return {"kind": step.wait, **{name: known[name] for name in WAIT_FIELDS[Step.Wait(step.wait)]}}


def compiled_change(step: Step) -> dict[str, Any]:
    if step.change == Step.Change.GIVE_POINTS:
        return {"kind": step.change, "points": step.points or 0, "days": step.points_days}
    if step.change == Step.Change.ISSUE_COUPON:
        return {
            "kind": step.change,
            "coupon": step.coupon_kind,
            "value": str(step.coupon_value) if step.coupon_takes_value and step.coupon_value else "",
            "gift": step.coupon_gift if step.coupon_kind == Coupon.Kind.GIFT else "",
            "category": step.coupon_category_id,
            "product": step.coupon_product_id,
            "minimum": str(step.coupon_minimum),
            "days": step.coupon_days,
        }
    if step.change == Step.Change.SET_ATTRIBUTE:
        return {"kind": step.change, "name": step.attribute, "value": step.attribute_value}
    return {"kind": step.change, "name": step.tag}


def _touch(step: Step, shop: Shop) -> dict[str, Any]:
    common = {"purpose": step.purpose, "late_after_hours": step.late_after_hours, "at_hour": step.at_hour}
    if step.kind == Step.Kind.STAFF_TASK:
        return common | {"script": step.script, "due_days": step.due_days, "owner_group": step.owner_group_id}
    template = step.template
    if template is None:
        raise ValueError(f"step {step.key} has no template")
    return common | {
        "channels": list(step.channels),
        "template": template.pk,
        "topic": template.topic,
        "tags": list(template.tags),
        "texts": _texts(template, shop),
    }


def _texts(template: MessageTemplate, shop: Shop) -> dict[str, dict[str, Any]]:
    texts: dict[str, dict[str, Any]] = {}
    for text in template.texts.select_related("template"):
        texts.setdefault(text.channel, {})[text.language] = compile_text(text, shop) | {"shows": sorted(shown(text))}
    return texts
