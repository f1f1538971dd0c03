"""What a segment is needed for: the segment's page tells it, and what is needed is not deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Func, JSONField
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.models import EarningRule
from segments.models import Segment

AnyUser: TypeAlias = AbstractBaseUser | AnonymousUser


@dataclass(frozen=True, slots=True)
class Use:
    """Something staff can open at `address`, which `permission` lets them see."""

    label: str
    address: str
    permission: str


# Each gives what it knows with the ids of the segments that are named there.
Finder = Callable[[], Iterable[tuple[Use, Collection[int]]]]
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Rooms above add what they need segments for, when the applications are ready."""
    if finder not in _finders:
        _finders.append(finder)


def uses(segments: Iterable[int]) -> dict[int, list[Use]]:
    """What needs each of these segments, beside these themselves; segments nothing needs are left out."""
    wanted = set(segments)
    found: dict[int, list[Use]] = defaultdict(list)
    for finder in (lambda: _segments(wanted), _earning_rules, *_finders):
        for use, named in finder():
            for pk in sorted(wanted & set(named)):
                if use not in found[pk]:
                    found[pk].append(use)
    return dict(found)


def visible(found: Iterable[Use], user: AnyUser) -> list[Use]:
    return [use for use in found if user.has_perm(use.permission)]  # type: ignore[union-attr]


class SegmentIdsInRules(Func):
    """The ids of the segments that the rules somewhere inside a JSON column name, as a JSON array.

    Found by the database: a program of letters is large, and only a few ids of it are wanted.
    """

    function = "jsonb_path_query_array"
    template = (
        "%(function)s(%(expressions)s, "
        """'strict $.**?(@.field == "segment" || @.field == "event_segment").value[*]')"""
    )
    arity = 1
    output_field = JSONField()


def ids(named: Iterable[Any]) -> set[int]:
    """What `Named` found, which rules keep as texts."""
    return {int(pk) for pk in named}


def _segments(beside: set[int]) -> Iterable[tuple[Use, Collection[int]]]:
    rows = (
        Segment.objects.exclude(pk__in=beside)
        .annotate(named=SegmentIdsInRules("rule"))
        .values_list("pk", "name", "named")
    )
    for pk, name, named in rows.order_by("name"):
        address = reverse("admin:segments_segment_change", args=[pk])
        yield Use(_("segment “%(name)s”") % {"name": name}, address, "segments.view_segment"), ids(named)


def _earning_rules() -> Iterable[tuple[Use, Collection[int]]]:
    rules = EarningRule.objects.exclude(audience=None).annotate(named=SegmentIdsInRules("audience"))
    for pk, name, named in rules.order_by("name").values_list("pk", "name", "named"):
        address = reverse("admin:crm_earningrule_change", args=[pk])
        yield Use(_("rule of earning “%(name)s”") % {"name": name}, address, "crm.view_earningrule"), ids(named)
