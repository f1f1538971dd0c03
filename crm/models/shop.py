from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.validators import ArrayMaxLengthValidator
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise
from simple_history.models import HistoricalRecords

from crm.languages import words
from crm.models.channel import Channel, default_channel_order
from crm.models.choices import database_checks_choices
from crm.timezones import shop_zone
from crm.working_hours import LEAST_MINUTES_A_WEEK, Calendar, RoundTheClock, Span, WorkingHours, days, minutes_of, spans

MOST_ANSWER_HOURS = 24 * 30
not_every_day = ArrayMaxLengthValidator(6, _("With every day quiet nothing would ever be sent."))


def urgent_words() -> str:
    return "\n".join(words("replies", "urgent"))


def complaint_words() -> str:
    return "\n".join(words("replies", "complaint"))


def human_words() -> str:
    return "\n".join(words("replies", "human"))


def validate_cart_url(url: str) -> None:
    if not url.startswith(("https://", "http://")) or not ("{items}" in url or "{skus}" in url):
        raise ValidationError(_("A whole address with {items} or {skus} in it."))


def carriers_in(text: str) -> dict[str, str]:
    """The address of the page of each carrier, by its name; ValueError names the line that is none."""
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, url = line.partition(":")
        url = url.strip()
        if not (name.strip() and colon and url.startswith(("https://", "http://")) and "{number}" in url):
            raise ValueError(line)
        found[name.strip()] = url
    return found


def validate_carrier_links(text: str) -> None:
    try:
        carriers_in(text)
    except ValueError as error:
        words = _("“%(line)s” is no carrier: write its name, a colon, and an address with {number} in it.")
        raise ValidationError(words, params={"line": str(error)}) from error


def praise_words() -> str:
    return "\n".join(words("replies", "praise"))


def return_words() -> str:
    return "\n".join(words("replies", "return"))


def answer_hours(label: StrPromise, default: int) -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(
        label, default=default, validators=[MinValueValidator(1), MaxValueValidator(MOST_ANSWER_HOURS)]
    )


def check_hours(text: str) -> None:
    try:
        spans(text)
    except ValueError as error:
        words = gettext("“%(text)s” cannot be read as hours: write 9:00-18:00, or 9-13, 14-18; empty means closed.")
        raise ValidationError(words % {"text": error}) from error


def check_holidays(text: str) -> None:
    try:
        days(text)
    except ValueError as error:
        words = gettext("“%(text)s” does not begin with a day: write 2026-12-25 or 25.12.2026, one a line.")
        raise ValidationError(words % {"text": error}) from error


def hours_of(weekday: StrPromise, default: str) -> models.CharField[str, str]:
    return models.CharField(
        weekday, max_length=60, blank=True, default=default, db_default=default, validators=[check_hours]
    )


OFFICE_HOURS = "9:00-18:00"


@database_checks_choices
class Shop(models.Model):
    """The one row of the settings page. Read it once a batch with `Shop.load()`."""

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

    class RepeatBy(models.TextChoices):
        TASK = "task", _("a task for staff")
        CART = "cart", _("the customer is led to a filled cart")
        WEBHOOK = "webhook", _("the shop's systems do it, told by a webhook")

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

    urgent_words = models.TextField(
        _("words that make a reply urgent"),
        blank=True,
        default=urgent_words,
        help_text=_("One a line; the beginning of a word is enough."),
    )
    complaint_words = models.TextField(
        _("words that make a reply a complaint"),
        blank=True,
        default=complaint_words,
        help_text=_("One a line; the beginning of a word is enough. Marketing to the customer stops then."),
    )
    praise_words = models.TextField(
        _("words that make a reply praise"),
        blank=True,
        default=praise_words,
        help_text=_("One a line. A task to thank and ask is made, once in 90 days. Empty: no such tasks."),
    )
    return_words = models.TextField(
        _("words that tell of a return"),
        blank=True,
        default=return_words,
        help_text=_("One a line. A task to offer help before the return is made. Empty: no such tasks."),
    )
    thanks_for_ratings = models.BooleanField(
        _("a high rating with words is a task to thank"),
        default=True,
        db_default=True,
        help_text=_("5 of 5, or 9 and 10 of 10, once in 90 days for each customer."),
    )
    answer_hours_high = answer_hours(_("urgent: answered within, hours"), 4)
    answer_hours_normal = answer_hours(_("normal: answered within, hours"), 24)
    answer_hours_low = answer_hours(_("not urgent: answered within, hours"), 72)
    keeps_working_hours = models.BooleanField(
        _("promises count in working hours only"),
        default=False,
        db_default=False,
        help_text=_(
            "Otherwise every hour counts, day and night. A change holds for promises made from then on: what a "
            "customer was told stays."
        ),
    )
    hours_monday = hours_of(_("Monday"), OFFICE_HOURS)
    hours_tuesday = hours_of(_("Tuesday"), OFFICE_HOURS)
    hours_wednesday = hours_of(_("Wednesday"), OFFICE_HOURS)
    hours_thursday = hours_of(_("Thursday"), OFFICE_HOURS)
    hours_friday = hours_of(_("Friday"), OFFICE_HOURS)
    hours_saturday = hours_of(_("Saturday"), "")
    hours_sunday = hours_of(_("Sunday"), "")
    holidays = models.TextField(
        _("holidays"),
        blank=True,
        db_default="",
        validators=[check_holidays],
        help_text=_("One a line, as 2026-12-25 or 25.12.2026; what is celebrated may stand behind it."),
    )
    ask_content_days = models.PositiveSmallIntegerField(
        _("ask whether all is well after, days"),
        default=2,
        db_default=2,
        validators=[MaxValueValidator(30)],
        help_text=_("So long after a case was resolved the desk reminds you to ask the customer."),
    )
    silent_days = models.PositiveSmallIntegerField(
        _("a silent customer's case closes after, days"),
        default=14,
        db_default=14,
        validators=[MaxValueValidator(365)],
        help_text=_("When it waits for the customer and no word comes. An answer opens it again. 0: it stays open."),
    )
    asks_if_content = models.BooleanField(
        _("Encore asks by itself whether all is well"),
        default=False,
        db_default=False,
        help_text=_("After so many days as the desk reminds you of it. Otherwise a colleague presses the button."),
    )
    bot_answers = models.BooleanField(
        _("the bot answers common questions"),
        default=False,
        db_default=False,
        help_text=_(
            "With ready answers that are marked for it, in the channel the question came by; never complaints."
        ),
    )
    human_words = models.TextField(
        _("words that call a person"),
        blank=True,
        default=human_words,
        help_text=_(
            "One a line; the beginning of a word is enough. The bot names the first of the customer's language."
        ),
    )
    goodwill_points = models.PositiveIntegerField(
        _("goodwill: most points"), default=500, db_default=500, help_text=_("0: none.")
    )
    goodwill_percent = models.PositiveSmallIntegerField(
        _("goodwill: largest discount, %"), default=15, db_default=15, validators=[MaxValueValidator(100)]
    )
    goodwill_amount = models.DecimalField(
        _("goodwill: most money"),
        max_digits=12,
        decimal_places=2,
        default=0,
        db_default=0,
        validators=[MinValueValidator(0)],
        help_text=_("Coupons and gifts together, in the shop's currency. 0: none."),
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

    page_link_days = models.PositiveSmallIntegerField(
        _("links to a customer's page work for, days"),
        default=30,
        db_default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("Then the customer has a fresh one sent to the address the letter went to."),
    )
    repeat_by = models.CharField(
        _("the same again"),
        max_length=8,
        choices=RepeatBy.choices,
        default=RepeatBy.TASK,
        db_default=RepeatBy.TASK,
        help_text=_(
            "What happens when a customer asks for an order again, or a subscription comes round. Webhooks that are "
            "told of it are told in any case."
        ),
    )
    cart_url = models.CharField(
        _("link to a filled cart"),
        max_length=500,
        blank=True,
        default="",
        db_default="",
        validators=[validate_cart_url],
        help_text=_(
            "With {items} where the goods go: number in the shop and quantity, 123:2,456:1; with {skus} the same by "
            "SKU. WooCommerce: https://shop.example/checkout-link/?products={items}. "
            "Shopify: https://shop.example/cart/{items}."
        ),
    )
    carrier_links = models.TextField(
        _("where parcels are tracked"),
        blank=True,
        default="",
        db_default="",
        validators=[validate_carrier_links],
        help_text=_(
            "One carrier a line: its name, a colon, and the address of its page with {number} in it. "
            "DHL: https://www.dhl.com/en/express/tracking.html?AWB={number}"
        ),
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

    def clean(self) -> None:
        try:
            worked = minutes_of(self._week())
        except ValueError:
            # Said at the field already.
            return
        if self.keeps_working_hours and worked < LEAST_MINUTES_A_WEEK:
            raise ValidationError({"hours_monday": _("Work at least one hour a week, or let every hour count.")})

    @property
    def calendar(self) -> Calendar:
        """In which time promises count."""
        if not self.keeps_working_hours:
            return RoundTheClock()
        return WorkingHours(shop_zone(), self._week(), days(self.holidays))

    def _week(self) -> tuple[tuple[Span, ...], ...]:
        texts = (getattr(self, f"hours_{weekday.name.lower()}") for weekday in Shop.Weekday)
        return tuple(spans(text) for text in texts)

    def answer_due(self, severity: str, since: dt.datetime) -> dt.datetime:
        """By when a complaint that waits since then has to be answered, where nobody named another time."""
        hours = {"high": self.answer_hours_high, "normal": self.answer_hours_normal, "low": self.answer_hours_low}
        return self.calendar.due(since, dt.timedelta(hours=hours[severity]))

    @contextmanager
    def cached(self) -> Iterator[None]:
        """Within, these settings are the shop's without being asked for: a rehearsal takes thousands of passes."""
        token = _held.set(self)
        try:
            yield
        finally:
            _held.reset(token)


_held: ContextVar[Shop | None] = ContextVar("held_shop", default=None)
