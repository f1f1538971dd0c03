from __future__ import annotations

import secrets

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def new_step_key() -> str:
    return secrets.token_hex(4)


class BranchArm(models.Model):
    """One of the ways out of a step; after its last step the way goes on behind the step that parted.

    Of a branch the first whose rule holds is taken, and the one without a rule when none does; of a split one by
    weight; of a wait for an event the first when it happened and the second when time ran out.
    """

    step = models.ForeignKey("chains.Step", models.CASCADE, related_name="arms", verbose_name=_("step"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    key = models.CharField(max_length=32, default=new_step_key, editable=False)
    name = models.CharField(_("name"), max_length=100)
    rule = models.JSONField(_("for whom"), null=True, blank=True)
    weight = models.PositiveSmallIntegerField(
        _("weight"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Two arms of weights 1 and 3 get a quarter and three quarters."),
    )

    class Meta:
        verbose_name = _("arm of a step")
        verbose_name_plural = _("arms of a step")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["step", "key"], name="step_arm_key_unique"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="step_arm_weight_positive"),
        ]

    def __str__(self) -> str:
        return self.name
