from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import floatformat
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateFilter
from unfold.decorators import display

from crm.admin.export import OrderResource
from crm.admin.import_pages import IntakeMixin
from crm.admin.return_page import return_view
from crm.admin.verb_buttons import Verb, VerbAdmin, colleagues
from crm.models import Milestone, Order, OrderLine
from crm.orders import orders
from crm.orders.correcting import take_back

# The latest moment that came decides, as in Order.status.
LATER = ("cancelled_at", "returned_at", "delivered_at", "shipped_at", "paid_at")
UNDOABLE = ("paid_at", "shipped_at", "delivered_at", "cancelled_at")
TONES = {
    "placed": "info",
    "paid": "info",
    "shipped": "primary",
    "delivered": "success",
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
    list_filter = (StatusFilter, ("placed_at", RangeDateFilter), ("kind", ChoicesDropdownFilter))
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("number__startswith",)
    search_help_text = _("Order number")
    ordering = ("-placed_at",)
    change_form_outer_before_template = "crm/admin/order_panel.html"
    fieldsets = (
        (None, {"fields": ("responsible", "appointment_at", "payment_due_at", "receipt_url")}),
        (_("Money"), {"fields": (("total", "discount"), ("refunded", "currency", "rate"), ("coupon_code", "source"))}),
    )
    readonly_fields = ("total", "discount", "refunded", "currency", "rate", "coupon_code", "source")

    def verbs(self) -> dict[str, Verb]:
        return {
            "pay": _pay,
            "ship": _ship,
            "deliver": _deliver,
            "cancel": _cancel,
            "return": _return,
            "register": _register,
            "promise": _promise,
            "milestone": _milestone,
            "mistake": _mistake,
        }

    def get_urls(self) -> list[URLPattern]:
        page = path("<int:order_id>/return/", self.admin_site.admin_view(return_view), name="crm_order_return")
        return [page, *super().get_urls()]

    def get_inlines(self, request: HttpRequest, obj: Order | None) -> tuple[type[ReadOnlyInline], ...]:
        """Milestones belong to long jobs; most orders have none to show."""
        return (LineInline, MilestoneInline) if obj and obj.milestones.exists() else (LineInline,)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_foreignkey(db_field, request, **colleagues(db_field), **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return super().get_queryset(request).select_related("customer")  # type: ignore[no-any-return]

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


def _pay(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    orders.pay(order, at=_when(request, at))
    return gettext("Marked as paid.")


def _ship(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    orders.ship(order, at=_when(request, at), tracking_number=_posted(request, "tracking_number")[:100])
    return gettext("Marked as shipped.")


def _deliver(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    orders.deliver(order, at=_when(request, at))
    return gettext("Marked as delivered.")


def _cancel(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    orders.cancel(order, at=_when(request, at))
    return gettext("The order is cancelled and no longer counts.")


def _return(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    """The whole rest, or the amount typed in. A second click saw the same sum given back, so it books nothing more."""
    typed = _posted(request, "amount").replace(" ", "").replace(",", ".")
    seen = _posted(request, "refunded")[:20]
    amount = None
    if typed:
        try:
            amount = Decimal(typed)
        except InvalidOperation:
            raise ValueError(gettext("“%(typed)s” is not an amount of money.") % {"typed": typed[:40]}) from None
        if not amount.is_finite() or amount <= 0:
            raise ValueError(gettext("Give an amount above zero, or leave it empty for the whole order."))
    orders.return_goods(order, at=at, amount=amount, key=f"after:{seen}" if typed and seen else "")
    return gettext("The return is booked.")


def _promise(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    to = _moment(_posted(request, "to"))
    if to is None:
        raise ValueError(gettext("Say which day and time is promised now."))
    orders.move_promise(order, to=to, at=at)
    return gettext("The new promise is noted.")


def _milestone(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    name = _posted(request, "name")
    if not name or len(name) > 200:
        raise ValueError(gettext("Name the stage in 1 to 200 characters."))
    orders.reach_milestone(order, name, at=_when(request, at))
    return gettext("The stage is noted.")


def _mistake(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    moment = _posted(request, "moment")
    if moment not in UNDOABLE:
        raise ValueError(gettext("Choose what did not happen."))
    order = take_back(order, moment, at=at)
    if getattr(order, moment):
        raise ValueError(gettext("Somebody told this anew meanwhile: look at the order again."))
    return gettext("Undone: the order stands as if it had not happened.")


def _when(request: HttpRequest, now: dt.datetime) -> dt.datetime:
    """The moment typed beside the button; empty means now."""
    moment = _moment(_posted(request, "at")) or now
    if moment > now:
        raise ValueError(gettext("That moment is still ahead: note it when it has come."))
    return moment


def _moment(typed: str) -> dt.datetime | None:
    try:
        moment = parse_datetime(typed)
    except ValueError:
        moment = None
    if typed and moment is None:
        raise ValueError(gettext("“%(typed)s” is not a day and time.") % {"typed": typed[:40]})
    return timezone.make_aware(moment) if moment and timezone.is_naive(moment) else moment


def _register(request: HttpRequest, order: Order, at: dt.datetime) -> str:
    """The customer says that it is they who have the goods; a second click tells nothing new."""
    line = order.lines.filter(pk=int(typed) if (typed := _posted(request, "line")[:18]).isdecimal() else 0).first()
    if line is None:
        raise ValueError(gettext("Choose which product of the order it is."))
    orders.register_product(line, at=at, serial=_posted(request, "serial"))
    return gettext("The product is registered.")


def _posted(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()
