"""The code by which a customer recommends the shop, and its link. Made when it is first needed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from crm.locks import lock_all_current
from crm.loyalty.coupon_codes import new_code, normalise
from crm.models import Coupon, Customer, ReferralCode

TRIES = 3
REF = "ref"


def codes_of(customer_ids: Collection[int], now: dt.datetime) -> dict[int, str]:
    """The current code of each of these, made for those who have none; who was erased has none."""
    known = _known(customer_ids)
    missing = set(customer_ids) - known.keys()
    return known | _made(missing, now) if missing else known


def code_of(customer: Customer, now: dt.datetime) -> str:
    """Empty for somebody who was erased."""
    return codes_of([customer.pk], now).get(customer.pk, "")


def known_code(customer: Customer) -> str:
    """The current code, if one was made already."""
    return _known([customer.pk]).get(customer.pk, "")


def owner_of(typed: str) -> Customer | None:
    """Whose code it is, however it was typed; nobody's when they were erased."""
    found = ReferralCode.objects.select_related("customer").filter(code=normalise(typed)).first()
    return found.customer if found and not found.customer.erased_at else None


def link_of(code: str) -> str:
    """The page where friends are welcomed."""
    return settings.SITE_URL + path_of(code)


def path_of(code: str) -> str:
    return reverse("referral", args=[code.replace("-", "")])


def shop_link(site_url: str, code: str) -> str:
    """The shop's own site, which tells the code on by itself: Encore's script reports the page that was opened."""
    if not site_url:
        return ""
    sign = "&" if "?" in site_url else "?"
    return f"{site_url}{sign}{REF}={code.replace('-', '')}&utm_source=referral&utm_medium=recommendation"


def _known(customer_ids: Collection[int]) -> dict[int, str]:
    current = ReferralCode.objects.filter(customer__in=customer_ids, is_current=True)
    return dict(current.values_list("customer", "code"))


@transaction.atomic
def _made(customer_ids: Collection[int], now: dt.datetime) -> dict[int, str]:
    """Under the lock of their customers, so that each has one."""
    current = lock_all_current(customer_ids)
    owners = set(current.values())
    for _attempt in range(TRIES):
        if not (missing := owners - _known(owners).keys()):
            break
        # A code that is taken already leaves its owner missing: it is drawn again.
        drafts = [ReferralCode(customer_id=pk, code=_free_code(), created_at=now) for pk in sorted(missing)]
        ReferralCode.objects.bulk_create(drafts, ignore_conflicts=True)
    known = _known(owners)
    return {pk: known[owner] for pk, owner in current.items() if owner in known}


def _free_code() -> str:
    """No coupon's, as both are typed into the same field of a shop."""
    while Coupon.objects.filter(code=(code := new_code())).exists():
        pass
    return code
