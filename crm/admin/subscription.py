"""Subscriptions for colleagues: who has which, and by a button what the customer asks for on the phone."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateFilter
from unfold.decorators import display

from crm.admin.verb_buttons import ReadOnlyAdmin, Verb, VerbAdmin
from crm.figures.wording import money
from crm.models import ProductRegistration, Subscription, SubscriptionRenewal
from crm.subscriptions import subscriptions
from crm.subscriptions.figures import figures_now
from crm.subscriptions.wording import interval_in_words
from crm.timezones import day_of

TONES = {"active": "success", "paused": "warning", "stopped": "default"}


class StateFilter(DropdownFilter):  # type: ignore[misc]
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Subscription]) -> list[tuple[str, StrOrPromise]]:
        return [(status.value, status.label) for status in Subscription.Status]

    def queryset(self, request: HttpRequest, found: QuerySet[Subscription]) -> QuerySet[Subscription]:
        everything = Subscription.objects.all()
        match self.value():
            case Subscription.Status.ACTIVE:
                return found & everything.active()
            case Subscription.Status.PAUSED:
                return found & everything.paused()
            case Subscription.Status.STOPPED:
                return found.exclude(stopped_at=None)
        return found


class TermsForm(forms.Form):
    """What is left empty stays."""

    quantity = forms.IntegerField(label=_("Quantity"), required=False)
    every = forms.IntegerField(label=_("Every"), required=False)
    unit = forms.ChoiceField(label=_("Days or months"), required=False, choices=Subscription.Unit.choices)
    next_on = forms.DateField(label=_("Next on"), required=False)
    date = forms.DateField(required=False)
    until = forms.DateField(label=_("Until"), required=False)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=16)
    words = forms.CharField(label=_("In their own words"), required=False, max_length=500)


class NewSubscriptionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Says in words what the verb would refuse."""

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        customer, product = told.get("customer"), told.get("product")
        if customer and (customer.merged_into_id or customer.erased_at):
            raise ValidationError(_("This customer is no longer here."))
        if customer and product and customer.subscriptions.live().filter(product=product).exists():
            raise ValidationError(_("There is a subscription to %(product)s already."), params={"product": product})
        if told.get("next_on") and told["next_on"] <= day_of(timezone.now()):
            self.add_error("next_on", _("Choose a day from tomorrow on."))
        return told


class RenewalInline(TabularInline):  # type: ignore[misc]
    model = SubscriptionRenewal
    fields = readonly_fields = ("due_on", "quantity", "product", "each", "status", "asked_at", "order")
    extra = 0
    can_delete = False
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[SubscriptionRenewal]:
        return super().get_queryset(request).select_related("product", "order")  # type: ignore[no-any-return]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.display(description=_("price"))
    def each(self, renewal: SubscriptionRenewal) -> str:
        return money(renewal.price)


@admin.register(Subscription)
class SubscriptionAdmin(VerbAdmin):
    form = NewSubscriptionForm
    list_display = ("customer", "product", "quantity", "interval", "next_on", "standing", "started_at")
    list_select_related = ("customer", "product")
    list_filter = (StateFilter, ("stop_reason", ChoicesDropdownFilter), ("next_on", RangeDateFilter))
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("customer__last_name__istartswith", "product__sku__istartswith", "product__name__istartswith")
    search_help_text = _("Last name, SKU or name of the product")
    ordering = ("-pk",)
    actions = None
    autocomplete_fields = ("customer", "product")
    fields = ("customer", "product", ("quantity", "every", "unit"), "next_on")
    inlines = (RenewalInline,)
    change_form_outer_before_template = "crm/admin/subscription_panel.html"
    list_before_template = "crm/admin/subscription_figures.html"

    def verbs(self) -> dict[str, Verb]:
        return {
            "skip": _skip,
            "unskip": _unskip,
            "pause": _pause,
            "resume": _resume,
            "change": _change,
            "stop": _stop,
        }

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """One that is there is changed by its buttons."""
        return ("customer", "product", "quantity", "every", "unit", "next_on") if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> Any:
        return self.inlines if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        extra = {"figures": figures_now(timezone.now())}
        return super().changelist_view(request, extra | (extra_context or {}))  # type: ignore[no-any-return]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        one = self.get_object(request, object_id)
        today = day_of(timezone.now())
        extra = {
            "show_save": False,
            "show_save_and_continue": False,
            "interval": interval_in_words(one.every, one.unit) if one else "",
            "skipped": subscriptions.skipped_on(one, today) if one else None,
            "stop_reasons": [reason for reason in Subscription.StopReason if reason not in OWN_REASONS],
        }
        return super().change_view(request, object_id, form_url, extra | (extra_context or {}))  # type: ignore[no-any-return]

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        told = form.cleaned_data
        terms = {name: told[name] for name in ("quantity", "every", "unit", "next_on")}
        made = subscriptions.subscribe(
            told["customer"], told["product"], at=timezone.now(), by=cast(User, request.user), **terms
        )
        obj.pk = made.pk

    @display(description=_("interval"))
    def interval(self, one: Subscription) -> str:
        return interval_in_words(one.every, one.unit)

    @display(description=_("state"), label=TONES)
    def standing(self, one: Subscription) -> tuple[str, str]:
        return one.status, str(one.status.label)


@admin.register(ProductRegistration)
class ProductRegistrationAdmin(ReadOnlyAdmin):
    list_display = ("registered_at", "customer", "product", "serial", "order", "bought_on", "place")
    list_select_related = ("customer", "product", "order")
    list_filter = (("registered_at", RangeDateFilter),)
    list_filter_submit = True
    ordering = ("-registered_at",)
    show_full_result_count = False
    search_fields = ("serial__istartswith", "order__number__startswith", "product__sku__istartswith")
    search_help_text = _("Serial number, order number or SKU")


OWN_REASONS = (Subscription.StopReason.MERGED, Subscription.StopReason.ERASED)


def _told(request: HttpRequest) -> dict[str, Any]:
    form = TermsForm(request.POST)
    if not form.is_valid():
        raise ValueError(" ".join(str(error) for errors in form.errors.values() for error in errors))
    return form.cleaned_data


def _skip(request: HttpRequest, one: Subscription, at: dt.datetime) -> str:
    date = _told(request)["date"]
    subscriptions.skip(one, at=at, date=date or one.next_on)
    return gettext("Skipped. The dates after it stay as they were.")


def _unskip(request: HttpRequest, one: Subscription, at: dt.datetime) -> str:
    if date := _told(request)["date"]:
        subscriptions.unskip(one, at=at, date=date)
    return gettext("It comes after all.")


def _pause(request: HttpRequest, one: Subscription, at: dt.datetime) -> str:
    subscriptions.pause(one, at=at, until=_told(request)["until"])
    return gettext("The subscription rests.")


def _resume(request: HttpRequest, one: Subscription, at: dt.datetime) -> str:
    subscriptions.resume(one, at=at)
    return gettext("The subscription goes on.")


def _change(request: HttpRequest, one: Subscription, at: dt.datetime) -> str:
    told = _told(request)
    terms = {name: told[name] or None for name in ("quantity", "every", "unit", "next_on")}
    subscriptions.change(one, at=at, **terms)
    return gettext("The subscription is changed.")


def _stop(request: HttpRequest, one: Subscription, at: dt.datetime) -> str:
    told = _told(request)
    if not told["reason"] or told["reason"] in OWN_REASONS:
        raise ValueError(gettext("Choose one of the reasons."))
    subscriptions.stop(one, at=at, reason=told["reason"], words=told["words"])
    return gettext("The subscription has ended.")
