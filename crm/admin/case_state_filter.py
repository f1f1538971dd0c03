from __future__ import annotations

import datetime as dt

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise
from unfold.contrib.filters.admin import DropdownFilter

from crm.models import Case, Shop


class CaseStateFilter(DropdownFilter):  # type: ignore[misc]
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Case]) -> list[tuple[str, str | StrPromise]]:
        return [
            ("waiting", _("waits for us")),
            ("open", _("open")),
            ("unanswered", _("waits for our answer")),
            ("overdue", _("overdue")),
            ("customer", _("waits for the customer")),
            ("held", _("on hold")),
            ("ask", _("ask whether content")),
            ("mine", _("open, mine")),
            ("closed", _("resolved")),
        ]

    def queryset(self, request: HttpRequest, cases: QuerySet[Case]) -> QuerySet[Case]:
        everything = Case.objects.all()
        chosen = {
            "waiting": lambda: everything.waiting(),
            "open": lambda: everything.open(),
            "unanswered": lambda: everything.unanswered(),
            "overdue": lambda: everything.overdue(timezone.now()),
            "customer": lambda: everything.open().exclude(awaits_customer_at=None),
            "held": lambda: everything.open().exclude(held_at=None),
            "ask": lambda: everything.to_ask(
                timezone.now(), dt.timedelta(days=Shop.load().ask_content_days)
            ).order_by(),
            "mine": lambda: everything.open().filter(owner=request.user.pk),
            "closed": lambda: everything.exclude(resolved_at=None),
        }.get(self.value() or "")
        return cases & chosen() if chosen else cases
