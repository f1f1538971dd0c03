"""From a draft to what the engine runs."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from chains.definition.checks import problems
from chains.definition.compiling import compiled_steps
from chains.definition.draft_content import content_of
from chains.experiments import lifecycle
from chains.models import Backlog, Chain, ChainVersion, Entrant
from chains.program.step import surveys_asked
from chains.program.trigger import compiled_trigger
from crm.models import Shop
from crm.surveys.revising import lock


class NotPublishable(ValueError):
    """What stands in the way, in words."""

    def __init__(self, found: list[str]) -> None:
        self.problems = found
        super().__init__(" ".join(found))


@dataclass(frozen=True, slots=True)
class LetIn:
    """Those to whom it happened after `since_at` enter too: at once, or spread over some days."""

    since_at: dt.datetime
    spread_days: int = 0


@transaction.atomic
def publish(
    chain: Chain,
    now: dt.datetime,
    by: User | None = None,
    *,
    moves_people: bool = False,
    let_in: LetIn | None = None,
    agreed: str = "",
) -> ChainVersion:
    """Freeze the draft into the version the engine runs; raises NotPublishable.

    Those under way finish the version they began with, or are moved to the new one by the engine. The first publishing,
    and one with another trigger, counts from now on: what happened before starts nothing unless it is let in.
    `agreed` is the digest of what the marketer saw; a draft changed since is not published. Publishing again what runs
    already changes nothing, so that a second click does no harm.
    """
    # Its version is read after the lock is held: one joined to it would be that from before somebody else published.
    chain = Chain.objects.select_for_update(no_key=True).get(pk=chain.pk)
    shop = Shop.load()
    if found := problems(chain, shop):
        raise NotPublishable(found)
    program = compiled(chain, shop)
    if agreed and agreed != digest(program):
        raise NotPublishable([_("The draft was changed after this page was shown. Look at it again.")])
    is_new = chain.status in (Chain.Status.DRAFT, Chain.Status.ARCHIVED)
    running = None if is_new else chain.version
    if running and running.program == program:
        return running
    version = _freeze(chain, program, now, by, moves_people=moves_people)
    if running is None or running.program["trigger"] != program["trigger"]:
        _begin_anew(chain, now)
    if is_new:
        chain.status = Chain.Status.LIVE
    lifecycle.start(chain, now)
    lock(surveys_asked(program["steps"]), now)
    chain.version = version
    chain.save(update_fields=["version", "watermark_at", "surged_at", "status"])
    if let_in:
        told = {"since_at": let_in.since_at, "until_at": now, "enters_from_at": now, "spread_days": let_in.spread_days}
        Backlog.objects.update_or_create(chain=chain, defaults=told)
    return version


def _freeze(
    chain: Chain, program: dict[str, Any], now: dt.datetime, by: User | None, *, moves_people: bool
) -> ChainVersion:
    number = chain.versions.aggregate(last=Max("number"))["last"] or 0
    version = ChainVersion.objects.create(
        chain=chain, number=number + 1, program=program, draft=content_of(chain), published_at=now, published_by=by
    )
    if moves_people:
        chain.versions.exclude(pk=version.pk).update(moves_to=version)
    return version


def _begin_anew(chain: Chain, now: dt.datetime) -> None:
    """Count from now on, and forget who waited for the trigger there was before."""
    chain.watermark_at, chain.surged_at = now, None
    Entrant.objects.filter(chain=chain).delete()
    Backlog.objects.filter(chain=chain).delete()


def compiled(chain: Chain, shop: Shop) -> dict[str, Any]:
    """The program of the draft as it stands, for a draft without problems; see chains.program.program for its shape."""
    return {**compiled_entry(chain), "steps": compiled_steps(chain, shop)}


def compiled_entry(chain: Chain) -> dict[str, Any]:
    """The program without its steps: who enters, and how it ends."""
    return {
        "trigger": compiled_trigger(chain),
        "audience": chain.audience_rule,
        "re_entry": {"rule": chain.re_entry, "days": chain.re_entry_days},
        "goal": {"kind": chain.goal, "rule": chain.goal_rule if chain.goal == Chain.Goal.RULE else None},
        "exit": {"rule": chain.exit_rule, "on_cancel": chain.exit_on_cancel, "on_reply": chain.exit_on_reply},
        "priority": chain.priority,
        "control_share": chain.control_share,
        "steps": [],
    }


def digest(program: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(program, sort_keys=True).encode()).hexdigest()


def widens(program: dict[str, Any], running: dict[str, Any] | None) -> bool:
    """Whether other people may enter than before, so that it has to be asked what of the past is let in."""
    return running is None or any(program[part] != running[part] for part in ("trigger", "audience", "re_entry"))
