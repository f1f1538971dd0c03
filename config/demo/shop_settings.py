"""The demo shop's settings, and its chains switched on."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from chains.definition.publishing import publish
from chains.models import Chain
from config.demo.catalogue import LARGE, SITE, SMALL
from crm.models import Category, Shop

MIDNIGHT = dt.time(0, 0)
SWITCHED_ON = ("small_appliance", "large_appliance", "service", "review_request", "win_back_6", "win_back_12")


def fill_in_settings() -> Shop:
    """Without quiet hours: whoever looks at the demo at night wants to see letters go out too."""
    shop = Shop.load()
    shop.name = "Lumdal Home"
    shop.site_url = f"https://{SITE}"
    shop.sender_address = f"shop@{SITE}"
    shop.reply_address = f"help@{SITE}"
    shop.support_contact = _("help@lumdal.example.com, every day from 9 to 21")
    shop.postal_address = "1 Example Square, Lumdal"
    shop.review_url = f"https://{SITE}/reviews"
    shop.quiet_from = shop.quiet_until = MIDNIGHT
    shop.phone_country = "RU"
    shop.keeps_working_hours = True
    for day in Shop.Weekday:
        setattr(shop, f"hours_{day.name.lower()}", "9:00-21:00")
    shop.save()
    return shop


def switch_on_chains(now: dt.datetime) -> int:
    """Publish the ready-made chains a shop begins with and return how many; the others stay drafts to look at."""
    _limit_chains_to_appliances()
    drafts = [chain for key in SWITCHED_ON for chain in _ready(key).filter(status=Chain.Status.DRAFT)]
    for chain in drafts:
        publish(chain, now)
    return len(drafts)


def _ready(key: str) -> QuerySet[Chain]:
    return Chain.objects.filter(steps__template__ready_key__startswith=f"{key}/").distinct()


def _limit_chains_to_appliances() -> None:
    """The chains for small and for large appliances each get their part of the catalogue."""
    for key, names in (("small_appliance", SMALL), ("large_appliance", LARGE)):
        categories = Category.objects.filter(parent=None, name__in=names)
        inside = {"field": "order_category", "operator": "has", "value": [str(one.pk) for one in categories]}
        for chain in _ready(key):
            chain.audience_rule = {"all": [chain.audience_rule, inside]}
            chain.save(update_fields=["audience_rule"])
