"""A chain made from another, and steps taken from one place to another, perhaps in another chain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from chains.definition.draft_content import Content, content_of, flat, steps_content
from chains.definition.editing import depth_of, too_many
from chains.definition.names import NAME_KEPT, free_name
from chains.definition.restoring import restore
from chains.definition.tree import DEEPEST, MOST_STEPS, all_nodes, tree_of
from chains.models import BranchArm, Chain, Step
from chains.models.branch_arm import new_step_key

# What lies in a browser's clipboard comes back as it was given, or not at all.
SALT = "chains.copied-steps"


@transaction.atomic
def duplicate(chain: Chain) -> Chain:
    """A draft with the same trigger, rules and tree of steps."""
    content = content_of(chain)
    copy = Chain.objects.create(name=free_name(Chain, _("%(name)s (copy)") % {"name": chain.name[:NAME_KEPT]}))
    settings = {**content["settings"], "name": copy.name}
    restore(copy, {"settings": settings, "steps": _with_new_keys(content["steps"])})
    copy.refresh_from_db()
    return copy


def copied(chain: Chain, steps: Iterable[Step]) -> str:
    """Steps with all that lies in them, for the clipboard."""
    wanted = {step.pk for step in steps}
    nodes = [node for node in all_nodes(tree_of(chain)) if node.step.pk in wanted]
    return signing.dumps(steps_content(nodes), salt=SALT, compress=True)


@transaction.atomic
def paste(chain: Chain, clipboard: str, arm: BranchArm | None, after: Step | None) -> list[str]:
    """Put what was copied behind a step or first in its arm, under new keys; ValueError in words when it does not fit.

    Returns the keys of the new steps.
    """
    try:
        steps = signing.loads(clipboard, salt=SALT)
    except signing.BadSignature:
        raise ValueError(_("There is nothing copied that could be put here.")) from None
    content = content_of(chain)
    new = _with_new_keys(steps)
    if len(list(flat(content["steps"]))) + len(list(flat(new))) > MOST_STEPS:
        raise ValueError(too_many())
    if depth_of(arm) + _height(new) > DEEPEST:
        raise ValueError(_("It does not fit in there."))
    siblings = _siblings(content, arm)
    keys = [one["key"] for one in siblings]
    index = keys.index(after.key) + 1 if after and after.key in keys else 0
    siblings[index:index] = new
    restore(chain, content)
    return [one["key"] for one in new]


def _siblings(content: Content, arm: BranchArm | None) -> list[Any]:
    if arm is None:
        return content["steps"]  # type: ignore[no-any-return]
    arms = next(step["arms"] for step in flat(content["steps"]) if step["key"] == arm.step.key)
    return next(one["steps"] for one in arms if one["key"] == arm.key)


def _height(steps: Iterable[Content]) -> int:
    return max((1 + _height(arm["steps"]) for step in steps for arm in step["arms"]), default=0)


def _with_new_keys(steps: Iterable[Content]) -> list[dict[str, Any]]:
    """With keys of their own, a copy's splits draw anew."""
    return [
        {
            **step,
            "key": new_step_key(),
            "arms": [{**arm, "key": new_step_key(), "steps": _with_new_keys(arm["steps"])} for arm in step["arms"]],
        }
        for step in steps
    ]
