"""Accounts, products and coupons of WooCommerce."""

import datetime as dt
from decimal import Decimal

import pytest

from crm.intake.facts import NothingToRecord
from crm.intake.shops.woocommerce.products import product_fact
from crm.loyalty.coupons import CouponDraft, issue_coupons
from crm.models import Coupon, Customer, Delivery, Order, Product
from tests.conftest import make_customer
from tests.crm.shops.woocommerce import customer, hours, order, product

pytestmark = pytest.mark.django_db


def test_an_account_is_a_customer_known_by_its_number(tell):
    assert tell("customer.created", customer()) == {"applied": 1}

    known = Customer.objects.get()
    assert (known.external_id, known.name, known.city) == ("25", "Anna Lee", "Berlin")
    assert set(known.contacts.values_list("address", flat=True)) == {"ann@example.com", "+4930901820"}
    assert not known.contacts.exclude(marketing_consent="unknown").exists()


def test_a_long_name_is_cut_to_what_can_be_kept(tell):
    assert tell("customer.created", customer(first_name="A" * 400)) == {"applied": 1}

    assert Customer.objects.get().first_name == "A" * 150


def test_an_account_deleted_in_the_shop_stays(tell):
    tell("customer.created", customer())

    assert tell("customer.deleted", {"id": 25}) == {"ignored": 1}
    assert Customer.objects.get().erased_at is None


def test_a_product_comes_with_category_price_picture_and_stock(tell):
    assert tell("product.created", product()) == {"applied": 1}

    known = Product.objects.get()
    assert (known.sku, known.name, known.price, known.is_in_stock) == ("K-1", "Kettle & lid", 40, True)
    assert (known.category.name, known.picture_url) == ("Tea & coffee", "https://kettles.example.com/kettle.jpg")


def test_a_product_without_price_category_or_picture_says_nothing_about_them(tell):
    tell("product.created", product())
    bare = {"price": "", "categories": [{"name": "Uncategorized", "slug": "uncategorized"}], "images": []}
    tell("product.updated", product(date_modified_gmt="2026-03-12T00:00:00", **bare))

    known = Product.objects.get()
    assert (known.price, known.category.name, bool(known.picture_url)) == (Decimal(40), "Tea & coffee", True)


@pytest.mark.parametrize(
    ("changes", "is_in_stock"),
    [
        ({"stock_status": "outofstock"}, False),
        ({"stock_status": "onbackorder"}, True),
        ({"status": "private"}, False),
        ({"type": "variable", "variations": [94, 95]}, True),
    ],
)
def test_what_nobody_can_buy_is_out_of_stock(tell, changes, is_in_stock):
    tell("product.updated", product(**changes))

    assert Product.objects.get().is_in_stock is is_in_stock


def test_a_picture_whose_address_cannot_be_kept_does_not_keep_the_product_out(tell):
    assert tell("product.updated", product(images=[{"src": "https://x.example.com/" + "a" * 300}])) == {"applied": 1}

    assert Product.objects.get().picture_url == ""


def test_a_product_that_is_only_begun_is_none():
    with pytest.raises(NothingToRecord, match="Product 93 is only a draft"):
        product_fact(product(status="auto-draft"))


@pytest.mark.parametrize("sku", ["K-1", ""])
def test_a_deleted_product_is_out_of_stock_until_it_is_restored(tell, sku):
    tell("product.created", product(sku=sku))
    assert tell("product.deleted", {"id": 93}) == {"applied": 1}
    assert [(one.sku, one.is_in_stock) for one in Product.objects.all()] == [(sku or "wc-93", False)]

    tell("product.restored", product(sku=sku, date_modified_gmt="2026-03-10T11:00:00"))

    assert Product.objects.get().is_in_stock is True


def test_a_deleted_product_that_nobody_knows_says_so(tell):
    assert tell("product.deleted", {"id": 93}) == {"ignored": 1}

    assert "no SKU is known" in Delivery.objects.get().reason
    assert not Product.objects.exists()


def test_of_several_coupons_the_order_keeps_the_one_encore_gave(tell, now):
    ann = make_customer(email="ann@example.com")
    issued_at = now - dt.timedelta(days=9)
    issue_coupons([CouponDraft(ann.pk, "percent", "k", issued_at, value=Decimal(10), is_sent=True)])
    given = Coupon.objects.get()
    used = [{"code": "freeshipping"}, {"code": given.code.lower()}]

    tell("order.created", order(coupon_lines=used, changed_at=hours(1)))

    assert Order.objects.get().coupon_code == given.code.lower()
    assert Coupon.objects.get().order == Order.objects.get()
