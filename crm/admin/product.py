from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter, BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import display

from crm.admin.export import ProductResource
from crm.admin.import_pages import IntakeMixin
from crm.models import Category, Product, ProductRelation


class RelationInline(TabularInline):  # type: ignore[misc]
    model = ProductRelation
    fk_name = "product"
    fields = ("kind", "related")
    autocomplete_fields = ("related",)
    extra = 0
    verbose_name_plural = _("goes well with")


@admin.register(Product)
class ProductAdmin(IntakeMixin, ModelAdmin):  # type: ignore[misc]
    intake = "products"
    resource_classes = (ProductResource,)
    list_display = ("sku", "name", "category", "price", "cost", "price_tier", "warranty_months", "is_in_stock")
    list_display_links = ("sku", "name")
    list_select_related = ("category",)
    list_filter = (
        ("category", AutocompleteSelectFilter),
        ("price_tier", ChoicesDropdownFilter),
        ("complexity", ChoicesDropdownFilter),
        ("is_in_stock", BooleanRadioFilter),
    )
    list_filter_submit = True
    list_per_page = 50
    search_fields = ("sku__istartswith", "name__icontains")
    search_help_text = _("SKU or name")
    ordering = ("name", "sku")
    autocomplete_fields = ("category",)
    inlines = (RelationInline,)
    fieldsets = (
        (None, {"fields": (("sku", "kind"), "name", "category")}),
        (_("Price"), {"fields": (("price", "cost"), ("price_tier", "is_in_stock"))}),
        (
            _("What chains and recommendations go by"),
            {
                "fields": (
                    ("complexity", "warranty_months"),
                    ("repurchase_days", "may_be_recommended"),
                    "url",
                    "picture_url",
                    "instructions_url",
                    "video_url",
                    "cart_id",
                )
            },
        ),
    )


@admin.register(Category)
class CategoryAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("name", "parent", "products_count", "may_be_recommended")
    list_select_related = ("parent",)
    search_fields = ("name__icontains",)
    autocomplete_fields = ("parent",)
    ordering = ("parent__name", "name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        return super().get_queryset(request).annotate(products_total=Count("products"))  # type: ignore[no-any-return]

    @display(description=_("products"), ordering="products_total")
    def products_count(self, category: Category) -> int:
        return category.products_total  # type: ignore[attr-defined, no-any-return]
