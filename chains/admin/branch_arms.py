"""The arms of a branch or a split, in the form of their step."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline

from chains.admin import branch_arm_form
from chains.admin.rules_to_read import RulesToRead, rule_in_words
from chains.definition.tree import MOST_ARMS
from chains.models import BranchArm


class ArmRights:
    """Arms belong to their step: whoever may change it may write them."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("chains.view_step")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("chains.change_step")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("chains.change_step")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("chains.change_step")


class RuleArmInline(ArmRights, RulesToRead, StackedInline):  # type: ignore[misc]
    template = "chains/admin/panel_arms.html"
    rules = ("rule",)
    rule_in_words = rule_in_words("rule", _("For whom"))
    model = BranchArm
    form = branch_arm_form.RuleArmForm
    formset = branch_arm_form.ArmFormSet
    verbose_name = _("arm")
    verbose_name_plural = _("arms: the first that suits is taken")
    extra = 0
    min_num = 1
    max_num = MOST_ARMS - 1

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return ("name", "rule" if self.has_change_permission(request) else "rule_in_words")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BranchArm]:
        """The arm for everybody else asks nothing and is always there."""
        return super().get_queryset(request).filter(rule__isnull=False)  # type: ignore[no-any-return]


class WeightArmInline(ArmRights, StackedInline):  # type: ignore[misc]
    template = "chains/admin/panel_arms.html"
    model = BranchArm
    form = branch_arm_form.WeightArmForm
    formset = branch_arm_form.ArmFormSet
    verbose_name = _("arm")
    verbose_name_plural = _("arms")
    fields = (("name", "weight"),)
    extra = 0
    min_num = 2
    max_num = MOST_ARMS - 1


# By the column that says who takes which arm.
ARM_INLINES: dict[str, tuple[type[ArmRights], ...]] = {
    "rule": (RuleArmInline,),
    "weight": (WeightArmInline,),
}
