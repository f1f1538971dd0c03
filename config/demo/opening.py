"""The demo shop's settings, and its chains switched on."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from chains.models import Chain
from chains.publishing import publish
from crm.models import Shop

MIDNIGHT = dt.time(0, 0)


def open_shop() -> Shop:
    """Without quiet hours: whoever looks at the demo at night wants to see letters go out too."""
    shop = Shop.load()
    shop.name = "Lumdal Home"
    shop.site_url = "https://lumdal.example.com"
    shop.sender_address = "shop@lumdal.example.com"
    shop.reply_address = "help@lumdal.example.com"
    shop.support_contact = _("help@lumdal.example.com, every day from 9 to 21")
    shop.postal_address = "Lumdal Home, 1 Example Square"
    shop.review_url = "https://lumdal.example.com/reviews"
    shop.quiet_from = shop.quiet_until = MIDNIGHT
    shop.phone_country = "RU"
    shop.save()
    return shop


def switch_on_chains(now: dt.datetime) -> int:
    """Publish every chain that came ready-made; how many."""
    drafts = Chain.objects.filter(status=Chain.Status.DRAFT)
    for chain in drafts:
        publish(chain, now)
    return len(drafts)
