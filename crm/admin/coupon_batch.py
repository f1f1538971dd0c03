"""Batches of coupons: to be printed, or one code for everybody; what became of each."""

from __future__ import annotations

import csv
import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from crm.admin.conditional import conditional
from crm.admin.coupon import short_day
from crm.admin.coupon_terms_form import SHOWN_WHEN, fitting, terms_mistakes
from crm.admin.verb_buttons import Verb, VerbAdmin
from crm.loyalty.coupon_batches import MOST_PRINTED, codes, end_batch, fill_batch, report
from crm.loyalty.coupon_codes import normalise
from crm.loyalty.coupon_conditions import last_day
from crm.loyalty.coupon_wording import in_short
from crm.models import Coupon, CouponBatch, Shop
from crm.shop_currency import shop_currency
from crm.timezones import day_of, start_of

SHORTEST = 4
DAY = {"type": "date"}
TERMS = (
    "name",
    ("most", "code"),
    ("kind", "value"),
    "gift",
    ("category", "product"),
    "minimum",
    ("is_for_first_order", "is_alone"),
    ("starts_on", "ends_on"),
)


class CouponBatchForm(forms.ModelForm):  # type: ignore[type-arg]
    starts_on = forms.DateField(
        label=_("Good from"), required=False, widget=UnfoldAdminTextInputWidget(attrs=DAY), help_text=_("Empty: now.")
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs=DAY),
        help_text=_("Empty: without end."),
    )

    class Meta:
        model = CouponBatch
        fields = "__all__"  # noqa: DJ007  (the admin names them)

    class Media:
        js = (conditional(SHOWN_WHEN),)

    def clean_code(self) -> str | None:
        typed = self.cleaned_data["code"]
        if not typed:
            return None
        code = normalise(typed)
        if len(code) < SHORTEST or not code.replace("-", "").isalnum():
            raise forms.ValidationError(_("At least four letters or digits."))
        if Coupon.objects.filter(code=code).exists():
            raise forms.ValidationError(_("A coupon has this code already: choose another."))
        return code

    def clean(self) -> dict[str, Any]:
        facts = fitting(super().clean() or self.cleaned_data)
        starts, ends = facts.get("starts_on"), facts.get("ends_on")
        facts["starts_at"] = start_of(starts) if starts else None
        facts["expires_at"] = start_of(ends + dt.timedelta(days=1)) if ends else None
        for name, words in terms_mistakes(facts):
            self.add_error(name, words)
        if not facts.get("code") and (facts.get("most") or 0) > MOST_PRINTED:
            self.add_error("most", gettext("At most %(most)s coupons a batch.") % {"most": MOST_PRINTED})
        self.instance.starts_at, self.instance.expires_at = facts["starts_at"], facts["expires_at"]
        return facts


@admin.register(CouponBatch)
class CouponBatchAdmin(VerbAdmin):
    form = CouponBatchForm
    list_display = ("name", "shown_code", "offer", "most", "used", "last_day", "made_on")
    list_select_related = ("category", "product")
    autocomplete_fields = ("category", "product")
    search_fields = ("name__icontains", "code__istartswith")
    ordering = ("-made_at",)
    show_full_result_count = False
    fields = TERMS
    change_form_outer_before_template = "crm/admin/coupon_batch_panel.html"

    def verbs(self) -> dict[str, Verb]:
        return {"end": _end}

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:batch_id>/print/", wrap(self.print_view), name="crm_couponbatch_print"),
            path("<int:batch_id>/codes.csv", wrap(self.codes_view), name="crm_couponbatch_codes"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CouponBatch]:
        batches: QuerySet[CouponBatch] = super().get_queryset(request)
        return batches.annotate(used_count=Count("coupons", filter=Q(coupons__redeemed_at__isnull=False)))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        extra: dict[str, Any] = dict(extra_context or {})
        batch = CouponBatch.objects.filter(pk=object_id).first() if object_id and object_id.isdecimal() else None
        if batch:
            extra |= {"report": report(batch, timezone.now()), "offer": in_short(batch), "currency": shop_currency()}
            extra["last_day"] = last_day(batch.expires_at) if batch.expires_at else None
        return super().changeform_view(request, object_id, form_url, extra)  # type: ignore[no-any-return]

    def get_readonly_fields(self, request: HttpRequest, obj: CouponBatch | None = None) -> tuple[str, ...]:
        """What was promised is not changed afterwards; a batch that was a mistake is ended."""
        return () if obj is None else ("most", "code", "kind", "value", "gift", "category", "product", "minimum")

    def get_fields(self, request: HttpRequest, obj: CouponBatch | None = None) -> Any:
        return TERMS if obj is None else ("name",)

    def get_form(self, request: HttpRequest, obj: CouponBatch | None = None, **kwargs: Any) -> Any:
        if obj is not None:
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, **kwargs)

    def save_model(self, request: HttpRequest, obj: CouponBatch, form: Any, change: bool) -> None:
        if not change:
            obj.made_by_id = request.user.pk
            obj.value, obj.gift, obj.minimum = (form.cleaned_data[name] for name in ("value", "gift", "minimum"))
        super().save_model(request, obj, form, change)
        if not change:
            fill_batch(obj)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return self.response_post_save_change(request, obj)

    def print_view(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        """For A4: ten on a sheet, to be cut."""
        batch = self._batch(request, batch_id)
        context = {
            "batch": batch,
            "offer": in_short(batch),
            "last_day": last_day(batch.expires_at) if batch.expires_at else None,
            "codes": [batch.code] * 10 if batch.code else list(codes(batch)),
            "shop": Shop.load(),
            "back": reverse("admin:crm_couponbatch_change", args=[batch.pk]),
        }
        return TemplateResponse(request, "crm/admin/coupon_sheet.html", context)

    def codes_view(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        batch = self._batch(request, batch_id)
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="coupons-{batch.pk}.csv"'
        writer = csv.writer(response)
        writer.writerow(["code"])
        writer.writerows([code] for code in ([batch.code] if batch.code else codes(batch)))
        return response

    def _batch(self, request: HttpRequest, batch_id: int) -> CouponBatch:
        """Codes are as good as money: whoever makes batches sees them."""
        batch = get_object_or_404(CouponBatch.objects.select_related("category", "product"), pk=batch_id)
        if not self.has_add_permission(request):
            raise PermissionDenied
        return batch

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("code"), ordering="code")
    def shown_code(self, batch: CouponBatch) -> str:
        return batch.code or gettext("printed")

    @display(description=_("offer"))
    def offer(self, batch: CouponBatch) -> str:
        return in_short(batch)

    @display(description=_("used"), ordering="used_count")
    def used(self, batch: Any) -> int:
        return int(batch.used_count)

    @display(description=_("last day"), ordering="expires_at")
    def last_day(self, batch: CouponBatch) -> str | None:
        if batch.ended_at:
            return gettext("ended")
        return short_day(last_day(batch.expires_at)) if batch.expires_at else None

    @display(description=_("made"), ordering="made_at")
    def made_on(self, batch: CouponBatch) -> str:
        return short_day(day_of(batch.made_at))


def _end(request: HttpRequest, batch: CouponBatch, at: dt.datetime) -> str:
    end_batch(batch, at)
    return gettext("Nothing of this batch is good any more; what was used stays used.")
