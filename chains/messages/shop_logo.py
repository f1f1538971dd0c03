from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from crm.models import Shop


def logo_url(shop: Shop) -> str:
    """The whole address: letters are read far from here. Empty without a logo."""
    return f"{settings.SITE_URL.rstrip('/')}{reverse('chains:picture', args=[shop.logo])}" if shop.logo else ""
