"""What staff may take out as CSV or XLSX, under the names that an import reads."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Prefetch, QuerySet
from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX
from import_export.resources import ModelResource

from crm.customer_columns import CUSTOMER_COLUMNS
from crm.loyalty.coupon_wording import in_short
from crm.models import Category, Channel, Contact, Coupon, Customer, Order, Product
from crm.orders.catalogue import PATH_SEPARATOR
from crm.spreadsheet_cells import harmless

FORMATS = (CSV, XLSX)


def may_export(user: AbstractBaseUser | AnonymousUser, model: type[Model]) -> bool:
    """Carrying everybody's data away asks for as much as adding and changing it, whichever page it leaves by."""
    app, name = model._meta.app_label, model._meta.model_name
    return user.has_perms([f"{app}.add_{name}", f"{app}.change_{name}"])  # type: ignore[union-attr]


class HarmlessResource(ModelResource):  # type: ignore[misc]
    def export_field(self, field: Any, instance: Any, **kwargs: Any) -> Any:
        return harmless(super().export_field(field, instance, **kwargs))


def _addresses(customer: Customer, channel: str) -> str:
    found = (contact.address for contact in customer.contacts.all() if contact.channel == channel)
    return next(found, "")


class CustomerResource(HarmlessResource):
    customer_id = Field("external_id", "customer_id")
    email = Field(column_name="email")
    phone = Field(column_name="phone")
    birth_date = Field("born_on", "birth_date")
    tags = Field(column_name="tags")
    marketing_consent = Field(column_name="marketing_consent")

    class Meta:
        model = Customer
        name = "customers"
        fields = (
            "customer_id",
            "email",
            "phone",
            *(column.file_name for column in CUSTOMER_COLUMNS if column.update and column.file_name),
            "marketing_consent",
        )
        export_order = fields

    def filter_export(self, queryset: QuerySet[Customer], **kwargs: Any) -> QuerySet[Customer]:
        in_use_first = Prefetch("contacts", Contact.objects.told_last_first())
        return queryset.select_related(None).prefetch_related(in_use_first)

    def dehydrate_email(self, customer: Customer) -> str:
        return _addresses(customer, Channel.EMAIL)

    def dehydrate_phone(self, customer: Customer) -> str:
        return _addresses(customer, Channel.SMS)

    def dehydrate_tags(self, customer: Customer) -> str:
        return ";".join(customer.tags)

    def dehydrate_marketing_consent(self, customer: Customer) -> str:
        """Of the address shown: yes, no, or nothing where nothing was decided."""
        first = next(iter(customer.contacts.all()), None)
        words = {Contact.Consent.GRANTED: "yes", Contact.Consent.WITHDRAWN: "no"}
        return words.get(Contact.Consent(first.marketing_consent), "") if first else ""


class OrderResource(HarmlessResource):
    order_number = Field("number", "order_number")
    customer_id = Field("customer__external_id", "customer_id")
    email = Field(column_name="email")
    phone = Field(column_name="phone")
    first_name = Field("customer__first_name", "first_name")
    last_name = Field("customer__last_name", "last_name")
    city = Field("customer__city", "city")
    status = Field(column_name="status")
    responsible = Field("responsible__username", "responsible")

    class Meta:
        model = Order
        name = "orders"
        fields = (
            "order_number",
            "customer_id",
            "email",
            "phone",
            "first_name",
            "last_name",
            "city",
            "placed_at",
            "paid_at",
            "shipped_at",
            "delivered_at",
            "cancelled_at",
            "returned_at",
            "status",
            "currency",
            "total",
            "discount",
            "refunded",
            "kind",
            "promised_at",
            "appointment_at",
            "payment_due_at",
            "tracking_number",
            "receipt_url",
            "source",
            "responsible",
            "external_id",
        )
        export_order = fields

    def filter_export(self, queryset: QuerySet[Order], **kwargs: Any) -> QuerySet[Order]:
        in_use_first = Prefetch("customer__contacts", Contact.objects.told_last_first())
        return queryset.select_related("customer", "responsible").prefetch_related(in_use_first, "lines")

    def dehydrate_email(self, order: Order) -> str:
        return _addresses(order.customer, Channel.EMAIL)

    def dehydrate_phone(self, order: Order) -> str:
        return _addresses(order.customer, Channel.SMS)

    def dehydrate_status(self, order: Order) -> str:
        return order.status.value


class ProductResource(HarmlessResource):
    category = Field(column_name="category")
    in_stock = Field(column_name="in_stock")

    class Meta:
        model = Product
        name = "products"
        fields = (
            "sku",
            "name",
            "category",
            "kind",
            "price_tier",
            "complexity",
            "warranty_months",
            "repurchase_days",
            "url",
            "instructions_url",
            "video_url",
            "cart_id",
            "picture_url",
            "price",
            "cost",
            "in_stock",
        )
        export_order = fields

    def before_export(self, queryset: QuerySet[Product], **kwargs: Any) -> None:
        self._categories = {category.pk: category for category in Category.objects.all()}

    def dehydrate_category(self, product: Product) -> str:
        names, at = [], product.category_id
        while at is not None:
            names.append(self._categories[at].name)
            at = self._categories[at].parent_id
        return PATH_SEPARATOR.join(reversed(names))

    def dehydrate_in_stock(self, product: Product) -> str:
        return "yes" if product.is_in_stock else "no"


class CouponResource(HarmlessResource):
    code = Field("shown_code", "code")
    offer = Field(column_name="offer")
    batch = Field("batch__name", "batch")
    customer_id = Field("customer__external_id", "customer_id")
    customer = Field(column_name="customer")
    order_number = Field("order__number", "order_number")
    order_total = Field("order__total", "order_total")
    given_by = Field("by__username", "given_by")

    class Meta:
        model = Coupon
        name = "coupons"
        fields = (
            "code",
            "offer",
            "batch",
            "customer_id",
            "customer",
            "issued_at",
            "given_by",
            "expires_at",
            "redeemed_at",
            "order_number",
            "order_total",
        )
        export_order = fields

    def filter_export(self, queryset: QuerySet[Coupon], **kwargs: Any) -> QuerySet[Coupon]:
        return queryset.select_related("customer", "order", "category", "product", "batch", "by")

    def dehydrate_offer(self, coupon: Coupon) -> str:
        return in_short(coupon)

    def dehydrate_customer(self, coupon: Coupon) -> str:
        return str(coupon.customer or "")
