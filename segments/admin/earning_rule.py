"""For what customers earn points: rules in words, and what orders would earn while one is being written."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from crm.admin.conditional import Cases, conditional
from crm.loyalty.earning_preview import Example, examples
from crm.loyalty.rule_wording import in_words
from crm.models import EarningRule
from crm.shop_currency import shop_currency
from segments.describe import sentence_of
from segments.rule_field import RuleField

Way, Occasion = EarningRule.Way, EarningRule.Occasion
OF_ORDERS = [str(one) for one in EarningRule.OF_ORDERS]
DAY = {"type": "date"}
AMOUNT = Decimal(100)
LARGEST = Decimal(10) ** 9
SHOWN_WHEN: Cases = {
    "points": [{"way": [Way.PER_AMOUNT, Way.FIXED]}],
    "per": [{"way": [Way.PER_AMOUNT]}],
    "times": [{"way": [Way.TIMES]}],
    "category": [{"occasion": OF_ORDERS}],
    "product": [{"occasion": OF_ORDERS}],
    "most_by_order": [{"occasion": OF_ORDERS, "way": [Way.PER_AMOUNT, Way.FIXED]}],
    "most_by_month": [{"way": [Way.PER_AMOUNT, Way.FIXED]}],
}


class EarningRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    audience = RuleField(label=_("Only for customers"), required=False, blank=_("Everybody"))

    class Meta:
        model = EarningRule
        fields = "__all__"  # noqa: DJ007  (the admin names them)
        widgets = {
            "starts_on": UnfoldAdminTextInputWidget(attrs=DAY),
            "ends_on": UnfoldAdminTextInputWidget(attrs=DAY),
        }

    class Media:
        js = (conditional(SHOWN_WHEN),)

    def clean(self) -> dict[str, Any]:
        facts: dict[str, Any] = super().clean() or self.cleaned_data
        for name, words in _mistakes(facts):
            self.add_error(name, words)
        return facts


def _mistakes(facts: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if facts.get("occasion") not in EarningRule.OF_ORDERS:
        if facts.get("way") != Way.FIXED:
            yield "way", _("Only orders have money to count: give a fixed number of points.")
        if facts.get("category") or facts.get("product"):
            yield "category", _("Only orders have goods: leave the category and the product empty.")
    if facts.get("category") and facts.get("product"):
        yield "product", _("Choose a category or a product, not both.")
    if facts.get("starts_on") and facts.get("ends_on") and facts["ends_on"] < facts["starts_on"]:
        yield "ends_on", _("It would end before it begins.")


@admin.register(EarningRule)
class EarningRuleAdmin(ModelAdmin):  # type: ignore[misc]
    form = EarningRuleForm
    list_display = ("name", "words", "audience_words", "standing", "given")
    list_display_links = ("name",)
    list_select_related = ("category", "product")
    autocomplete_fields = ("category", "product")
    search_fields = ("name__icontains",)
    show_full_result_count = False
    ordering = ("-is_on", "pk")
    list_before_template = "segments/admin/earning_rules_intro.html"
    change_form_before_template = "segments/admin/earning_panel.html"
    readonly_fields = ("audience_words",)

    def get_fieldsets(self, request: HttpRequest, obj: EarningRule | None = None) -> Any:
        may_edit = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return (
            (None, {"fields": ("name", "is_on", ("occasion", "way"), ("points", "per"), "times")}),
            (_("For which goods"), {"fields": (("category", "product"),)}),
            (_("When, and for whom"), {"fields": (("starts_on", "ends_on"), self._audience(may_edit))}),
            (_("At most"), {"fields": (("most_by_order", "most_by_month"),)}),
        )

    def _audience(self, may_edit: bool) -> str:
        return "audience" if may_edit else "audience_words"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("preview/", view, name="crm_earningrule_preview"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[EarningRule]:
        rules: QuerySet[EarningRule] = super().get_queryset(request)
        return rules.annotate(given_points=Sum("earnings__points"), occasions=Count("earnings"))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        extra = {"amount": AMOUNT, "currency": shop_currency(), **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)  # type: ignore[no-any-return]

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """What is typed, unsaved, tried on the newest orders."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        pk = request.POST.get("rule", "")
        known = EarningRule.objects.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 19 else None
        form = EarningRuleForm(request.POST, instance=known or EarningRule())
        context: dict[str, Any] = {"currency": shop_currency(), "form": form}
        if form.is_valid():
            rule = form.instance
            context |= {
                "words": in_words(rule),
                "whom": sentence_of(rule.audience),
                "examples": _examples(rule, request),
            }
            context["is_of_orders"] = rule.occasion in EarningRule.OF_ORDERS
        return render(request, "segments/admin/earning_preview.html", context)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was given by it keeps its terms; switched off, it stays to be read."""
        return False

    @display(description=_("rule"))
    def words(self, rule: EarningRule) -> str:
        return in_words(rule)

    @display(description=_("only for customers"))
    def audience_words(self, rule: EarningRule) -> str:
        return sentence_of(rule.audience)

    @display(description=_("state"), label={"on": "success", "ahead": "info", "over": "warning", "off": "default"})
    def standing(self, rule: EarningRule) -> tuple[str, Any]:
        today = timezone.localdate()
        if not rule.is_on:
            return "off", _("off")
        if rule.starts_on and rule.starts_on > today:
            return "ahead", _("ahead")
        return ("over", _("over")) if rule.ends_on and rule.ends_on < today else ("on", _("in force"))

    @display(description=_("points given"), ordering="given_points")
    def given(self, rule: Any) -> str:
        return number_format(rule.given_points or 0, force_grouping=True)


def _examples(rule: EarningRule, request: HttpRequest) -> list[Example]:
    if rule.occasion not in EarningRule.OF_ORDERS:
        return []
    try:
        amount = Decimal(request.POST.get("amount", "").replace(",", ".") or AMOUNT)
    except InvalidOperation:
        amount = AMOUNT
    if not amount.is_finite() or not 0 <= amount < LARGEST:
        amount = AMOUNT
    found = examples(rule, amount, timezone.now())
    may_see = request.user.has_perm("crm.view_order")
    return [one for one in found if one.order is None or may_see]
