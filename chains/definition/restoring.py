"""Bringing a document of the draft back into its rows, and finding the document of an older version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from django.db import transaction
from django.db.models import Model

from chains.definition.decompiling import decompiled
from chains.definition.draft_content import ARM_FIELDS, CHAIN_FIELDS, STEP_FIELDS, Content, Related, content_of
from chains.definition.names import free_name
from chains.models import BranchArm, Chain, ChainVersion, Step

Row = TypeVar("Row", bound=Model)


class _Placed(NamedTuple):
    step: Content
    arm: tuple[str, str] | None  # by the key of its step and its own
    position: int


def content_of_version(version: ChainVersion) -> Content:
    """What staff had written; of versions older than that is kept it is read back from the program."""
    return version.draft or decompiled(version.program, content_of(version.chain))


@transaction.atomic
def restore(chain: Chain, content: Content) -> None:
    """Make the draft what the document says. Steps that are still there keep their rows, and all keep their keys."""
    _restore_settings(Chain.objects.select_for_update(of=("self",), no_key=True).get(pk=chain.pk), content)
    placed = list(_placed(content["steps"], None))
    steps = _restored_steps(chain, placed)
    arms = _restored_arms(chain, placed, steps)
    for one in placed:
        step = steps[one.step["key"]]
        step.arm, step.position = arms[one.arm] if one.arm else None, one.position
    _write(steps.values(), [*(field.name for field in STEP_FIELDS), "arm", "position"])
    _write(arms.values(), [*(field.name for field in ARM_FIELDS), "position"])
    # What is gone goes last: everything that stays has been taken out of it by now.
    BranchArm.objects.filter(step__chain=chain).exclude(pk__in=[arm.pk for arm in arms.values()]).delete()
    chain.steps.exclude(pk__in=[step.pk for step in steps.values()]).delete()


def _restore_settings(chain: Chain, content: Content) -> None:
    settings = dict(content["settings"])
    if settings["name"] != chain.name:
        settings["name"] = free_name(Chain, settings["name"])
    Related(Chain, [settings]).fill(chain, settings)
    chain.save(update_fields=[field.name for field in CHAIN_FIELDS])


def _placed(steps: Iterable[Content], arm: tuple[str, str] | None) -> Iterator[_Placed]:
    for position, step in enumerate(steps, start=1):
        yield _Placed(step, arm, position)
        for one in step["arms"]:
            yield from _placed(one["steps"], (step["key"], one["key"]))


def _restored_steps(chain: Chain, placed: list[_Placed]) -> dict[str, Step]:
    known = {step.key: step for step in chain.steps.all()}
    steps = {key: known.get(key) or Step(chain=chain, key=key) for key in (one.step["key"] for one in placed)}
    related = Related(Step, (one.step["fields"] for one in placed))
    for one in placed:
        related.fill(steps[one.step["key"]], one.step["fields"])
    Step.objects.bulk_create(step for step in steps.values() if step.pk is None)
    return steps


def _restored_arms(chain: Chain, placed: list[_Placed], steps: dict[str, Step]) -> dict[tuple[str, str], BranchArm]:
    rows = BranchArm.objects.filter(step__chain=chain).select_related("step")
    known = {(arm.step.key, arm.key): arm for arm in rows}
    arms: dict[tuple[str, str], BranchArm] = {}
    for one in placed:
        for position, written in enumerate(one.step["arms"], start=1):
            place = (one.step["key"], written["key"])
            arm = known.get(place) or BranchArm(step=steps[place[0]], key=place[1])
            arm.position = position
            for name, value in written["fields"].items():
                setattr(arm, name, value)
            arms[place] = arm
    BranchArm.objects.bulk_create(arm for arm in arms.values() if arm.pk is None)
    return arms


def _write(rows: Iterable[Row], fields: list[str]) -> None:
    """Update rows by inserting them again: `bulk_update` would write a missing rule as the JSON word null."""
    found = list(rows)
    if found:
        manager = type(found[0])._default_manager
        manager.bulk_create(found, update_conflicts=True, unique_fields=["id"], update_fields=fields)
