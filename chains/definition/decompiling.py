"""From the program of a version back to what staff had written, for versions published before that was kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chains.definition.draft_content import STEP_FIELDS
from chains.definition.wait_kinds import COLUMNS
from chains.models import Chain, Step
from chains.models.step_wait import CUSTOM_EVENT
from crm.models import EventKind

Program = Mapping[str, Any]
OF_A_TOUCH = ("purpose", "late_after_hours", "at_hour")


def decompiled(program: Program, today: Mapping[str, Any]) -> dict[str, Any]:
    """The document of the draft; what a program does not hold, such as the name, is as it is today."""
    settings = {**today["settings"], **_trigger(program["trigger"]), **_settings(program)}
    return {"settings": settings, "steps": [_step(one) for one in program["steps"]]}


def _settings(program: Program) -> dict[str, Any]:
    re_entry, goal, leaves = program["re_entry"], program["goal"], program["exit"]
    return {
        "audience_rule": program.get("audience"),
        "re_entry": re_entry["rule"],
        "re_entry_days": re_entry["days"],
        "goal": goal["kind"],
        "goal_rule": goal["rule"],
        "exit_rule": leaves["rule"],
        "exit_on_cancel": leaves["on_cancel"],
        "exit_on_reply": leaves.get("on_reply", False),
        "priority": program.get("priority", 5),
        "control_share": program.get("control_share", 0),
    }


def _trigger(trigger: Mapping[str, Any]) -> dict[str, Any]:
    named = {"kind": "trigger", "is_yearly": "is_yearly"}
    values = {named.get(name, f"trigger_{name}"): value for name, value in trigger.items() if name != "event"}
    if trigger["kind"] == Chain.Trigger.EVENT:
        known, custom = _event(trigger["event"])
        values |= {"trigger_event": known, "custom_event": custom}
    return values


def _event(kind: str) -> tuple[str, str]:
    return (kind, "") if kind in EventKind.values else (CUSTOM_EVENT, kind)


def _step(source: Mapping[str, Any]) -> dict[str, Any]:
    untouched = Step()
    fields = {field.name: getattr(untouched, field.attname) for field in STEP_FIELDS}
    fields |= {"coupon_minimum": str(fields["coupon_minimum"]), "kind": source["kind"], "name": source["name"]}
    read = READERS.get(source["kind"])
    arms = source.get("arms", ())
    return {
        "key": source["key"],
        "fields": fields | (read(source) if read else {}),
        "arms": [
            {
                "key": arm["key"],
                "fields": {"name": arm["name"], "rule": arm.get("rule"), "weight": arm.get("weight", 1)},
                "steps": [_step(one) for one in arm["steps"]],
            }
            for arm in arms
        ],
    }


def _same(source: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: source[name] for name in (*OF_A_TOUCH, *names) if name in source}


def _message(source: Mapping[str, Any]) -> dict[str, Any]:
    return _same(source, "template", "channels")


def _task(source: Mapping[str, Any]) -> dict[str, Any]:
    return _same(source, "task_kind", "script", "due_days", "owner_group")


def _wait(source: Mapping[str, Any]) -> dict[str, Any]:
    wait = source["wait"]
    values = {COLUMNS.get(name, f"wait_{name}"): value for name, value in wait.items() if name not in ("kind", "event")}
    if "event" in wait:
        values["wait_event"], values["wait_custom_event"] = _event(wait["event"])
    return {"wait": wait["kind"], **values}


def _change(source: Mapping[str, Any]) -> dict[str, Any]:
    change = source["change"]
    return {"change": change["kind"], **CHANGES[change["kind"]](change)}


def _tag(change: Mapping[str, Any]) -> dict[str, Any]:
    return {"tag": change["name"]}


def _attribute(change: Mapping[str, Any]) -> dict[str, Any]:
    return {"attribute": change["name"], "attribute_value": change["value"]}


def _points(change: Mapping[str, Any]) -> dict[str, Any]:
    return {"points": change["points"] or None, "points_days": change.get("days")}


def _coupon(change: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "coupon_kind": change["coupon"],
        "coupon_value": change["value"] or None,
        "coupon_gift": change["gift"],
        "coupon_category": change["category"],
        "coupon_product": change["product"],
        "coupon_minimum": change["minimum"],
        "coupon_days": change["days"],
    }


def _call(source: Mapping[str, Any]) -> dict[str, Any]:
    call = source["call"]
    return {"webhook": call["webhook"], "webhook_text": call["text"], "answer_hours": call["hours"]}


Reader = Callable[[Mapping[str, Any]], dict[str, Any]]
READERS: dict[str, Reader] = {
    Step.Kind.MESSAGE: _message,
    Step.Kind.STAFF_TASK: _task,
    Step.Kind.WAIT: _wait,
    Step.Kind.CHANGE: _change,
    Step.Kind.CALL: _call,
}
CHANGES: dict[str, Reader] = {
    Step.Change.ADD_TAG: _tag,
    Step.Change.REMOVE_TAG: _tag,
    Step.Change.SET_ATTRIBUTE: _attribute,
    Step.Change.GIVE_POINTS: _points,
    Step.Change.ISSUE_COUPON: _coupon,
}
