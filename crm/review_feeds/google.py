"""The product review feed that Google Merchant Center fetches (version 2.4): of buyers, whatever their stars."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring

from crm.models import Review, Shop
from crm.models.review import ReviewQuerySet
from crm.review_feeds.addresses import photo_address
from crm.service.reviews.authors import author_of
from crm.service.reviews.writing import in_full

SCHEMA = "http://www.google.com/shopping/reviews/schema/product/2.4/product_reviews.xsd"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
NOBODY = "Anonymous"


def google_feed(reviews: ReviewQuerySet) -> bytes:
    """Without those about no product, and those that lead to no page in the shop, which Google refuses."""
    feed = Element("feed", {"xmlns:xsi": INSTANCE, "xsi:noNamespaceSchemaLocation": SCHEMA})
    SubElement(feed, "version").text = "2.4"
    _text(SubElement(feed, "publisher"), "name", Shop.load().name)
    entries = SubElement(feed, "reviews")
    for review in reviews.exclude(product__url="").filter(product__isnull=False, order__isnull=False):
        _review(SubElement(entries, "review"), review)
    return bytes(tostring(feed, encoding="utf-8", xml_declaration=True))


def _review(entry: Element, review: Review) -> None:
    product = review.product
    if product is None or review.published_at is None:
        return
    name = author_of(review)
    _text(entry, "review_id", str(review.pk))
    named = _text(SubElement(entry, "reviewer"), "name", name or NOBODY)
    if not name:
        named.set("is_anonymous", "true")
    _text(entry, "review_timestamp", review.published_at.isoformat(timespec="seconds"))
    _text(entry, "content", in_full(review))
    _text(entry, "review_url", product.url).set("type", "group")
    if photos := list(review.photos.all()):
        images = SubElement(entry, "reviewer_images")
        for photo in photos:
            _text(SubElement(images, "reviewer_image"), "url", photo_address(photo.token))
    _text(SubElement(entry, "ratings"), "overall", str(review.stars)).attrib.update(min="1", max="5")
    told = SubElement(SubElement(entry, "products"), "product")
    _text(SubElement(SubElement(told, "product_ids"), "skus"), "sku", product.sku)
    _text(told, "product_name", str(product))
    _text(told, "product_url", product.url)
    _text(entry, "is_spam", "false")
    _text(entry, "is_verified_purchase", "true")
    _text(entry, "is_incentivized_review", "true" if review.rewarded_points else "false")
    _text(entry, "collection_method", "post_fulfillment")


def _text(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    # Characters that no XML may hold; what remains is escaped by the writer.
    element.text = "".join(sign for sign in text if sign >= " " or sign in "\t\n\r")
    return element
