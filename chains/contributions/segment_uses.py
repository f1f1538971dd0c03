"""What chains need segments for: their rules, as drafts and as published, and the settings of single segments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from chains.models import BranchArm, Chain, ChainVersion, Enrolment, SegmentLimits, Step
from segments.uses import SegmentIdsInRules, Use, ids


def needed() -> Iterator[tuple[Use, Collection[int]]]:
    by_chain = _by_chain()
    for pk, name in Chain.objects.filter(pk__in=by_chain).order_by("name").values_list("pk", "name"):
        address = reverse("admin:chains_chain_change", args=[pk])
        yield Use(_("chain “%(name)s”") % {"name": name}, address, "chains.view_chain"), by_chain[pk]
    limited = list(SegmentLimits.objects.values_list("segment", flat=True))
    yield Use(_("shop settings"), reverse("admin:crm_shop_changelist"), "crm.change_shop"), limited


def _by_chain() -> dict[int, set[int]]:
    """The segments each chain names.

    The rules of an archived chain are history: before it is published again they are checked anew. A foreign key keeps
    the segment that triggered it.
    """
    drafts = Chain.objects.exclude(status=Chain.Status.ARCHIVED).order_by()
    found: dict[int, set[int]] = defaultdict(set)
    for pk, segment in Chain.objects.exclude(trigger_segment=None).values_list("pk", "trigger_segment"):
        found[pk].add(int(segment or 0))
    for rule in ("audience_rule", "goal_rule", "exit_rule"):
        _collect(found, drafts, rule, "pk")
    _collect(found, Step.objects.filter(chain__in=drafts).order_by(), "wait_rule", "chain")
    _collect(found, BranchArm.objects.filter(step__chain__in=drafts).order_by(), "rule", "step__chain")
    _collect(found, _running(), "program", "chain")
    return found


def _collect(found: dict[int, set[int]], rows: QuerySet[Model], column: str, chain: str) -> None:
    naming = rows.exclude(**{column: None}).annotate(named=SegmentIdsInRules(column)).exclude(named=[])
    for pk, named in naming.values_list(chain, "named"):
        found[pk] |= ids(named)


def _running() -> QuerySet[ChainVersion]:
    """Versions the engine reads: those that let people in, and those that somebody is still under way in."""
    open_to = Chain.objects.running().order_by().values("version")
    under_way = Enrolment.objects.active().filter(version=OuterRef("pk"))
    return ChainVersion.objects.filter(Q(pk__in=open_to) | Exists(under_way)).order_by()
