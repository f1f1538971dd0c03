"""The sidebar of the admin by the jobs done in it, and its front door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from config.today.page import today_view


@dataclass(frozen=True)
class Item:
    title: StrPromise
    icon: str
    view: str
    permission: str


# What support may look at from a customer's story (touches, letters) has its entries where marketers work.
SECTIONS: tuple[tuple[StrPromise, tuple[Item, ...]], ...] = (
    (
        _("Support"),
        (
            Item(_("Desk"), "support_agent", "desk", "crm.view_case"),
            Item(_("Find a customer"), "person_search", "admin:crm_customer_find", "crm.view_customer"),
            Item(_("Customers"), "contacts", "admin:crm_customer_changelist", "crm.change_customer"),
            Item(_("Cases"), "support", "admin:crm_case_changelist", "crm.view_case"),
            Item(_("Ready answers"), "quickreply", "admin:crm_readyanswer_changelist", "crm.view_readyanswer"),
            Item(_("Letters received"), "inbox", "admin:chains_incomingmail_changelist", "chains.change_incomingmail"),
            Item(_("Check a coupon"), "point_of_sale", "admin:crm_coupon_desk", "crm.change_coupon"),
            Item(_("Staff tasks"), "task_alt", "admin:crm_stafftask_changelist", "crm.view_stafftask"),
            Item(_("Hidden pain"), "sentiment_dissatisfied", "admin:crm_customer_pain", "crm.view_stafftask"),
            Item(_("Jobs"), "handyman", "admin:crm_job_changelist", "crm.view_job"),
            Item(_("Subscriptions"), "autorenew", "admin:crm_subscription_changelist", "crm.view_subscription"),
            Item(
                _("Registered products"),
                "verified",
                "admin:crm_productregistration_changelist",
                "crm.view_productregistration",
            ),
            Item(_("Ratings"), "star", "admin:crm_feedback_changelist", "crm.view_feedback"),
            Item(_("Reviews"), "reviews", "admin:crm_review_changelist", "crm.view_review"),
            Item(_("Possible duplicates"), "group", "admin:crm_mergeproposal_changelist", "crm.view_mergeproposal"),
        ),
    ),
    (
        _("Marketing"),
        (
            Item(_("Chains"), "account_tree", "admin:chains_chain_changelist", "chains.view_chain"),
            Item(_("What we learned"), "science", "admin:chains_experiment_changelist", "chains.view_chain"),
            Item(_("Segments"), "groups", "admin:segments_segment_changelist", "segments.view_segment"),
            Item(_("Templates"), "draft", "admin:chains_messagetemplate_changelist", "chains.view_messagetemplate"),
            Item(_("Surveys"), "quiz", "admin:crm_survey_changelist", "crm.view_survey"),
            Item(_("Check a letter"), "rule", "admin:chains_audit", "chains.change_chain"),
            Item(_("Touches"), "send", "admin:chains_touch_changelist", "chains.view_chain"),
            Item(_("Enrolments"), "route", "admin:chains_enrolment_changelist", "chains.view_chain"),
            Item(_("Sign-up forms"), "how_to_reg", "admin:chains_signupform_changelist", "chains.view_signupform"),
            Item(_("Channels"), "cell_tower", "admin:chains_channelstate_changelist", "chains.view_chain"),
            Item(
                _("Reviews on the site"),
                "rate_review",
                "admin:crm_reviewsettings_changelist",
                "crm.view_reviewsettings",
            ),
            Item(_("Coupons"), "sell", "admin:crm_coupon_changelist", "crm.view_coupon"),
            Item(_("Points"), "toll", "admin:crm_pointsentry_changelist", "crm.view_pointsentry"),
            Item(_("Rules of earning"), "add_task", "admin:crm_earningrule_changelist", "crm.view_earningrule"),
            Item(_("Tiers"), "military_tech", "admin:crm_tier_changelist", "crm.view_tier"),
            Item(
                _("Loyalty settings"), "loyalty", "admin:crm_loyaltysettings_changelist", "crm.change_loyaltysettings"
            ),
            Item(_("Recommendations"), "campaign", "admin:crm_referral_changelist", "crm.view_referral"),
            Item(_("Outbox"), "outbox", "admin:chains_outbox", "chains.view_chain"),
        ),
    ),
    (
        _("Management"),
        (
            Item(_("Dashboard"), "monitoring", "admin:analytics_dashboard", "analytics.view_dashboard"),
            Item(_("Goodwill"), "volunteer_activism", "admin:crm_goodwill_changelist", "crm.view_goodwill"),
            Item(_("Promises"), "handshake", "admin:crm_promise_register", "crm.view_promise"),
            Item(_("Consent ledger"), "fact_check", "admin:crm_consentrecord_changelist", "crm.view_consentrecord"),
            Item(
                _("Privacy requests"), "privacy_tip", "admin:crm_privacyrequest_changelist", "crm.view_privacyrequest"
            ),
            Item(
                _("Certificates of erasure"),
                "delete_history",
                "admin:crm_erasurecertificate_changelist",
                "crm.view_privacyrequest",
            ),
            Item(_("Event log"), "history", "admin:crm_event_changelist", "crm.view_event"),
        ),
    ),
    (
        _("Shop"),
        (
            Item(_("Settings"), "storefront", "admin:crm_shop_changelist", "crm.change_shop"),
            Item(_("Job templates"), "checklist", "admin:crm_jobtemplate_changelist", "crm.change_jobtemplate"),
            Item(_("Companies"), "domain", "admin:crm_company_changelist", "crm.view_company"),
            Item(_("Orders"), "receipt_long", "admin:crm_order_changelist", "crm.view_order"),
            Item(_("Where facts come from"), "input", "admin:crm_source_changelist", "crm.view_source"),
            Item(
                _("Exchange rates"), "currency_exchange", "admin:crm_exchangerate_changelist", "crm.view_exchangerate"
            ),
            Item(_("Webhooks out"), "output", "admin:crm_webhookendpoint_changelist", "crm.view_webhookendpoint"),
            Item(_("Import orders"), "upload_file", "admin:crm_order_import", "crm.import_order"),
            Item(_("Products"), "inventory_2", "admin:crm_product_changelist", "crm.view_product"),
            Item(_("Categories"), "category", "admin:crm_category_changelist", "crm.view_category"),
            Item(_("Staff"), "badge", "admin:auth_user_changelist", "auth.view_user"),
            Item(_("Log-ins"), "login", "admin:axes_accesslog_changelist", "axes.view_accesslog"),
            Item(
                _("Failed log-ins"), "gpp_bad", "admin:axes_accessfailurelog_changelist", "axes.view_accessfailurelog"
            ),
            Item(_("Roles"), "shield_person", "admin:auth_group_changelist", "auth.view_group"),
            Item(
                _("Schedule"),
                "schedule",
                "admin:django_celery_beat_periodictask_changelist",
                "django_celery_beat.view_periodictask",
            ),
        ),
    ),
)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's navigation: only what this person may open, with the deepest matching entry marked."""
    groups = [
        (title, [(item, reverse(item.view)) for item in items if request.user.has_perm(item.permission)])
        for title, items in SECTIONS
    ]
    links = [link for _title, items in groups for _item, link in items]
    here = max((link for link in links if request.path.startswith(link)), key=len, default="")
    if not links:
        return []
    front_door = reverse("admin:index")
    today = {"title": _("Today"), "icon": "today", "link": front_door, "active": request.path == front_door}
    return [{"title": "", "items": [today]}] + [
        {
            "title": title,
            "items": [
                {"title": item.title, "icon": item.icon, "link": link, "active": link == here} for item, link in items
            ],
        }
        for title, items in groups
        if items
    ]


def landing(request: HttpRequest) -> HttpResponseBase:
    """The admin's front door: the day of whoever has a role."""
    return today_view(request) if sidebar(request) else admin.site.index(request)
