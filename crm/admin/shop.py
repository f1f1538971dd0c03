from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminColorInputWidget,
)

from crm.admin.channel_order import ChannelOrderField
from crm.admin.history import HistoryAdmin
from crm.models import Shop


def quiet_weekdays_field(db_field: Any) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=capfirst(db_field.verbose_name),
        choices=Shop.Weekday.choices,
        coerce=int,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


@admin.register(Shop)
class ShopAdmin(HistoryAdmin, ModelAdmin):  # type: ignore[misc]
    """One row, one page."""

    fieldsets = (
        (
            _("The shop in its letters"),
            {
                "fields": ("name", "site_url", "support_contact", "postal_address", "review_url", "brand_color"),
                "description": _("Shown to customers. Without a support contact no chain can be published."),
            },
        ),
        (
            _("The customer's own page"),
            {
                "fields": ("page_link_days", "repeat_by", "cart_url", "carrier_links"),
                "description": _(
                    "Every letter links to it: orders with their parcels, warranty and instructions, the same again, "
                    "subscriptions, points, questions to you. The customer needs no password."
                ),
            },
        ),
        (
            _("Sending"),
            {
                "fields": ("sender_address", "reply_address", "phone_country"),
                "description": _("An answer to any letter goes to the reply address. People before robots: read it."),
            },
        ),
        (
            _("How often"),
            {
                "fields": ("weekly_cap", ("less_cap", "unread_letters"), "more_cap"),
                "description": _(
                    "Never a nuisance: every touch counts, by whatever channel and for whatever reason. Service goes "
                    "out in any case; marketing waits for room, of several chains the one of higher priority first, "
                    "and is dropped when it has become too late to be useful. Numbers for single segments are below."
                ),
            },
        ),
        (
            _("At what time"),
            {
                "fields": (("quiet_from", "quiet_until"), "quiet_weekdays"),
                "description": _(
                    "Quiet hours count in each customer's own time zone. Messages due then wait until they end; only "
                    "an answer to what the customer has just done themselves goes out at once. "
                    "The same time twice means no quiet hours. Hours of single channels are below."
                ),
            },
        ),
        (
            _("By which channel"),
            {
                "fields": ("channel_order",),
                "description": _(
                    "Where the preferred channel cannot reach a customer, because there is no address, no consent, a "
                    "provider that does not answer or a quiet hour, the next one is tried."
                ),
            },
        ),
        (
            _("People before robots, service before selling"),
            {
                "fields": ("complaint_cooldown_days", "rest_days", "useful_share"),
                "description": _(
                    "An open complaint or a bad mood stops marketing by itself, and so does an order that is on its "
                    "way. Neither can be switched off."
                ),
            },
        ),
        (
            _("How often customers are asked"),
            {
                "fields": ("survey_days",),
                "description": _(
                    "Counted from the sending of the last question of any kind. A message that is only a question is "
                    "then not sent, or goes without it where its block says so; it does not wait. Nobody is asked "
                    "while a complaint of theirs is open."
                ),
            },
        ),
        (
            _("How soon complaints are answered"),
            {
                "fields": (("answer_hours_high", "answer_hours_normal", "answer_hours_low"),),
                "description": _(
                    "A complaint nobody named a time for has to be answered within so many hours, by its severity. "
                    "The queue of support is kept in this order: the urgent first, then by the time promised."
                ),
            },
        ),
        (
            _("When the shop works"),
            {
                "fields": (
                    "keeps_working_hours",
                    ("hours_monday", "hours_tuesday"),
                    ("hours_wednesday", "hours_thursday"),
                    ("hours_friday", "hours_saturday"),
                    "hours_sunday",
                    "holidays",
                    ("ask_content_days", "silent_days"),
                ),
                "description": _(
                    "In the shop's own time zone, e.g. 9:00-18:00 or 9-13, 14-18; 24:00 is midnight, 22-6 lasts until "
                    "the next morning, and empty is closed. Hours that begin on a holiday fall out."
                ),
            },
        ),
        (
            _("Questions, ready answers and goodwill"),
            {
                "fields": (
                    "bot_answers",
                    "human_words",
                    "asks_if_content",
                    ("goodwill_points", "goodwill_percent", "goodwill_amount"),
                ),
                "description": _(
                    "The bot answers a question at most once and then leaves it to people. What an agent may give at "
                    "once, and a customer in goodwill within 90 days, is limited here; their role decides who may "
                    "exceed it."
                ),
            },
        ),
        (
            _("What comes back"),
            {
                "fields": (
                    "urgent_words",
                    "complaint_words",
                    "praise_words",
                    "return_words",
                    "thanks_for_ratings",
                    ("soft_bounces", "soft_bounce_days"),
                    ("spam_warn_percent", "spam_stop_percent", "spam_stop_least"),
                ),
                "description": _(
                    "A reply opens a case, a question unless your words say otherwise. Addresses that letters come "
                    "back from are given up, and marketing letters stop before mailbox providers lock the shop out."
                ),
            },
        ),
        (
            _("How things are counted"),
            {
                "fields": (
                    "lapse_days",
                    "repeat_window_days",
                    "low_rating",
                    ("click_window_days", "delivery_window_days"),
                    "niche",
                ),
                "description": _("These change the figures and the segments from the next count on."),
            },
        ),
    )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "brand_color":
            kwargs["widget"] = UnfoldAdminColorInputWidget()
        if db_field.name == "channel_order":
            return ChannelOrderField(label=capfirst(db_field.verbose_name), help_text=db_field.help_text)
        if db_field.name == "quiet_weekdays":
            return quiet_weekdays_field(db_field)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:crm_shop_change", args=[Shop.load().pk]))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        extra = {"title": _("Shop settings"), "show_save_and_add_another": False, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)  # type: ignore[no-any-return]

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        self.message_user(request, _("The settings are saved."))
        return HttpResponseRedirect(reverse("admin:crm_shop_change", args=[obj.pk]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
