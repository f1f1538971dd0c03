from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.customer import Customer
from crm.models.order import Order


class CustomerStats(models.Model):
    """What follows from one customer's own counted orders. Written only by crm.figures.stats; refunds lower revenue."""

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, related_name="stats", verbose_name=_("customer")
    )
    orders_count = models.PositiveIntegerField(_("orders"), default=0)
    revenue = models.DecimalField(_("revenue"), max_digits=16, decimal_places=2, default=0)
    margin = models.DecimalField(
        _("margin"),
        max_digits=16,
        decimal_places=2,
        null=True,
        help_text=_("Empty when the cost of nothing bought is known."),
    )
    returns_count = models.PositiveIntegerField(_("orders with a return"), default=0)
    first_order_at = models.DateTimeField(_("first order"), null=True)
    last_order_at = models.DateTimeField(_("last order"), null=True)
    median_gap_days = models.FloatField(_("usual interval, days"), null=True)

    class Meta:
        verbose_name = _("customer figures")
        verbose_name_plural = _("customer figures")
        indexes = [
            models.Index(fields=["last_order_at"], name="stats_last_order"),
            models.Index(fields=["first_order_at"], name="stats_first_order"),
            models.Index(fields=["orders_count"], name="stats_orders"),
        ]

    def __str__(self) -> str:
        return f"{self.orders_count} / {self.revenue}"


class OrderStanding(models.Model):
    """Where a counted order stands in its customer's history: periods, gaps and reactivation need no self-join."""

    order = models.OneToOneField(
        Order, models.CASCADE, primary_key=True, related_name="standing", verbose_name=_("order")
    )
    # No index of its own: the unique one begins with it.
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="standings", db_index=False, verbose_name=_("customer")
    )
    placed_at = models.DateTimeField(_("placed at"))
    ordinal = models.PositiveIntegerField(_("which order of the customer"), help_text=_("1 is the first."))
    previous_at = models.DateTimeField(_("previous order"), null=True)
    net_revenue = models.DecimalField(_("net revenue"), max_digits=14, decimal_places=2)
    margin = models.DecimalField(_("margin"), max_digits=14, decimal_places=2, null=True)

    class Meta:
        verbose_name = _("order standing")
        verbose_name_plural = _("order standings")
        constraints = [
            models.CheckConstraint(condition=Q(ordinal__gte=1), name="standing_ordinal_from_one"),
            # Deferrable: a recount shifts ordinals of one customer in one statement.
            models.UniqueConstraint(
                fields=["customer", "ordinal"], name="standing_ordinal_unique", deferrable=models.Deferrable.DEFERRED
            ),
        ]
        indexes = [models.Index(fields=["placed_at"], name="standing_placed")]

    def __str__(self) -> str:
        return f"{self.customer_id} №{self.ordinal}"


class CustomerScore(models.Model):
    """Scores that depend on everybody, from a nightly pass (crm.figures.scores). R, F, M are quintiles, 5 the best."""

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, related_name="score", verbose_name=_("customer")
    )
    recency = models.PositiveSmallIntegerField(_("recency"))
    frequency = models.PositiveSmallIntegerField(_("frequency"))
    monetary = models.PositiveSmallIntegerField(_("monetary"))
    is_vip = models.BooleanField(_("VIP"), default=False)
    scored_at = models.DateTimeField(_("scored at"))

    class Meta:
        verbose_name = _("customer score")
        verbose_name_plural = _("customer scores")
        indexes = [models.Index(fields=["customer"], condition=Q(is_vip=True), name="score_vip")]

    def __str__(self) -> str:
        return f"{self.recency}{self.frequency}{self.monetary}"


class CustomerPrediction(models.Model):
    """What is to be expected of a customer, from the models of analytics; written only by crm.figures.predictions."""

    ORDERS_DAYS = 90
    REVENUE_DAYS = 365

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, related_name="prediction", verbose_name=_("customer")
    )
    alive_percent = models.PositiveSmallIntegerField(
        _("chance of still being a customer, %"),
        null=True,
        help_text=_("Empty after a single order, which says nothing about it."),
    )
    orders = models.DecimalField(_("orders expected in 90 days"), max_digits=9, decimal_places=2)
    revenue = models.DecimalField(_("revenue expected in a year"), max_digits=14, decimal_places=2)
    next_order_on = models.DateField(
        _("next order expected"),
        null=True,
        help_text=_("After the usual interval of the customer, drawn to that of the shop the less is known of them."),
    )
    overdue_since = models.DateField(
        _("next order overdue since"),
        null=True,
        help_text=_("The day on which it was expected, when that has passed."),
    )
    predicted_at = models.DateTimeField(_("predicted at"))

    class Meta:
        verbose_name = _("prediction for a customer")
        verbose_name_plural = _("predictions for customers")
        constraints = [
            models.CheckConstraint(
                condition=Q(alive_percent=None) | Q(alive_percent__lte=100), name="prediction_percent_at_most_100"
            ),
            models.CheckConstraint(
                condition=Q(next_order_on=None) | Q(overdue_since=None), name="prediction_ahead_or_overdue"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alive_percent}% / {self.orders}"
