from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import floatformat
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from crm.admin import order_verbs
from crm.admin.correct_order import correct_view
from crm.admin.day_range_filter import DayRangeFilter
from crm.admin.export import OrderResource
from crm.admin.import_pages import IntakeMixin
from crm.admin.order_buttons import MISTAKES, buttons, mistakes
from crm.admin.order_job import begin, job_context
from crm.admin.refused import keep_refused, pop_refused
from crm.admin.return_page import return_view
from crm.admin.verb_buttons import Verb, VerbAdmin, colleagues
from crm.customers.search import numbered
from crm.models import Milestone, Order, OrderLine, StaffTask
from crm.orders import orders
from crm.shop_currency import shop_currency

# The latest moment that came decides, as in Order.status.
LATER = ("cancelled_at", "returned_at", "delivered_at", "shipped_at", "paid_at")
TONES = {
    "placed": "info",
    "paid": "info",
    "shipped": "primary",
    "delivered": "success",
    "partly_returned": "warning",
    "returned": "warning",
    "cancelled": "danger",
}


class StatusFilter(DropdownFilter):  # type: ignore[misc]
    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Order]) -> list[tuple[str, str | StrPromise]]:
        return [(status.value, status.label) for status in Order.Status]

    def queryset(self, request: HttpRequest, found: QuerySet[Order]) -> QuerySet[Order]:
        status = self.value()
        if status not in Order.Status.values:
            return found
        if status == Order.Status.RETURNED:
            return found.counted().given_back()  # type: ignore[attr-defined, no-any-return]
        if status == Order.Status.PARTLY_RETURNED:
            return found.kept().filter(returned_at__isnull=False)  # type: ignore[attr-defined, no-any-return]
        moment = f"{status}_at"
        later = LATER[: LATER.index(moment)] if moment in LATER else LATER
        return found.filter(**{f"{moment}__isnull": False}, **dict.fromkeys(later))


class ReadOnlyInline(TabularInline):  # type: ignore[misc]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class LineInline(ReadOnlyInline):
    model = OrderLine
    fields = readonly_fields = ("product", "bought", "each", "cost_of_each", "came_back")
    verbose_name_plural = _("order lines")
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderLine]:
        return super().get_queryset(request).select_related("product")  # type: ignore[no-any-return]

    @display(description=_("quantity"))
    def bought(self, line: OrderLine) -> str:
        return floatformat(line.quantity, "-3g")

    @display(description=_("price"))
    def each(self, line: OrderLine) -> str:
        return number_format(line.price, 2, force_grouping=True)

    @display(description=_("cost"), empty_value="—")
    def cost_of_each(self, line: OrderLine) -> str | None:
        return None if line.cost is None else number_format(line.cost, 2, force_grouping=True)

    @display(description=_("returned"))
    def came_back(self, line: OrderLine) -> str:
        return floatformat(line.returned_quantity, "-3g")


class MilestoneInline(ReadOnlyInline):
    model = Milestone
    fields = ("name", "reached_at")
    hide_title = True


@admin.register(Order)
class OrderAdmin(IntakeMixin, VerbAdmin):
    intake = "orders"
    resource_classes = (OrderResource,)
    list_display = ("number", "shown_status", "customer", "total", "currency", "placed_at", "delivered_at")
    list_select_related = ("customer",)
    list_filter = (StatusFilter, ("placed_at", DayRangeFilter), ("kind", ChoicesDropdownFilter))
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("number__startswith",)
    search_help_text = _("Order number")
    ordering = ("-placed_at",)
    change_form_outer_before_template = "crm/admin/order_panel.html"
    fieldsets = (
        (None, {"fields": ("responsible", "appointment_at", "payment_due_at", "receipt_url")}),
        (_("Money"), {"fields": (("total", "discount"), ("refunded", "currency_and_rate"), ("coupon_code", "source"))}),
    )
    readonly_fields = ("total", "discount", "refunded", "currency_and_rate", "coupon_code", "source")

    @display(description=_("currency"))
    def currency_and_rate(self, order: Order) -> str:
        """In the shop's own there is nothing to convert."""
        if order.currency == shop_currency():
            return order.currency
        told = {"currency": order.currency, "rate": f"{order.rate.normalize():f}", "own": shop_currency()}
        return _("%(currency)s (1 = %(rate)s %(own)s)") % told

    def verbs(self) -> dict[str, Verb]:
        return {
            "pay": order_verbs.pay,
            "ship": order_verbs.ship,
            "deliver": order_verbs.deliver,
            "cancel": order_verbs.cancel,
            "register": order_verbs.register,
            "promise": order_verbs.promise,
            "milestone": order_verbs.milestone,
            "mistake": order_verbs.mistake,
            "not-returned": order_verbs.not_returned,
            "not-reached": order_verbs.not_reached,
            "job": begin,
        }

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:order_id>/return/", wrap(return_view), name="crm_order_return"),
            path("<int:order_id>/correct/", wrap(correct_view), name="crm_order_correct"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        order = self.get_object(request, object_id)
        extra = _panel(request, order) if order and self.has_change_permission(request, order) else {}
        if order:
            extra["parcel"] = StaffTask.objects.for_the_parcel().filter(order=order)
            extra |= job_context(request, order)
            extra["may_task"] = request.user.has_perms(["crm.view_customer", "crm.change_stafftask"])
        return super().change_view(request, object_id, form_url, extra | (extra_context or {}))  # type: ignore[no-any-return]

    def refuse(self, request: HttpRequest, subject: Model, name: str, why: str) -> None:
        keep_refused(request, subject, name, why)

    def get_inlines(self, request: HttpRequest, obj: Order | None) -> tuple[type[ReadOnlyInline], ...]:
        """Milestones belong to long jobs; most orders have none to show."""
        return (LineInline, MilestoneInline) if obj and obj.milestones.exists() else (LineInline,)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_foreignkey(db_field, request, **colleagues(db_field), **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        return (numbered(queryset, search_term) if search_term else queryset), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """With lines: they tell how much was returned."""
        return super().get_queryset(request).select_related("customer").prefetch_related("lines")  # type: ignore[no-any-return]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Orders come from the shop, from a file, or are placed by staff on their customer's page."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """An order that is not to be is cancelled."""
        return False

    def save_model(self, request: HttpRequest, obj: Order, form: Any, change: bool) -> None:
        """An appointment or a payment that moves is an event: what waits for it moves along."""
        appointment_at, obj.appointment_at = obj.appointment_at, form.initial.get("appointment_at")
        payment_due_at, obj.payment_due_at = obj.payment_due_at, form.initial.get("payment_due_at")
        super().save_model(request, obj, form, change)
        now = timezone.now()
        orders.move_appointment(obj, to=appointment_at, at=now)
        orders.move_payment(obj, to=payment_due_at, at=now)

    @display(description=_("status"), label=TONES)
    def shown_status(self, order: Order) -> tuple[str, object]:
        return order.status.value, order.status.label


def _panel(request: HttpRequest, order: Order) -> dict[str, Any]:
    """Why a button was refused stands beside it, or above the page where it is gone meanwhile."""
    refused, offered = pop_refused(request, order), list(buttons(order))
    refused["is_mistake"] = refused.get("verb") in MISTAKES
    if "why" in refused and not refused["is_mistake"] and refused["verb"] not in {button.verb for button in offered}:
        messages.error(request, refused["why"])
    return {"buttons": offered, "mistakes": list(mistakes(order)), "refused": refused}
