from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.choices import database_checks_choices


@database_checks_choices
class ColumnMapping(models.Model):
    """What staff said about the columns of one shape of file, for the next file of that shape.

    `meanings` has one of `crm.intake.files.header` for each column, in the order of the file.
    """

    class DecimalMark(models.TextChoices):
        UNKNOWN = "", _("as other values of the column tell")
        POINT = ".", _("a point: 1,299.50")
        COMMA = ",", _("a comma: 1.299,50")

    kind = models.CharField(_("kind"), max_length=16)
    fingerprint = models.CharField(_("fingerprint of the header"), max_length=64)
    meanings = ArrayField(models.CharField(max_length=100, blank=True), verbose_name=_("meaning of each column"))
    decimal_mark = models.CharField(
        _("before decimals"), max_length=8, choices=DecimalMark.choices, blank=True, default=DecimalMark.UNKNOWN
    )
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("meaning of columns")
        verbose_name_plural = _("meanings of columns")
        # Whoever may import says what columns mean: there is no page of its own.
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "fingerprint"], name="column_mapping_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {', '.join(filter(None, self.meanings))}"
