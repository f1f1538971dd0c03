"""When support works, what it promises, and what it may give."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from crm.timezones import shop_zone
from crm.working_hours import LEAST_MINUTES_A_WEEK, Calendar, RoundTheClock, Span, WorkingHours, days, minutes_of, spans

MOST_ANSWER_HOURS = 24 * 30


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


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class DeskSettings(models.Model):
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

    class Meta:
        abstract = True

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
        texts = (getattr(self, f"hours_{weekday}") for weekday in WEEKDAYS)
        return tuple(spans(text) for text in texts)

    def answer_due(self, severity: str, since: dt.datetime) -> dt.datetime:
        """By when a complaint that waits since then has to be answered, where nobody named another time."""
        hours = {"high": self.answer_hours_high, "normal": self.answer_hours_normal, "low": self.answer_hours_low}
        return self.calendar.due(since, dt.timedelta(hours=hours[severity]))
