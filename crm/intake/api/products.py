"""The catalogue: products told, with what goes with them, and looked up."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema

from crm.intake.api import problems
from crm.intake.api.answers import ProductOut
from crm.intake.api.batches import BatchIn, BatchResult, Resource, Taken, take, take_all
from crm.intake.api.idempotency import once
from crm.intake.api.keys import READS, ApiKey
from crm.intake.api.operations import REFUSED_READS, REFUSED_WRITES
from crm.intake.api.pages import AskedPage, page
from crm.intake.api.reading import product_fact
from crm.intake.api.schemas import ProductIn
from crm.intake.api.showing import product_out
from crm.models import Product, ProductRelation
from crm.orders.catalogue import category_paths

router = Router(tags=["products"])
PRODUCTS = Resource(ProductIn, product_fact, lambda product: product.sku)


class ProductsOut(Schema):
    items: list[ProductOut]
    next: str | None


@router.post(
    "",
    response={200: Taken, **REFUSED_WRITES},
    summary="Record or correct a product",
)
@once
def post_product(request: HttpRequest, product: ProductIn) -> Any:
    return take(request, PRODUCTS, product)


@router.post(
    "/batch",
    response={200: BatchResult, **REFUSED_WRITES},
    summary="Record or correct many products",
)
@once
def post_products(request: HttpRequest, batch: BatchIn) -> Any:
    return take_all(request, PRODUCTS, batch)


@router.get("", auth=ApiKey(READS), response={200: ProductsOut, **REFUSED_READS}, summary="All products, by SKU")
def list_products(request: HttpRequest, asked: AskedPage) -> Any:
    related = ProductRelation.objects.select_related("related").order_by("pk")
    found, following = page(Product.objects.prefetch_related(Prefetch("relations", related)), "sku", asked)
    paths = category_paths({product.category_id for product in found if product.category_id})
    return ProductsOut(items=[product_out(product, paths) for product in found], next=following)


@router.get("/{path:sku}", auth=ApiKey(READS), response={200: ProductOut, **REFUSED_READS}, summary="One product")
def get_product(request: HttpRequest, sku: str) -> Any:
    product = Product.objects.filter(sku=sku).first()
    if product is None:
        return problems.answer(404, _("There is no product of this SKU."))
    return product_out(product, category_paths([product.category_id] if product.category_id else []))
