from __future__ import annotations

from django.db import models

from crm.models import Customer


class Letter(models.Model):
    """An email that was sent, as far as it can be known whether it was read: a view of touches.

    In a rehearsal it shows only what was really sent by then: what is rehearsed reaches nobody who could read it.
    """

    customer = models.ForeignKey(Customer, models.DO_NOTHING, related_name="+")
    sent_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "chains_letter"

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.sent_at}"
