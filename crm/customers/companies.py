"""The company that a fact names somebody's by, created when it is new."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.models import Company
from crm.placeholders import told

LONGEST_NAME = 200


def company_named(name: str) -> Company | None:
    """Its name as written, spaces apart; None for none. ValueError in words for one that cannot be kept."""
    words = " ".join(told(name).split())
    if len(words) > LONGEST_NAME or "\0" in words:
        raise ValueError(_("The name of a company is longer than 200 characters or holds unprintable ones."))
    return Company.objects.get_or_create(name=words)[0] if words else None
