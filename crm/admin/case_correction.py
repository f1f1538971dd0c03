"""What a case is about can be corrected on its page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from crm.admin.complaint_form import orders_of
from crm.models import Case


def correctable(field: Any, case: Case) -> None:
    """The field of its order offers those of its customer, and nothing beside them."""
    field.queryset = orders_of(case.customer)
    for name in ("can_add_related", "can_change_related", "can_delete_related", "can_view_related"):
        setattr(field.widget, name, False)


def consequence_of(case: Case) -> str:
    if case.kind == Case.Kind.COMPLAINT:
        return _("It is a complaint now: marketing to this customer stops until it is resolved.")
    return _("It is a question now: it does not stop marketing to this customer.")
