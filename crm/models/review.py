from __future__ import annotations

import secrets
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.models.choices import database_checks_choices
from crm.models.customer import Customer
from crm.models.feedback import Feedback
from crm.models.order import Order
from crm.models.product import Product

MOST_PHOTOS = 5


def new_photo_token() -> str:
    return secrets.token_urlsafe(16)


class ReviewQuerySet(models.QuerySet["Review"]):
    def published(self) -> Self:
        return self.filter(status=Review.Status.PUBLISHED)

    def undecided(self) -> Self:
        """Sent, meant for publication, and nobody has looked at them yet."""
        return self.filter(status=Review.Status.WAITING)


@database_checks_choices
class Review(models.Model):
    """What a customer wrote about a product they bought, or about an order without products.

    Its stars and words are the customer's alone: staff publish it, refuse it by one of the reasons, or answer it.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("not sent yet")
        WAITING = "waiting", _("to be looked at")
        PUBLISHED = "published", _("published")
        REFUSED = "refused", _("turned down")
        PRIVATE = "private", _("for the shop only")
        WITHDRAWN = "withdrawn", _("withdrawn by the customer")

    class ShownAs(models.TextChoices):
        FIRST_NAME = "first_name", _("first name")
        INITIALS = "initials", _("initials")
        ANONYMOUS = "anonymous", _("no name")

    class Refusal(models.TextChoices):
        PRIVATE_DATA = "private_data", _("private data of somebody")
        ABUSE = "abuse", _("insults or threats")
        FAKE = "fake", _("not from a buyer")
        UNRELATED = "unrelated", _("not about what was bought")
        CONFIDENTIAL = "confidential", _("secrets of a business")
        MISLEADING = "misleading", _("says what is provably untrue")

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="reviews", db_index=False, verbose_name=_("customer")
    )
    order = models.ForeignKey(
        Order, models.SET_NULL, null=True, blank=True, related_name="reviews", verbose_name=_("order")
    )
    product = models.ForeignKey(
        Product, models.SET_NULL, null=True, blank=True, related_name="reviews", verbose_name=_("product")
    )
    status = models.CharField(_("state"), max_length=9, choices=Status.choices, default=Status.DRAFT)
    stars = models.PositiveSmallIntegerField(_("stars"), null=True, blank=True)
    answers = models.JSONField(
        _("answers"), default=list, blank=True, help_text=_("To the questions of the shop, with their words.")
    )
    text = models.TextField(_("text"), blank=True)
    shown_as = models.CharField(_("name shown"), max_length=10, choices=ShownAs.choices, default=ShownAs.FIRST_NAME)
    may_publish = models.BooleanField(_("may be published"), default=False)
    language = models.CharField(_("language"), max_length=10)
    feedback = models.OneToOneField(
        Feedback,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="review",
        verbose_name=_("the rating that it came of"),
    )
    rewarded_points = models.PositiveIntegerField(_("points given for it"), default=0)

    created_at = models.DateTimeField(_("begun at"), default=timezone.now)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    refusal = models.CharField(_("why it was refused"), max_length=12, choices=Refusal.choices, blank=True)

    reply = models.TextField(_("answer in public"), blank=True)
    replied_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "product"],
                condition=~Q(status="withdrawn") & Q(product__isnull=False),
                name="review_once_per_product",
            ),
            models.UniqueConstraint(
                fields=["customer", "order"],
                condition=~Q(status="withdrawn") & Q(product=None, order__isnull=False),
                name="review_once_per_order",
            ),
            models.CheckConstraint(
                condition=Q(stars__range=(1, 5)) | Q(stars=None, status__in=["draft", "withdrawn"]),
                name="review_stars_in_scale",
            ),
            models.CheckConstraint(
                condition=Q(status="published", published_at__isnull=False, may_publish=True)
                | ~Q(status="published") & Q(published_at=None),
                name="review_published_by_permission",
            ),
            models.CheckConstraint(
                condition=Q(status="refused") & ~Q(refusal="") | ~Q(status="refused") & Q(refusal=""),
                name="review_refused_by_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False) | Q(status__in=["draft", "withdrawn"]), name="review_was_sent"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-changed_at"], name="review_by_customer"),
            # Feeds and blocks of letters.
            models.Index(
                fields=["product", "-published_at"], condition=Q(status="published"), name="review_published_of"
            ),
            models.Index(fields=["-published_at"], condition=Q(status="published"), name="review_published"),
            # When a feed of the whole shop was changed last.
            models.Index(fields=["-changed_at"], name="review_by_change"),
            models.Index(fields=["sent_at"], condition=Q(status="waiting"), name="review_undecided"),
        ]

    def __str__(self) -> str:
        about = str(self.product or self.order or gettext("the shop"))
        return f"{'★' * (self.stars or 0)} {about}".strip()

    @property
    def stars_drawn(self) -> str:
        return "★" * (self.stars or 0) + "☆" * (5 - (self.stars or 0))

    @property
    def is_verified(self) -> bool:
        """The order is known that it was written about."""
        return self.order_id is not None

    @property
    def is_public(self) -> bool:
        return self.status == self.Status.PUBLISHED

    @property
    def told(self) -> list[dict[str, Any]]:
        """The questions that were answered: {"question", "answer"}."""
        return [one for one in self.answers if one["answer"]]


class ReviewPhoto(models.Model):
    """A photo of a review, made anew from what was uploaded: the bytes of a stranger are shown to nobody."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="photos", db_index=False, verbose_name=_("review"))
    token = models.CharField(max_length=32, unique=True, default=new_photo_token, editable=False)
    name = models.CharField(_("name"), max_length=200, help_text=_("Of the file that was uploaded."))
    digest = models.CharField(max_length=64, editable=False, help_text="SHA-256 of the upload.")
    content = models.BinaryField(editable=False)
    thumbnail = models.BinaryField(editable=False)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    hidden_at = models.DateTimeField(_("hidden at"), null=True, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("hidden by")
    )

    class Meta:
        verbose_name = _("photo of a review")
        verbose_name_plural = _("photos of reviews")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["review", "digest"], name="review_photo_once")]

    def __str__(self) -> str:
        return self.name
