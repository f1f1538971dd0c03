"""Kitchens that the demo shop fits: one is finished, one waits for its customer's word, one has just begun."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from crm.jobs import jobs, pictures
from crm.models import Customer, Job, JobPicture, JobStage, JobTemplate, JobTemplateStage, Product, Shop
from crm.orders import orders
from crm.orders.catalogue import LineData

DAY = dt.timedelta(days=1)
# Not SOURCE of the purchases: their numbers go on by counting, these have one of their own kind.
SOURCE = "showroom"
SKU, PRICE = "KIT-1", Decimal(1900)
WALL, FLOOR, WOOD, STEEL = (236, 232, 222), (190, 170, 150), (150, 111, 78), (176, 184, 190)
When = JobPicture.When


def fit_kitchens(now: dt.datetime, responsible: User) -> None:
    regulars = Customer.objects.current().filter(stats__orders_count__gt=1).order_by("-stats__last_order_at", "pk")
    template = _template()
    for number, (customer, begun, done) in enumerate(zip(regulars[:3], (40, 12, 2), (4, 2, 0), strict=False), start=1):
        job = _begin(template, customer, number, now - begun * DAY, responsible)
        for place, stage in enumerate(job.stages.all()[:done]):
            _do(stage, now - begun * DAY + (place + 1) * DAY, is_last=place == done - 1 and done < 4)
        _take_pictures(job, responsible, finished=done == 4)
        if done == 4:
            jobs.close_job(job, report=job.report, next_words=job.next_words, next_on=None, at=now - (begun - 6) * DAY)


def _template() -> JobTemplate:
    service = Product.objects.create(sku=SKU, name=_("Kitchen fitted"), kind=Product.Kind.SERVICE, price=PRICE)
    template = JobTemplate.objects.create(
        name=_("Fitting a kitchen"),
        prepare=_(
            "Empty the old cupboards\nKeep the space in front of the door free\nShow us where the water is shut off"
        ),
        faq=_("Can we cook meanwhile?\nFrom the third day on, and before that on a hot plate that we bring."),
        status_weekday=Shop.Weekday.FRIDAY,
        report=_("The kitchen is fitted, connected and tried; the old one is taken away."),
        next_words=_("After a year we look at hinges and seals, free of charge."),
    )
    template.products.add(service)
    named = (
        (_("Measured"), 1, False),
        (_("Old kitchen out"), 3, False),
        (_("Cupboards up"), 6, True),
        (_("Connected"), 8, True),
    )
    for position, (name, days, needs_acceptance) in enumerate(named):
        JobTemplateStage.objects.create(
            template=template, position=position, name=name, days=days, needs_acceptance=needs_acceptance
        )
    return template


def _begin(template: JobTemplate, customer: Customer, number: int, at: dt.datetime, responsible: User) -> Job:
    order = orders.place(
        f"K-{number:03}",
        customer=customer,
        placed_at=at - 3 * DAY,
        lines=[LineData(SKU, Decimal(1), PRICE)],
        appointment_at=at,
        source=SOURCE,
    )
    orders.pay(order, at=at - 2 * DAY)
    return jobs.start_job(order, template, at=at, responsible=responsible)


def _do(stage: JobStage, at: dt.datetime, *, is_last: bool) -> None:
    """What the customer accepts is accepted the day after, but for what they were asked about last."""
    jobs.reach_stage(stage, words="", at=at)
    if stage.needs_acceptance and not is_last:
        jobs.accept_stage(stage, at=at + DAY / 2)


def _take_pictures(job: Job, by: User, *, finished: bool) -> None:
    moments = (When.BEFORE, When.DURING, When.AFTER) if finished else (When.BEFORE, When.DURING)
    for number, taken in enumerate(moments):
        pictures.add_picture(job, _drawn(number), taken=taken, at=job.started_at + (2 * number + 1) * DAY, by=by)


def _drawn(stage: int) -> bytes:
    """A room in a few strokes: empty, with cupboards, with all that belongs to it."""
    picture = Image.new("RGB", (800, 500), WALL)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 380, 800, 500), fill=FLOOR)
    draw.rectangle((560, 60, 740, 220), fill=(203, 222, 236), outline=WOOD, width=8)
    for left in range(40, 40 + 130 * 3 * min(stage, 1), 130):
        draw.rectangle((left, 250, left + 120, 400), fill=WOOD, outline=WALL, width=4)
        draw.rectangle((left, 60, left + 120, 170), fill=WOOD, outline=WALL, width=4)
    if stage > 1:
        draw.rectangle((36, 236, 424, 252), fill=STEEL)
        draw.rectangle((440, 250, 540, 400), fill=STEEL, outline=WALL, width=4)
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()
