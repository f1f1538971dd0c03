from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class ChangeQuerySet(models.QuerySet["Change"]):
    def since(self, transaction: int) -> Self:
        return self.filter(written_in__gte=transaction)


class Change(models.Model):
    """Facts about a customer changed, in this transaction; without a customer: something that concerns everybody.

    Written by triggers on the tables of facts, so that nothing that writes there, COPY included, can be missed.
    No foreign key and nothing unique: writers must not wait for each other here.
    """

    customer_id = models.BigIntegerField(null=True)
    written_in = models.BigIntegerField()

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a customer's facts")
        verbose_name_plural = _("changes of customers' facts")
        # What a refresh has not seen yet, and what all of them have.
        indexes = [models.Index(fields=["written_in"], name="change_by_transaction")]

    def __str__(self) -> str:
        return f"{self.customer_id} @ {self.written_in}"
