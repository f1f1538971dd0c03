from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from chains.models.branch_arm import new_step_key
from chains.models.chain import Chain
from chains.models.step_call import StepCall
from chains.models.step_change import StepChange
from chains.models.step_wait import StepWait
from crm.models import Channel, Coupon, Purpose, StaffTask
from crm.models.choices import database_checks_choices

if TYPE_CHECKING:
    from chains.models.experiment import Experiment
    from chains.models.template import MessageTemplate


@database_checks_choices
class Step(StepWait, StepChange, StepCall):
    """One step of the draft. `key` stays the same through every version, so that people keep their place."""

    class Kind(models.TextChoices):
        MESSAGE = "message", _("message")
        WAIT = "wait", _("wait")
        BRANCH = "branch", _("branch")
        SPLIT = "split", _("random split")
        STAFF_TASK = "staff_task", _("staff task")
        CHANGE = "change", _("change of the customer")
        CALL = "call", _("call of a webhook")
        LEAVE = "leave", _("end of the way")

    # The steps that become a touch of each customer who comes to them.
    TOUCHES = (Kind.MESSAGE, Kind.STAFF_TASK)

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="steps", verbose_name=_("chain"))
    arm = models.ForeignKey(
        "chains.BranchArm",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="steps",
        verbose_name=_("lies in"),
        help_text=_("Empty: in the chain itself."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    key = models.CharField(max_length=32, default=new_step_key, editable=False)
    name = models.CharField(_("name"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.MESSAGE)
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices, default=Purpose.SERVICE)

    template = models.ForeignKey(
        "chains.MessageTemplate",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="steps",
        verbose_name=_("template"),
    )
    channels = ArrayField(
        models.CharField(max_length=16, choices=Channel.choices),
        default=list,
        blank=True,
        verbose_name=_("channels, the preferred first"),
        help_text=_("Empty: in the shop's order, as far as the template has a text for them."),
    )
    at_hour = models.PositiveSmallIntegerField(
        _("exactly at the hour"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(23)],
        help_text=_("Of the customer's day. Empty: as soon as it is its turn."),
    )
    at_weekday = models.PositiveSmallIntegerField(
        _("only on"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(6)],
        help_text=_("The next such day where the customer is. Empty: on any day."),
    )
    late_after_hours = models.PositiveSmallIntegerField(
        _("useless after, hours"),
        default=72,
        validators=[MinValueValidator(1)],
        help_text=_("A message that could not go out by then is dropped."),
    )

    task_kind = models.CharField(
        _("kind of task"),
        max_length=8,
        choices=StaffTask.Kind.choices,
        default=StaffTask.Kind.CALL,
        db_default=StaffTask.Kind.OTHER.value,
    )
    script = models.TextField(_("what to do or say"), blank=True)
    due_days = models.PositiveSmallIntegerField(_("to be done within, days"), default=1)
    owner_group = models.ForeignKey(
        Group, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who does it")
    )

    # Of a step read with its chain's tree.
    open_experiment: Experiment | None = None

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "key"], name="step_key_unique_in_chain"),
        ]

    def __str__(self) -> str:
        return self.name or self.get_kind_display()

    @property
    def templates(self) -> list[MessageTemplate]:
        """Whatever a customer may get here: the template, and those an experiment tries."""
        variants = self.open_experiment.variants.all() if self.open_experiment else ()
        return [one for one in (self.template, *(variant.template for variant in variants)) if one]

    @property
    def is_touch(self) -> bool:
        return self.kind in self.TOUCHES

    @property
    def is_storewide_discount(self) -> bool:
        """Whether it issues a coupon that takes something off whatever is bought."""
        return (
            self.kind == Step.Kind.CHANGE
            and self.change == Step.Change.ISSUE_COUPON
            and self.coupon_kind in (Coupon.Kind.PERCENT, Coupon.Kind.AMOUNT)
            and self.coupon_category_id is None
            and self.coupon_product_id is None
        )
