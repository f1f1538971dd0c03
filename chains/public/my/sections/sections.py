"""What a customer's own page consists of, in its order. A new section is a line here, a function and a template."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from chains.public.my.sections import offers, orders, questions, referral, rewards, subscriptions
from chains.public.my.sections.section import Section
from crm.models import Case, Customer

SECTIONS = (
    Section("orders", _("Your orders"), orders.read),
    Section("subscriptions", _("Your subscriptions"), subscriptions.read),
    Section("rewards", _("Points and coupons"), rewards.read),
    Section("offers", _("Goes with what you have"), offers.read, asks_for_more=True),
    Section("referral", _("Recommend us"), referral.read, asks_for_more=True),
    Section("questions", _("Questions to us"), questions.read),
)


def shown(customer: Customer, now: dt.datetime) -> list[tuple[Section, dict[str, Any]]]:
    complains = Case.objects.open().complaints().filter(customer=customer).exists()
    sections = [section for section in SECTIONS if not (complains and section.asks_for_more)]
    found = [(section, section.read(customer, now)) for section in sections]
    return [(section, context) for section, context in found if context is not None]
