"""The kinds of changes, a row each: what a marketer is asked, what the program keeps, what may be wrong, and words.

How a change of each kind is made stands in chains.engine.advance.changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.definition.kind_fields import FieldProblem
from chains.models import Step
from chains.program.step import ProgramChange
from crm.admin.conditional import Case
from crm.models import Coupon

# Every field that some kind asks for, in the order of the page; those in brackets share a row.
LAYOUT = (
    "tag",
    ("attribute", "attribute_value"),
    ("points", "points_days"),
    ("coupon_kind", "coupon_value"),
    "coupon_gift",
    ("coupon_category", "coupon_product"),
    ("coupon_minimum", "coupon_days"),
)


class ChangeKind(NamedTuple):
    fields: tuple[str, ...]
    program: Callable[[Step], dict[str, Any]]
    sentence: Callable[[ProgramChange], str]
    problems: Callable[[Step], Iterator[FieldProblem]]
    fields_when: Mapping[str, Case] = {}


def compiled_change(step: Step) -> dict[str, Any]:
    return {"kind": step.change, **CHANGE_KINDS[step.change].program(step)}


def change_sentence(change: ProgramChange) -> str:
    return CHANGE_KINDS[change.kind].sentence(change)


def _tag(step: Step) -> dict[str, Any]:
    return {"name": step.tag}


def _add_tag_sentence(change: ProgramChange) -> str:
    return _("add the tag “%(tag)s”") % {"tag": change.name}


def _remove_tag_sentence(change: ProgramChange) -> str:
    return _("take the tag “%(tag)s” away") % {"tag": change.name}


def _tag_problems(step: Step) -> Iterator[FieldProblem]:
    if not step.tag:
        yield FieldProblem("tag", _("Say which tag."))


def _attribute(step: Step) -> dict[str, Any]:
    return {"name": step.attribute, "value": step.attribute_value}


def _attribute_sentence(change: ProgramChange) -> str:
    return _("set “%(name)s” to “%(value)s”") % {"name": change.name, "value": change.value}


def _attribute_problems(step: Step) -> Iterator[FieldProblem]:
    for name in ("attribute", "attribute_value"):
        if not getattr(step, name):
            yield FieldProblem(name, _("Say which attribute, and what it becomes."))


def _points(step: Step) -> dict[str, Any]:
    return {"points": step.points or 0, "days": step.points_days}


def _points_sentence(change: ProgramChange) -> str:
    return ngettext("give %(n)d point", "give %(n)d points", change.points) % {"n": change.points}


def _points_problems(step: Step) -> Iterator[FieldProblem]:
    if not step.points:
        yield FieldProblem("points", _("Say how many points."))


def _coupon(step: Step) -> dict[str, Any]:
    return {
        "coupon": step.coupon_kind,
        "value": str(step.coupon_value) if step.coupon_takes_value and step.coupon_value else "",
        "gift": step.coupon_gift if step.coupon_kind == Coupon.Kind.GIFT else "",
        "category": step.coupon_category_id,
        "product": step.coupon_product_id,
        "minimum": str(step.coupon_minimum),
        "days": step.coupon_days,
    }


def _coupon_sentence(change: ProgramChange) -> str:
    words = {
        Coupon.Kind.PERCENT: _("%(value)s %% off"),
        Coupon.Kind.AMOUNT: _("%(value)s off"),
        Coupon.Kind.FREE_DELIVERY: _("free delivery"),
        Coupon.Kind.POINTS: _("%(value)s points"),
        Coupon.Kind.GIFT: _("a gift, %(gift)s"),
    }
    value = number_format(Decimal(change.value).normalize()) if change.value else "—"
    coupon = words[Coupon.Kind(change.coupon)] % {"value": value, "gift": change.gift}
    return _("issue a coupon: %(coupon)s") % {"coupon": coupon}


def _coupon_problems(step: Step) -> Iterator[FieldProblem]:
    kind, value = step.coupon_kind, step.coupon_value
    if step.coupon_takes_value and not value:
        yield FieldProblem("coupon_value", _("Say how much the coupon is worth."))
    if kind == Coupon.Kind.PERCENT and value and value > 100:
        yield FieldProblem("coupon_value", _("No more than 100 percent."))
    if kind == Coupon.Kind.POINTS and value and value % 1:
        yield FieldProblem("coupon_value", _("Points are whole."))
    if kind == Coupon.Kind.GIFT and not step.coupon_gift:
        yield FieldProblem("coupon_gift", _("Say what the gift is."))
    if step.coupon_category_id and step.coupon_product_id:
        yield FieldProblem("coupon_product", _("Either a category or a product."))


CHANGE_KINDS: dict[str, ChangeKind] = {
    Step.Change.ADD_TAG: ChangeKind(("tag",), _tag, _add_tag_sentence, _tag_problems),
    Step.Change.REMOVE_TAG: ChangeKind(("tag",), _tag, _remove_tag_sentence, _tag_problems),
    Step.Change.SET_ATTRIBUTE: ChangeKind(
        ("attribute", "attribute_value"), _attribute, _attribute_sentence, _attribute_problems
    ),
    Step.Change.GIVE_POINTS: ChangeKind(("points", "points_days"), _points, _points_sentence, _points_problems),
    Step.Change.ISSUE_COUPON: ChangeKind(
        ("coupon_kind", "coupon_category", "coupon_product", "coupon_minimum", "coupon_days"),
        _coupon,
        _coupon_sentence,
        _coupon_problems,
        fields_when={
            "coupon_value": {"coupon_kind": Step.COUPONS_WITH_VALUE},
            "coupon_gift": {"coupon_kind": [Coupon.Kind.GIFT]},
        },
    ),
}
