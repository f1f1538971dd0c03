from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.choices import database_checks_choices
from crm.models.customer import Customer
from crm.models.order import Order


class EventKind(models.TextChoices):
    """The kinds Encore itself writes. Shops add their own; the column is free text."""

    ORDER_PLACED = "order.placed", _("order placed")
    ORDER_PAID = "order.paid", _("order paid")
    ORDER_SHIPPED = "order.shipped", _("order shipped")
    ORDER_DELIVERED = "order.delivered", _("order delivered or performed")
    ORDER_CANCELLED = "order.cancelled", _("order cancelled")
    ORDER_RETURNED = "order.returned", _("order returned")
    PROMISE_MOVED = "order.promise_moved", _("promised date moved")
    APPOINTMENT_MOVED = "order.appointment_moved", _("appointment moved")
    PAYMENT_MOVED = "order.payment_moved", _("payment date moved")
    MILESTONE_REACHED = "order.milestone", _("milestone reached")
    ORDER_CORRECTED = "order.corrected", _("order's figures corrected")
    ORDER_MOMENT_UNDONE = "order.undone", _("a moment of the order taken back")
    REPEAT_REQUESTED = "order.repeat_requested", _("asked for the same order again")
    PRODUCT_REGISTERED = "product.registered", _("product registered")
    PRODUCT_UNREGISTERED = "product.unregistered", _("registration of a product taken back")
    SUBSCRIPTION_STARTED = "subscription.started", _("subscription begun")
    SUBSCRIPTION_CHANGED = "subscription.changed", _("subscription changed")
    SUBSCRIPTION_SKIPPED = "subscription.skipped", _("a date of a subscription skipped")
    SUBSCRIPTION_UNSKIPPED = "subscription.unskipped", _("a skipped date of a subscription taken back")
    SUBSCRIPTION_PAUSED = "subscription.paused", _("subscription paused")
    SUBSCRIPTION_RESUMED = "subscription.resumed", _("subscription goes on")
    SUBSCRIPTION_STOPPED = "subscription.stopped", _("subscription stopped")
    SUBSCRIPTION_UPCOMING = "subscription.upcoming", _("subscription comes round soon")
    SUBSCRIPTION_DUE = "subscription.due", _("renewal of a subscription asked of the shop")
    SUBSCRIPTION_OUT_OF_STOCK = "subscription.out_of_stock", _("renewal of a subscription waits for stock")
    SUBSCRIPTION_RENEWED = "subscription.renewed", _("subscription renewed by an order")
    CASE_OPENED = "case.opened", _("case opened")
    CASE_ACKNOWLEDGED = "case.acknowledged", _("case acknowledged")
    CASE_ANSWERED = "case.answered", _("solution offered")
    CASE_RESOLVED = "case.resolved", _("case resolved")
    CASE_ESCALATED = "case.escalated", _("question became a complaint")
    CASE_REOPENED = "case.reopened", _("case reopened")
    CASE_CORRECTED = "case.corrected", _("case corrected by staff")
    CASE_AWAITS_CUSTOMER = "case.awaits_customer", _("case waits for the customer")
    CASE_HELD = "case.held", _("case on hold")
    CASE_TAKEN_UP = "case.taken_up", _("case taken up again")
    CASE_LAPSED = "case.lapsed", _("case closed without a word of the customer")
    CASE_MERGED = "case.merged", _("case merged into another")
    CASE_SPLIT = "case.split", _("merged case split off again")
    CASE_CONFIRMED = "case.confirmed", _("customer confirmed being content")
    TASK_CLOSED = "task.closed", _("staff task closed")
    CASE_OFFER_CHOSEN = "case.offer_chosen", _("customer chose a solution")
    GOODWILL_GIVEN = "goodwill.given", _("goodwill given")
    GOODWILL_UNDONE = "goodwill.undone", _("goodwill taken back")
    TASK_TRIED = "task.tried", _("staff task to be tried again")
    JOB_STARTED = "job.started", _("job begun")
    JOB_ACCEPTANCE_ASKED = "job.acceptance_asked", _("acceptance of a stage asked for")
    JOB_ACCEPTED = "job.accepted", _("stage of a job accepted")
    JOB_REFUSED = "job.refused", _("stage of a job not accepted")
    JOB_STATUS_DUE = "job.status_due", _("status of a job due")
    JOB_CLOSED = "job.closed", _("job finished")
    FEEDBACK_LEFT = "feedback.left", _("rating or review left")
    REVIEW_LEFT = "review.left", _("review sent")
    REVIEW_PUBLISHED = "review.published", _("review published")
    POINTS_CHANGED = "points.changed", _("points given, spent or expired")
    POINTS_EXPIRING = "points.expiring", _("points expire soon")
    POINTS_EARNED = "points.earned", _("points earned by an order, to come")
    POINTS_REFUSED = "points.refused", _("points not spent with an order")
    TIER_UP = "tier.up", _("reached a higher tier")
    TIER_ENDING = "tier.ending", _("tier will be lost")
    TIER_DOWN = "tier.down", _("tier lost")
    COUPON_ISSUED = "coupon.issued", _("coupon issued")
    COUPON_REDEEMED = "coupon.redeemed", _("coupon redeemed")
    COUPON_RELEASED = "coupon.released", _("coupon given back")
    COUPON_REFUSED = "coupon.refused", _("coupon refused")
    COUPON_EXPIRING = "coupon.expiring", _("coupon expires soon")
    REFERRAL_ASKED = "referral.asked", _("asked to recommend the shop")
    REFERRAL_FORWARDED = "referral.forwarded", _("recommendation forwarded")
    REFERRAL_VISITED = "referral.visited", _("a friend looked at the recommendation")
    REFERRAL_JOINED = "referral.joined", _("a friend signed up")
    REFERRAL_CAME = "referral.came", _("came by a recommendation")
    REFERRAL_USED = "referral.used", _("a friend ordered")
    REFERRAL_REWARDED = "referral.rewarded", _("recommendation rewarded")
    REFERRAL_VOIDED = "referral.voided", _("recommendation does not count")
    REFERRAL_REFUSED = "referral.refused", _("recommendation refused")
    CONSENT_CHANGED = "consent.changed", _("consent changed")
    CUSTOMER_MERGED = "customer.merged", _("customer merged")
    DATE_CHANGED = "customer.date", _("a date of the customer changed")
    ADDRESS_CHANGED = "customer.address", _("another address of the customer told")
    MOOD_NOTED = "customer.mood", _("mood noted")
    SEGMENT_ENTERED = "segment.entered", _("segment entered")
    SEGMENT_LEFT = "segment.left", _("segment left")
    MESSAGE_DELIVERED = "message.delivered", _("message delivered")
    MESSAGE_OPENED = "message.opened", _("message opened")
    MESSAGE_CLICKED = "message.clicked", _("link clicked")
    MESSAGE_REPLIED = "message.replied", _("message replied to")
    MESSAGE_BOUNCED = "message.bounced", _("message came back")
    MESSAGE_COMPLAINED = "message.complained", _("message reported as spam")
    MESSAGE_UNSUBSCRIBED = "message.unsubscribed", _("unsubscribed from a message")
    PAGE_VIEWED = "page.viewed", _("page viewed")
    WEBHOOK_ANSWERED = "webhook.answered", _("webhook answered")


class Event(models.Model):
    """One fact of the log: append-only, never updated (only a merge or an erasure may move or blank it).

    `properties` shapes by kind are listed in crm.events. `key` makes recording idempotent within its source.
    """

    kind = models.CharField(_("kind"), max_length=100)
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="events", db_index=False, verbose_name=_("customer")
    )
    order = models.ForeignKey(
        Order, models.CASCADE, null=True, blank=True, related_name="events", verbose_name=_("order")
    )
    occurred_at = models.DateTimeField(_("when"))
    received_at = models.DateTimeField(_("received at"), default=timezone.now, editable=False)
    source = models.CharField(_("source"), max_length=50)
    key = models.CharField(_("key"), max_length=200)
    properties = models.JSONField(_("properties"), default=dict, blank=True)
    is_historic = models.BooleanField(_("historic"), default=False, help_text=_("Imported history: starts no chain."))

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("event log")
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="event_once_per_source")]
        indexes = [
            models.Index(fields=["customer", "kind", "occurred_at"], name="event_by_customer_kind"),
            # A time of the past is looked through for whom to let into a chain. The log grows in time order, nearly.
            BrinIndex(fields=["occurred_at"], name="event_when", autosummarize=True),
        ]

    def __str__(self) -> str:
        return self.kind


@database_checks_choices
class EventInbox(models.Model):
    """An event a consumer has yet to see; the row is deleted when it has."""

    class Consumer(models.TextChoices):
        CHAINS = "chains", _("chains")
        RESULTS = "results", _("results of chains")
        REFERRALS = "referrals", _("recommendations")

    # Whoever is not named here hears of everything.
    HEARS_ONLY: ClassVar = {Consumer.RESULTS: EventKind.ORDER_PLACED, Consumer.REFERRALS: EventKind.ORDER_PLACED}

    consumer = models.CharField(max_length=16, choices=Consumer.choices)
    event = models.ForeignKey(Event, models.CASCADE, related_name="inbox")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("event to handle")
        verbose_name_plural = _("events to handle")
        constraints = [models.UniqueConstraint(fields=["consumer", "event"], name="event_inbox_once")]

    def __str__(self) -> str:
        return f"{self.consumer}: {self.event_id}"

    @classmethod
    def listeners(cls) -> dict[str, list[str]]:
        """Each consumer and the only kind it hears of, or nothing: two columns of the same length."""
        return {
            "consumers": cls.Consumer.values,
            "heard": [cls.HEARS_ONLY.get(consumer, "") for consumer in cls.Consumer],
        }
