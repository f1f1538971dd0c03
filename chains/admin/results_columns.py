"""What each chain brought lately, in the list of chains: the one that brought most comes first."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import PAGE_VAR
from django.db.models import DecimalField, F, FloatField, IntegerField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.views import ChangeList

from chains.models import Chain, ResultsOfDay
from crm.figures.wording import money, number, percent
from crm.timezones import day_of

DAYS = 30
ORDERED = F("ordered_by_click") + F("ordered_by_delivery")
REVENUE = F("revenue_by_click") + F("revenue_by_delivery")


def with_results(chains: QuerySet[Chain], today: dt.date) -> QuerySet[Chain]:
    """Chains with what they sent in the last thirty days, and what that brought."""
    rows = ResultsOfDay.objects.filter(chain=OuterRef("pk"), segment=None, day__gt=today - dt.timedelta(days=DAYS))
    of_steps = rows.exclude(step_key="").order_by().values("chain")

    def total(what: Any, kind: Any) -> Coalesce:
        summed = of_steps.annotate(total=Sum(what, output_field=kind)).values("total")
        return Coalesce(Subquery(summed), Value(0), output_field=kind)

    whole, cents = IntegerField(), DecimalField(max_digits=18, decimal_places=2)
    counted = chains.annotate(
        lately_sent=total(F("sent"), whole),
        lately_delivered=total(F("delivered"), whole),
        lately_clicked=total(F("clicked"), whole),
        lately_ordered=total(ORDERED, whole),
        lately_revenue=total(REVENUE, cents),
    )
    delivered = NullIf(Cast("lately_delivered", FloatField()), 0.0)
    return counted.annotate(
        lately_clicked_share=F("lately_clicked") / delivered,
        lately_per_recipient=Cast("lately_revenue", FloatField()) / delivered,
    )


class KindFilter(SimpleListFilter):
    """Chains that run on, messages sent once, stopped or not, and what is archived, apart; a search finds all."""

    title = _("what")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("once", _("one-off messages")), ("archived", _("archived")), ("all", _("everything"))]

    def choices(self, changelist: Any) -> Any:
        yield self._choice(changelist, "", _("chains"))
        for value, label in self.lookup_choices:
            yield self._choice(changelist, value, label)

    def _choice(self, changelist: Any, value: str, label: Any) -> dict[str, Any]:
        query = changelist.get_query_string({self.parameter_name: value} if value else {}, ["p", self.parameter_name])
        return {"selected": (self.value() or "") == value, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Chain]) -> QuerySet[Chain]:
        match self.value():
            case "once":
                return queryset.filter(trigger=Chain.Trigger.MOMENT)
            case "archived":
                return queryset.filter(status=Chain.Status.ARCHIVED).exclude(trigger=Chain.Trigger.MOMENT)
            case None if not request.GET.get("q") and "status__exact" not in request.GET:
                return queryset.exclude(trigger=Chain.Trigger.MOMENT).exclude(status=Chain.Status.ARCHIVED)
        return queryset


class ChainList(ChangeList):  # type: ignore[misc]
    """Begins with the chain that brought most; what is kept apart is a tab each."""

    def _get_default_ordering(self) -> list[str]:
        return ["-lately_revenue", "priority"]

    def kinds(self) -> list[dict[str, Any]]:
        return [choice for spec in self.filter_specs if isinstance(spec, KindFilter) for choice in spec.choices(self)]

    @property
    def chosen(self) -> list[str]:
        """What is listed, in words: the tab, the status, what was searched for."""
        tab = next(str(kind["display"]) for kind in self.kinds() if kind["selected"])
        status = self.params.get("status__exact", "")
        return [one for one in (tab, str(dict(Chain.Status.choices).get(status, "")), self.query) if one]

    @property
    def days(self) -> int:
        return DAYS

    @property
    def download(self) -> str:
        """Where the rows that are listed now come as a file."""
        query: str = self.get_query_string(remove=[PAGE_VAR])
        return f"{reverse('admin:chains_results_file')}{query}"


class ResultColumns:
    """Columns of the last thirty days, for a list whose rows `with_results` counted."""

    RESULTS = ("shown_sent", "shown_clicked", "shown_ordered", "shown_revenue", "shown_per_recipient")

    @display(description=_("sent"), ordering="lately_sent")
    def shown_sent(self, chain: Any) -> str:
        return number(chain.lately_sent or None)

    @display(description=_("clicked"), ordering="lately_clicked_share")
    def shown_clicked(self, chain: Any) -> str:
        return percent(chain.lately_clicked_share)

    @display(description=_("orders"), ordering="lately_ordered")
    def shown_ordered(self, chain: Any) -> str:
        return number(chain.lately_ordered or None)

    @display(description=_("revenue"), ordering="lately_revenue")
    def shown_revenue(self, chain: Any) -> str:
        return money(chain.lately_revenue or None)

    @display(description=_("per recipient"), ordering="lately_per_recipient")
    def shown_per_recipient(self, chain: Any) -> str:
        return money(chain.lately_per_recipient or None)


def today() -> dt.date:
    return day_of(timezone.now())
