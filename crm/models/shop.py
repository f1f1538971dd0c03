from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.validators import ArrayMaxLengthValidator
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from crm.models.channel import Channel, default_channel_order
from crm.models.choices import database_checks_choices
from crm.models.shop_desk import MOST_ANSWER_HOURS, DeskSettings
from crm.models.shop_pages import PageSettings
from crm.models.shop_replies import ReplySettings

not_every_day = ArrayMaxLengthValidator(6, _("With every day quiet nothing would ever be sent."))


@database_checks_choices
class Shop(ReplySettings, DeskSettings, PageSettings):
    """The one row of the settings page. Read it once a batch with `Shop.load()`; parts of it stand in its bases."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    class Niche(models.TextChoices):
        ALL = "all", _("all niches")
        CARS = "cars", _("cars and parts")
        SPORT = "sport", _("sport")
        HOME = "home", _("home and garden")
        ELECTRONICS = "electronics", _("electronics")
        JEWELLERY = "jewellery", _("jewellery")

    name = models.CharField(_("name of the shop"), max_length=200, default="Encore")
    site_url = models.URLField(_("shop's site"), blank=True)
    sender_address = models.EmailField(_("letters come from"), default="shop@example.com")
    reply_address = models.EmailField(_("replies go to"), blank=True)
    support_contact = models.CharField(
        _("support contact"), max_length=300, blank=True, help_text=_("Phone, hours: shown in every service letter.")
    )
    postal_address = models.CharField(_("postal address"), max_length=300, blank=True)
    review_url = models.URLField(_("where reviews are left"), blank=True)
    brand_color = models.CharField(_("colour of buttons"), max_length=7, default="#2f6f4f")
    logo = models.CharField(
        _("logo"),
        max_length=100,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="The name of its picture's file.",
    )
    phone_country = models.CharField(
        _("country of phone numbers"),
        max_length=2,
        blank=True,
        help_text=_("Two letters, e.g. RU. Read numbers written without + as of this country."),
    )
    weekly_cap = models.PositiveSmallIntegerField(
        _("touches a week"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_("No marketing goes out when a customer already got so many in 7 days. Service always passes."),
    )
    less_cap = models.PositiveSmallIntegerField(
        _("for those who read nothing or asked for less"),
        default=1,
        validators=[MaxValueValidator(50)],
        help_text=_("Touches a week. 0: no marketing at all."),
    )
    more_cap = models.PositiveSmallIntegerField(
        _("for those who asked for more"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_("Touches a week. Customers ask on the page of their preferences, or tell an agent."),
    )
    unread_letters = models.PositiveSmallIntegerField(
        _("reads nothing: letters in a row"),
        default=5,
        validators=[MaxValueValidator(50)],
        help_text=_(
            "Neither opened nor clicked. Opens are unreliable: those by machines do not count, a click counts as "
            "reading. 0: nobody is counted as reading nothing."
        ),
    )
    complaint_cooldown_days = models.PositiveSmallIntegerField(
        _("days of peace after a complaint"),
        default=0,
        validators=[MaxValueValidator(365)],
        help_text=_("While a complaint is open there is no marketing; then for so many days more."),
    )
    rest_days = models.PositiveSmallIntegerField(
        _("days from delivery to marketing"),
        default=0,
        validators=[MaxValueValidator(365)],
        help_text=_(
            "Marketing about an order waits for its service message and for the goods; then so many days more."
        ),
    )
    useful_share = models.PositiveSmallIntegerField(
        _("service and useful content, %"),
        default=80,
        validators=[MaxValueValidator(100)],
        help_text=_("Of all that customers got in 90 days. Less than this is flagged."),
    )
    quiet_from = models.TimeField(_("quiet from"), default=dt.time(21, 0))
    quiet_until = models.TimeField(_("quiet until"), default=dt.time(9, 0))
    quiet_weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday.choices),
        default=list,
        blank=True,
        validators=[not_every_day],
        verbose_name=_("quiet days of the week"),
    )
    channel_order = ArrayField(
        models.CharField(max_length=16, choices=Channel.choices),
        default=default_channel_order,
        verbose_name=_("channels, the preferred first"),
        help_text=_("Of the channels a message is written for, the first that reaches the customer is used."),
    )
    lapse_days = models.PositiveSmallIntegerField(
        _("lapsed after, days without an order"), default=180, validators=[MinValueValidator(1)]
    )
    repeat_window_days = models.PositiveSmallIntegerField(
        _("second order expected within, days"), default=90, validators=[MinValueValidator(1)]
    )
    low_rating = models.PositiveSmallIntegerField(
        _("a rating this low opens a case"), default=3, validators=[MinValueValidator(0), MaxValueValidator(5)]
    )
    niche = models.CharField(
        _("niche to compare with"),
        max_length=16,
        choices=Niche.choices,
        default=Niche.ALL,
        help_text=_("Whose usual figures stand beside the results of your chains."),
    )
    survey_days = models.PositiveSmallIntegerField(
        _("days between two questions to a customer"),
        default=90,
        db_default=90,
        validators=[MaxValueValidator(365)],
        help_text=_(
            "Whoever was asked something so many days ago or less is not asked again, whatever the survey. 0: always."
        ),
    )
    click_window_days = models.PositiveSmallIntegerField(
        _("order counts after a click, days"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
        help_text=_("The last message the customer clicked within so many days before the order is said to bring it."),
    )
    delivery_window_days = models.PositiveSmallIntegerField(
        _("order counts after delivery alone, days"),
        default=5,
        validators=[MaxValueValidator(90)],
        help_text=_(
            "Where nothing was clicked: the last message that arrived, counted apart. 0: only clicks bring orders. "
            "Both hold for orders to come; what was counted stays."
        ),
    )

    soft_bounces = models.PositiveSmallIntegerField(
        _("letters come back before an address is given up"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_("For passing reasons, e.g. a full mailbox. An address that does not exist is given up at once."),
    )
    soft_bounce_days = models.PositiveSmallIntegerField(
        _("counted over, days"), default=30, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    spam_warn_percent = models.DecimalField(
        _("warn at spam reports, %"),
        max_digits=5,
        decimal_places=2,
        default=Decimal("0.10"),
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(100)],
        help_text=_("Of marketing letters delivered in 7 or 30 days."),
    )
    spam_stop_percent = models.DecimalField(
        _("stop marketing letters at, %"),
        max_digits=5,
        decimal_places=2,
        default=Decimal("0.30"),
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(100)],
        help_text=_("Gmail and Yahoo turn away senders who come to 0.3 %."),
    )
    spam_stop_least = models.PositiveSmallIntegerField(
        _("and at least so many reports"),
        default=3,
        validators=[MinValueValidator(1)],
        help_text=_("So that one report out of ten letters stops nothing."),
    )

    # What staff deleted of what a new shop begins with does not come back at the next start.
    starters_added_at = models.DateTimeField(null=True, editable=False)

    history = HistoricalRecords(
        excluded_fields=["starters_added_at"],
        verbose_name=_("change of the settings"),
        verbose_name_plural=_("changes of the settings"),
    )

    class Meta:
        verbose_name = _("shop settings")
        verbose_name_plural = _("shop settings")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="shop_is_one"),
            models.CheckConstraint(
                condition=Q(
                    answer_hours_high__range=(1, MOST_ANSWER_HOURS),
                    answer_hours_normal__range=(1, MOST_ANSWER_HOURS),
                    answer_hours_low__range=(1, MOST_ANSWER_HOURS),
                ),
                name="shop_answer_hours",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def load(cls) -> Shop:
        return _held.get() or cls.objects.get_or_create(pk=1)[0]

    @contextmanager
    def cached(self) -> Iterator[None]:
        """Within, these settings are the shop's without being asked for: a rehearsal takes thousands of passes."""
        token = _held.set(self)
        try:
            yield
        finally:
            _held.reset(token)


_held: ContextVar[Shop | None] = ContextVar("held_shop", default=None)
