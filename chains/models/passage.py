from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chains.models.enrolment import Enrolment
from crm.models import Event


class Passage(models.Model):
    """A step at which somebody's way was decided, or something about them changed: once, and which arm they took.

    The call of a webhook is passed when it was answered or its time was up. Messages and tasks leave a touch instead,
    and plain waits nothing.
    """

    enrolment = models.ForeignKey(
        Enrolment, models.CASCADE, related_name="passages", db_index=False, verbose_name=_("enrolment")
    )
    step_key = models.CharField(_("step"), max_length=32)
    arm_key = models.CharField(_("arm"), max_length=32, blank=True)
    event = models.ForeignKey(
        Event, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("event that ended the wait")
    )
    passed_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("passage of a step")
        verbose_name_plural = _("passages of steps")
        constraints = [models.UniqueConstraint(fields=["enrolment", "step_key"], name="passage_once")]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.step_key}"
