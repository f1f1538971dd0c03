from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import MD5, Concat, Left
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chains.models.chain import Chain
from chains.models.enrolment import Enrolment
from crm.models import Contact, Coupon, Customer, Order, Purpose, Survey
from crm.models.choices import database_checks_choices


def new_token() -> str:
    return secrets.token_urlsafe(16)


# No token has a star.
STAR = "*"


def forgotten(token: str) -> str:
    return f"{STAR}{hashlib.md5(token.encode(), usedforsecurity=False).hexdigest()[:31]}"


def message_id(token: str) -> str:
    """The same at every attempt, so that a letter sent twice is known to be one."""
    return f"<{token}@{settings.SITE_HOST}>"


class TouchQuerySet(models.QuerySet["Touch"]):
    def wake(self, now: dt.datetime | Combinable) -> int:
        """Let guard look again at once at what waits; returns how much did. What must still wait is put off anew."""
        return self.scheduled().filter(due_at__gt=now).update(due_at=now)

    def of_token(self, token: str) -> Self:
        """The touch whose message had this token, be its customer erased since."""
        return self.filter(token__in=[token, forgotten(token)])

    def forget_tokens(self) -> int:
        """No page opens by them any more; what a provider tells later is still told apart."""
        forgotten = Concat(Value(STAR), Left(MD5("token"), 31))
        return self.exclude(token__startswith=STAR).update(token=forgotten)

    def scheduled(self) -> Self:
        return self.filter(status=Touch.Status.SCHEDULED)

    def due(self, now: dt.datetime) -> Self:
        return self.scheduled().filter(due_at__lte=now)

    def sent(self) -> Self:
        return self.filter(status=Touch.Status.SENT)

    def leased(self) -> Self:
        return self.filter(status__in=[Touch.Status.CLAIMED, Touch.Status.SENDING])

    def abandoned(self, now: dt.datetime) -> Self:
        """Taken by a worker whose lease ran out."""
        return self.leased().filter(lease_until__lte=now)

    def asked(self, since: dt.datetime) -> Self:
        """What put a question to its customer after `since`, or is about to."""
        return self.counted(since).filter(asks__in=Touch.ASKING)

    def counted(self, since: dt.datetime) -> Self:
        """What fills the week: on its way, perhaps sent, or sent after `since`."""
        underway = [Touch.Status.CLAIMED, Touch.Status.SENDING, Touch.Status.UNKNOWN]
        return self.filter(Q(status__in=underway) | Q(status=Touch.Status.SENT, sent_at__gt=since))


@database_checks_choices
class Touch(models.Model):
    """One message (or staff task) for one customer: what was, is to be, or was not sent, and why."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("Email")
        SMS = "sms", _("SMS (phone)")
        TELEGRAM = "telegram", _("Telegram")
        PUSH = "push", _("Push")
        STAFF_TASK = "staff_task", _("staff task")

    class Status(models.TextChoices):
        SCHEDULED = "scheduled", _("waiting")
        CLAIMED = "claimed", _("about to be sent")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        SKIPPED = "skipped", _("not sent")
        MISSED = "missed", _("too late")
        CONTROL = "control", _("held back for comparison")
        UNKNOWN = "unknown", _("uncertain")

    class Asks(models.TextChoices):
        """Whether it puts a question to the customer, and what becomes of it if they were asked not long ago."""

        NOTHING = "", _("nothing")
        OR_NOT_SENT = "skip_message", _("a question, or it is not sent")
        OR_WITHOUT = "leave_out", _("a question, or it goes without")
        ANYWAY = "ask", _("a question, however lately they were asked")
        LEFT_OUT = "left_out", _("the question was left out")

    ASKING = (Asks.OR_NOT_SENT, Asks.OR_WITHOUT, Asks.ANYWAY)

    class Reason(models.TextChoices):
        """Why a touch waits or was not sent; the sentence with its facts comes from chains.explain.reasons."""

        NONE = "", _("no reason")
        CHAIN_PAUSED = "chain_paused", _("the chain is paused")
        MOMENT_PASSED = "moment_passed", _("its moment had passed before the customer came to it")
        GOODS_GONE = "goods_gone", _("the customer no longer has the goods it is about")
        BOUGHT_AGAIN = "bought_again", _("the customer has bought the goods again")
        PAUSE_DROPPED = "pause_dropped", _("it fell due while the chain was paused")
        CHAIN_ARCHIVED = "chain_archived", _("the chain is archived")
        LEFT = "left", _("the customer left the chain")
        GOAL = "goal", _("the goal was reached")
        EXIT_RULE = "exit_rule", _("the rule that ends the chain holds")
        ORDER_CANCELLED = "order_cancelled", _("the order was cancelled")
        ORDER_RETURNED = "order_returned", _("the order was returned")
        REPLIED = "replied", _("the customer replied")
        ERASED = "erased", _("the customer was erased")
        COMPLAINT = "complaint", _("an open complaint")
        ASKED_LATELY = "asked_lately", _("the customer was asked something not long ago")
        MOOD = "mood", _("a bad mood was noted")
        NOT_DELIVERED = "not_delivered", _("the order has not arrived")
        SERVICE_FIRST = "service_first", _("no service message for the order yet")
        WEEKLY_CAP = "weekly_cap", _("enough messages this week")
        JUST_DELIVERED = "just_delivered", _("the order has only just arrived")
        NO_ADDRESS = "no_address", _("no address")
        BAD_ADDRESS = "bad_address", _("the address does not work")
        NO_CONSENT = "no_consent", _("no consent")
        SPAM_STOP = "spam_stop", _("marketing letters are stopped: too many spam reports")
        OPTED_OUT = "opted_out", _("the customer unsubscribed")
        TOPIC_MUTED = "topic_muted", _("the customer does not want this topic")
        QUIET_HOURS = "quiet_hours", _("quiet hours")
        CHANNEL_DOWN = "channel_down", _("the channel is down")
        RATE_LIMIT = "rate_limit", _("as many messages as the channel takes at once")
        TOO_LATE = "too_late", _("too late to be useful")
        TEMPORARY = "temporary", _("a temporary failure")
        GAVE_UP = "gave_up", _("failed too many times")
        REJECTED = "rejected", _("refused by the mail server")
        TEMPLATE = "template", _("the text could not be made")
        NO_CHANNEL = "no_channel", _("the channel is not set up")
        INTERRUPTED = "interrupted", _("sending was interrupted")
        COUPON = "coupon", _("no coupon to show was issued")
        NOTHING_TO_SHOW = "nothing_to_show", _("there is nothing to show the customer in it")
        CONTROL = "control", _("in the control group")

    enrolment = models.ForeignKey(
        Enrolment, models.CASCADE, related_name="touches", db_index=False, verbose_name=_("enrolment")
    )
    chain = models.ForeignKey(Chain, models.CASCADE, related_name="touches", db_index=False, verbose_name=_("chain"))
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="touches", db_index=False, verbose_name=_("customer")
    )
    order = models.ForeignKey(
        Order, models.CASCADE, null=True, blank=True, related_name="touches", db_index=False, verbose_name=_("order")
    )
    contact = models.ForeignKey(
        Contact,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="touches",
        db_index=False,
        verbose_name=_("contact"),
    )
    # Of a message that was, or perhaps was, sent with it: whatever is sent again shows the same.
    coupon = models.ForeignKey(
        Coupon,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="touches",
        db_index=False,
        verbose_name=_("coupon"),
    )
    step_key = models.CharField(max_length=32, editable=False)
    step_name = models.CharField(_("step"), max_length=200, blank=True)
    # Of an experiment on the step: its number and the letter, see Experiment.name_of.
    variant = models.CharField(_("variant"), max_length=16, blank=True, default="", db_default="", editable=False)
    channel = models.CharField(_("channel"), max_length=16, choices=Channel.choices)
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices)
    topic = models.CharField(_("topic"), max_length=50, blank=True)
    subject = models.CharField(_("subject"), max_length=500, blank=True, help_text=_("As it was sent."))
    asks = models.CharField(
        _("asks"), max_length=16, choices=Asks.choices, blank=True, default="", db_default="", editable=False
    )
    survey = models.ForeignKey(
        Survey,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="touches",
        db_index=False,
        editable=False,
        verbose_name=_("survey"),
    )
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.SCHEDULED)
    reason = models.CharField(_("why"), max_length=16, choices=Reason.choices, blank=True, default=Reason.NONE)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    due_at = models.DateTimeField(_("due at"))
    useful_until = models.DateTimeField(_("useful until"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    links = models.JSONField(_("links"), default=list, blank=True)
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    clicked_at = models.DateTimeField(_("clicked at"), null=True, blank=True)
    last_clicked_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="An order belongs to the last click before it."
    )
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    bounced_at = models.DateTimeField(_("came back at"), null=True, blank=True)
    replied_at = models.DateTimeField(_("replied to at"), null=True, blank=True)
    complained_at = models.DateTimeField(_("reported as spam at"), null=True, blank=True)
    unsubscribed_at = models.DateTimeField(_("unsubscribed at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = TouchQuerySet.as_manager()

    class Meta:
        verbose_name = _("touch")
        verbose_name_plural = _("touches")
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "step_key"], name="touch_once_per_step"),
            models.CheckConstraint(
                condition=Q(status__in=["claimed", "sending"], lease__isnull=False, lease_until__isnull=False)
                | ~Q(status__in=["claimed", "sending"]) & Q(lease=None, lease_until=None),
                name="touch_leased_while_sending",
            ),
            models.CheckConstraint(
                condition=~Q(status="sent") | Q(sent_at__isnull=False), name="touch_sent_has_moment"
            ),
        ]
        indexes = [
            # guard takes what is due, service before marketing, and must not see those that wait.
            models.Index(fields=["purpose", "due_at", "id"], condition=Q(status="scheduled"), name="touch_due"),
            # All due rows of a claimed customer together.
            models.Index(fields=["customer", "due_at"], condition=Q(status="scheduled"), name="touch_due_of_customer"),
            # The weekly cap.
            models.Index(
                fields=["customer", "sent_at"],
                condition=Q(status__in=["claimed", "sending", "unknown", "sent"]),
                name="touch_counted",
            ),
            # Nobody is asked again within a time, and who answered of those asked.
            models.Index(
                fields=["customer", "sent_at"],
                condition=Q(asks__in=["skip_message", "leave_out", "ask"]),
                name="touch_asked",
            ),
            models.Index(fields=["survey", "sent_at"], condition=Q(survey__isnull=False), name="touch_by_survey"),
            # Work left by a worker that died.
            models.Index(fields=["lease_until"], condition=Q(status__in=["claimed", "sending"]), name="touch_leased"),
            # Service first: what was sent about an order.
            models.Index(fields=["order"], condition=Q(order__isnull=False), name="touch_by_order"),
            models.Index(fields=["contact"], condition=Q(contact__isnull=False), name="touch_by_contact"),
            models.Index(fields=["coupon"], condition=Q(coupon__isnull=False), name="touch_by_coupon"),
            # The customer's story and the chain's counts.
            models.Index(fields=["customer", "-created_at"], name="touch_story"),
            models.Index(fields=["chain", "step_key", "status", "reason"], name="touch_by_chain"),
            models.Index(fields=["-created_at"], name="touch_newest"),
            # What became of the variants of an experiment.
            models.Index(fields=["variant"], condition=~Q(variant=""), name="touch_by_variant"),
            # A day's results are counted anew.
            models.Index(fields=["sent_at"], condition=Q(sent_at__isnull=False), name="touch_sent"),
            # The rate of spam reports.
            models.Index(fields=["sent_at"], condition=Q(complained_at__isnull=False), name="touch_complained"),
        ]

    def __str__(self) -> str:
        return self.subject or self.step_name or self.step_key

    @property
    def variant_letter(self) -> str:
        return self.variant[-1:]

    @property
    def message_id(self) -> str:
        return message_id(self.token)
