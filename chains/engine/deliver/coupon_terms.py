"""A coupon's term begins in the transaction that marks the first letter which shows it as *sending*.

So whatever was, or perhaps was, sent shows the term that is stored, wherever its worker dies. When a letter surely did
not leave, the transaction that records this takes the term back, unless another letter shows the coupon.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from chains.engine.deliver import slices
from chains.engine.deliver.slices import SendingRecord, TouchResult
from crm import loyalty
from crm.loyalty import CouponSending


class CouponTerms:
    """The terms that one delivery begins. A slice without coupons costs no more than without this."""

    def __init__(self) -> None:
        # The coupon of each touch that was begun here and of which no result is recorded yet.
        self._begun: dict[int, int] = {}

    def begin_slice(
        self, results: Sequence[TouchResult], sending: Sequence[SendingRecord], lease: UUID, clock: dt.datetime
    ) -> set[int]:
        """Record the results and begin the next slice; returns the touches that may now be handed over.

        A letter is not begun if its coupon's term began meanwhile with another letter, at another moment: it waits
        until its lease runs out, and then shows that term.
        """
        unsent = self._unsent(results) if self._begun else {}
        shown = {one.touch_id: one.coupon for one in sending if one.coupon}
        if unsent or shown:
            begun = self._begin_with_coupons(results, sending, unsent, shown, lease, clock)
        else:
            begun = slices.begin_slice(results, sending, lease, clock).begun
        for result in results:
            self._begun.pop(result.touch_id, None)
        return begun

    def _begin_with_coupons(
        self,
        results: Sequence[TouchResult],
        sending: Sequence[SendingRecord],
        unsent: dict[int, int],
        shown: dict[int, CouponSending],
        lease: UUID,
        clock: dt.datetime,
    ) -> set[int]:
        with transaction.atomic():
            terms = loyalty.lock_terms({*unsent.values(), *(one.coupon_id for one in shown.values())})
            fitting = [one for one in sending if one.coupon is None or _fits(one.coupon, terms)]
            written = slices.begin_slice(results, fitting, lease, clock)
            begun = {pk: coupon for pk, coupon in shown.items() if pk in written.begun}
            _count(begun, {pk: coupon for pk, coupon in unsent.items() if pk in written.ended})
        self._begun |= {pk: coupon.coupon_id for pk, coupon in begun.items()}
        return written.begun

    def _unsent(self, results: Sequence[TouchResult]) -> dict[int, int]:
        """The coupons of letters that were begun and surely did not leave, by touch."""
        unsent = {result.touch_id for result in results if not result.may_have_left}
        return {pk: coupon for pk, coupon in self._begun.items() if pk in unsent}


def _fits(shown: CouponSending, terms: dict[int, loyalty.CouponTerm]) -> bool:
    term = terms.get(shown.coupon_id)
    return term is not None and (term.sent_at is None or term.expires_at == shown.expires_at)


def _count(begun: dict[int, CouponSending], unsent: dict[int, int]) -> None:
    if begun or unsent:
        loyalty.count_sendings([*begun.values(), *(CouponSending(coupon, -1) for coupon in unsent.values())])
        slices.show_coupons({**dict.fromkeys(unsent), **{pk: one.coupon_id for pk, one in begun.items()}})
