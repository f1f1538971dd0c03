"""Which fields each kind of step has on its page, and what is said above them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from chains.models import Step

FIELDS: dict[Step.Kind, tuple[Any, ...]] = {
    Step.Kind.MESSAGE: ("name", ("purpose", "template"), "channels", ("at_hour", "late_after_hours")),
    Step.Kind.STAFF_TASK: (
        "name",
        "script",
        ("purpose", "owner_group"),
        ("due_days", "late_after_hours"),
        "at_hour",
    ),
    Step.Kind.WAIT: (
        "wait",
        ("wait_event", "wait_custom_event"),
        ("wait_this_order", "looks_back"),
        "wait_rule",
        ("wait_amount", "wait_unit"),
        ("wait_from", "wait_attribute"),
        "if_unknown",
        ("wait_on", "wait_month_day"),
        "wait_hour",
        "wait_weekdays",
        "name",
    ),
    Step.Kind.BRANCH: ("name",),
    Step.Kind.SPLIT: ("name",),
    Step.Kind.CHANGE: (
        "change",
        "tag",
        ("attribute", "attribute_value"),
        ("points", "points_days"),
        ("coupon_kind", "coupon_value"),
        "coupon_gift",
        ("coupon_category", "coupon_product"),
        ("coupon_minimum", "coupon_days"),
        "name",
    ),
    Step.Kind.LEAVE: ("name",),
}
HELP = {
    Step.Kind.BRANCH: _(
        "Whoever comes here takes the first arm that suits them, and the last one, for everybody else, when none does. "
        "Behind the arms the chain goes on for all."
    ),
    Step.Kind.SPLIT: _("Everybody takes an arm by chance, and always the same one. Behind the arms the chain goes on."),
    Step.Kind.LEAVE: _("Nothing more comes for whoever gets here. What is on its way still goes out."),
    Step.Kind.CHANGE: _("Nothing is changed about customers of the control group."),
}
