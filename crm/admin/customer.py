from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.views.main import ORDER_VAR
from django.contrib.auth.models import User
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Exists, F, Func, Model, OuterRef, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from crm.admin.caller import caller_view
from crm.admin.channel_order import ChannelOrderField
from crm.admin.consent_form import consent_view
from crm.admin.contact_form import ContactForm, ContactFormSet, save_contacts, shared_with
from crm.admin.customer_filters import CityFilter, OpenComplaintFilter, SourceFilter, StageFilter, TagFilter
from crm.admin.customer_loyalty import loyalty_do_view, loyalty_view, undo_view
from crm.admin.customer_notes import note_view
from crm.admin.customer_page import complaint_view, mood_view, page_view, url_of
from crm.admin.export import CustomerResource
from crm.admin.find import find_view
from crm.admin.hidden_pain import hidden_pain_view
from crm.admin.history import HistoryAdmin
from crm.admin.import_pages import IntakeMixin
from crm.admin.new_customer import new_customer_view
from crm.admin.new_order import new_order_view
from crm.admin.new_task import new_task_view
from crm.admin.order_lines import products_view
from crm.admin.privacy import erase_view, export_view
from crm.admin.tag_form import TagActionForm
from crm.customers import dates, profiles
from crm.customers.merge import propose
from crm.customers.search import find_customers
from crm.customers.tags import add_tag, remove_tag
from crm.models import Case, Contact, Customer

AUTOCOMPLETE_SHOWN = 50


class ContactInline(TabularInline):  # type: ignore[misc]
    model = Contact
    form = ContactForm
    formset = ContactFormSet
    fields = ("channel", "address", "state", "marketing_consent", "service_consent")
    readonly_fields = ("marketing_consent", "service_consent")
    extra = 0
    verbose_name_plural = _("ways to reach this customer")


@admin.register(Customer)
class CustomerAdmin(IntakeMixin, HistoryAdmin, ModelAdmin):  # type: ignore[misc]
    intake = "customers"
    resource_classes = (CustomerResource,)
    list_display = ("shown_name", "city", "orders_count", "revenue", "last_order_at", "state", "shown_tags")
    list_select_related = ("stats",)
    autocomplete_fields = ("company",)
    list_filter = (StageFilter, OpenComplaintFilter, TagFilter, CityFilter, SourceFilter)
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-pk",)
    search_fields = ("last_name",)
    search_help_text = _("Name, email, phone or order number")
    actions = ("add_tag", "remove_tag")
    action_form = TagActionForm
    inlines = (ContactInline,)
    fieldsets = (
        (None, {"fields": (("first_name", "last_name"), ("born_on", "city"), ("language", "time_zone"))}),
        (
            _("Where they live and work"),
            {
                "fields": (
                    ("address", "postal_code"),
                    ("region", "country"),
                    ("company", "job_title"),
                )
            },
        ),
        (_("What they want to hear"), {"fields": ("frequency", "channel_order")}),
        (_("In the shop"), {"fields": (("external_id", "source"), "tags", "notes")}),
    )

    def get_urls(self) -> list[URLPattern]:
        """The customer's own page stands where the edit form usually does, so every link to a customer leads to it."""
        wrap = self.admin_site.admin_view
        return [
            path("find/", wrap(find_view), name="crm_customer_find"),
            path("new/", wrap(new_customer_view), name="crm_customer_new"),
            path("hidden-pain/", wrap(hidden_pain_view), name="crm_customer_pain"),
            path("caller/", wrap(caller_view), name="crm_customer_caller"),
            path("products/", wrap(products_view), name="crm_customer_products"),
            path("<int:customer_id>/order/", wrap(new_order_view), name="crm_customer_order"),
            path("<int:customer_id>/task/", wrap(new_task_view), name="crm_customer_task"),
            path("<int:customer_id>/consent/", wrap(consent_view), name="crm_customer_consent"),
            path("<int:customer_id>/change/", wrap(page_view), name="crm_customer_change"),
            path("<int:customer_id>/complaint/", wrap(complaint_view), name="crm_customer_complaint"),
            path("<int:customer_id>/person/", wrap(export_view), name="crm_customer_person"),
            path("<int:customer_id>/erase/", wrap(erase_view), name="crm_customer_erase"),
            path("<int:customer_id>/loyalty/", wrap(loyalty_view), name="crm_customer_loyalty"),
            path("<int:customer_id>/loyalty/<slug:act>/", wrap(loyalty_do_view), name="crm_customer_loyalty_act"),
            path("<int:customer_id>/undo-points/<int:entry_id>/", wrap(undo_view), name="crm_customer_undo_points"),
            path("<int:customer_id>/mood/", wrap(mood_view), name="crm_customer_mood"),
            path("<int:customer_id>/note/", wrap(note_view), name="crm_customer_note"),
            path("<path:object_id>/edit/", wrap(self.change_view), name="crm_customer_edit"),
            *super().get_urls(),
        ]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "language":
            languages = [("", _("the language of the shop")), *settings.LANGUAGES]
            kwargs["widget"] = UnfoldAdminSelectWidget(choices=languages)
            return db_field.formfield(**kwargs, help_text="")
        if db_field.name == "channel_order":
            label, words = capfirst(db_field.verbose_name), db_field.help_text
            return ChannelOrderField(label=label, help_text=words, required=False)
        if db_field.name == "tags":
            kwargs |= {"widget": UnfoldAdminTextInputWidget(), "help_text": _("Separated by commas.")}
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        complaint = Case.objects.open().complaints().filter(customer=OuterRef("pk"))
        return Customer.objects.current().annotate(has_open_complaint=Exists(complaint))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        if not search_term:
            return queryset, False
        ids = [customer.pk for customer in find_customers(search_term, limit=AUTOCOMPLETE_SHOWN)]
        found = queryset.filter(pk__in=ids)
        if ORDER_VAR in request.GET:
            return found, False
        nearest_first = Value(ids, output_field=ArrayField(BigIntegerField()))
        return found.order_by(Func(nearest_first, F("pk"), function="array_position")), False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A customer with a history is merged or erased, never deleted."""
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Staff add customers on a page of its own, where their addresses are checked."""
        return False

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        """Chains may wait for a birthday, so a changed birth date becomes an event."""
        before = dates.dates_by_name(form.initial.get("born_on"), obj.attributes)
        profiles.note(obj, profiles.columns_of_sources(form.changed_data), timezone.now())
        super().save_model(request, obj, form, change)
        dates.record_changes({obj.pk: before}, {obj.pk: dates.dates_of(obj)}, timezone.now())

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        typed = save_contacts(form.instance, formset, at=timezone.now(), by=cast("User", request.user))
        for other in shared_with(form.instance, typed):
            link = format_html('<a class="enc-link" href="{}">{}</a>', url_of(other.pk), other)
            words = gettext(
                "{} has this address too. If they are one person, merge them among the possible duplicates."
            )
            messages.warning(request, format_html(words, link))
            propose(form.instance, other, reason=gettext("they have one address"), at=timezone.now())

    @display(description=_("customer"), ordering="last_name")
    def shown_name(self, customer: Customer) -> str:
        return str(customer)

    @display(description=_("orders"), ordering="stats__orders_count")
    def orders_count(self, customer: Customer) -> int:
        stats = getattr(customer, "stats", None)
        return stats.orders_count if stats else 0

    @display(description=_("revenue"), ordering="stats__revenue")
    def revenue(self, customer: Customer) -> Any:
        return getattr(getattr(customer, "stats", None), "revenue", None)

    @display(description=_("last order"), ordering="stats__last_order_at")
    def last_order_at(self, customer: Customer) -> Any:
        return getattr(getattr(customer, "stats", None), "last_order_at", None)

    @display(description=_("state"), label={"complaint": "danger"})
    def state(self, customer: Customer) -> tuple[str, Any] | None:
        return ("complaint", _("open complaint")) if customer.has_open_complaint else None  # type: ignore[attr-defined]

    @display(description=_("tags"))
    def shown_tags(self, customer: Customer) -> str:
        return ", ".join(customer.tags)

    @admin.action(description=_("Add a tag"), permissions=["change"])
    def add_tag(self, request: HttpRequest, customers: QuerySet[Customer]) -> HttpResponse | None:
        tag = TagActionForm.tag_of(request)
        if not tag:
            messages.error(request, _("Type the tag beside the action."))
            return None
        count = add_tag(customers, tag)
        text = ngettext("The tag was added to %(count)d customer.", "The tag was added to %(count)d customers.", count)
        messages.success(request, text % {"count": count})
        return None

    @admin.action(description=_("Remove a tag"), permissions=["change"])
    def remove_tag(self, request: HttpRequest, customers: QuerySet[Customer]) -> HttpResponse | None:
        tag = TagActionForm.tag_of(request)
        if not tag:
            messages.error(request, _("Type the tag beside the action."))
            return None
        count = remove_tag(customers, tag)
        text = ngettext(
            "The tag was removed from %(count)d customer.", "The tag was removed from %(count)d customers.", count
        )
        messages.success(request, text % {"count": count})
        return None
