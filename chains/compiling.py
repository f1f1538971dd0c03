"""From the steps of a draft to those of a program; see chains.program for the shape."""

from __future__ import annotations

from typing import Any

from chains.letters.compiling import compile_text
from chains.models import Chain, MessageTemplate, Step
from crm.models import Shop


def compiled_steps(chain: Chain, shop: Shop) -> list[dict[str, Any]]:
    return [_compiled_step(step, shop) for step in chain.steps.select_related("template")]


def _compiled_step(step: Step, shop: Shop) -> dict[str, Any]:
    if step.kind == Step.Kind.WAIT:
        wait = {
            "kind": step.wait,
            "amount": step.wait_amount,
            "unit": step.wait_unit,
            "from": step.wait_from,
            "hour": step.wait_hour,
            "weekdays": sorted(step.wait_weekdays),
        }
        return {"key": step.key, "kind": step.kind, "name": step.name, "wait": wait}
    common = {
        "key": step.key,
        "kind": step.kind,
        "name": str(step),
        "purpose": step.purpose,
        "late_after_hours": step.late_after_hours,
        "at_hour": step.at_hour,
    }
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
        texts.setdefault(text.channel, {})[text.language] = compile_text(text, shop)
    return texts
