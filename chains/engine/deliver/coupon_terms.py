"""Terms of coupons, begun in the transaction that marks the letters which show them as *sending*.

So whatever was, or perhaps was, sent shows the term that is stored, wherever its worker dies. A letter that surely did
not leave takes its coupon's term back in the transaction that records so, unless another letter shows it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from chains.engine.deliver import slices
from chains.engine.deliver.slices import SendingRecord, TouchResult
from crm import loyalty
from crm.loyalty import Sending


class CouponTerms:
    """Of what one delivery begins. A slice without coupons costs what it costs without this."""

    def __init__(self) -> None:
        # The coupon of each touch that was begun with it here and of which nothing is known yet.
        self._begun: dict[int, int] = {}

    def begin_slice(
        self, endings: Sequence[TouchResult], beginnings: Sequence[SendingRecord], lease: UUID, clock: dt.datetime
    ) -> set[int]:
        """Record the endings and begin the next slice; returns the touches that may now be handed over.

        A letter is not begun if its coupon's term began meanwhile with another letter, at another moment: it waits
        until its lease runs out, and shows that term then.
        """
        stayed = self._stayed(endings) if self._begun else {}
        shown = {one.touch_id: one.coupon for one in beginnings if one.coupon}
        if stayed or shown:
            begun = self._begin_with_coupons(endings, beginnings, stayed, shown, lease, clock)
        else:
            begun = slices.begin_slice(endings, beginnings, lease, clock).begun
        for ending in endings:
            self._begun.pop(ending.touch_id, None)
        return begun

    def _begin_with_coupons(
        self,
        endings: Sequence[TouchResult],
        beginnings: Sequence[SendingRecord],
        stayed: dict[int, int],
        shown: dict[int, Sending],
        lease: UUID,
        clock: dt.datetime,
    ) -> set[int]:
        with transaction.atomic():
            terms = loyalty.hold_terms({*stayed.values(), *(sending.coupon_id for sending in shown.values())})
            fitting = [one for one in beginnings if one.coupon is None or _fits(one.coupon, terms)]
            written = slices.begin_slice(endings, fitting, lease, clock)
            begun = {pk: sending for pk, sending in shown.items() if pk in written.begun}
            _count(begun, {pk: coupon for pk, coupon in stayed.items() if pk in written.ended})
        self._begun |= {pk: sending.coupon_id for pk, sending in begun.items()}
        return written.begun

    def _stayed(self, endings: Sequence[TouchResult]) -> dict[int, int]:
        """The coupons of letters that were begun and surely did not leave, by touch."""
        stayed = {ending.touch_id for ending in endings if not ending.may_have_left}
        return {pk: coupon for pk, coupon in self._begun.items() if pk in stayed}


def _fits(sending: Sending, terms: dict[int, loyalty.Term]) -> bool:
    term = terms.get(sending.coupon_id)
    return term is not None and (term.sent_at is None or term.expires_at == sending.expires_at)


def _count(begun: dict[int, Sending], stayed: dict[int, int]) -> None:
    if begun or stayed:
        loyalty.count_sendings([*begun.values(), *(Sending(coupon, -1) for coupon in stayed.values())])
        slices.show_coupons({**dict.fromkeys(stayed), **{pk: one.coupon_id for pk, one in begun.items()}})
