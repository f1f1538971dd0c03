"""What a new shop still has to do before Encore works for it, in the order in which it is done."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.models import Chain, TestOrder
from crm.models import Contact, Order
from segments.models import Segment

ENOUGH_SEGMENTS = 4
ENOUGH_CHAINS = 3


@dataclass(frozen=True, slots=True)
class FirstStep:
    words: str
    state: str  # what there is of it so far
    is_done: bool
    page: str  # name of the page where it is done
    permission: str


def first_steps() -> list[FirstStep]:
    """Five queries that stop at the first rows."""
    segments = Segment.objects.filter(is_active=True, members_count__gt=0)[:ENOUGH_SEGMENTS].count()
    live = Chain.objects.running()[:ENOUGH_CHAINS].count()
    has_orders = Order.objects.exists()
    has_consents = Contact.objects.filter(marketing_consent=Contact.Consent.GRANTED).exists()
    was_tested = TestOrder.objects.exists()
    return [
        FirstStep(
            _("Connect a mail server: until then letters are kept in the outbox."),
            _("connected") if settings.EMAIL_URL else _("not connected yet"),
            bool(settings.EMAIL_URL),
            "admin:chains_channelstate_changelist",
            "chains.view_chain",
        ),
        FirstStep(
            _("Bring in the orders of the past, by a file or by connecting the shop."),
            _("orders are there") if has_orders else _("no orders yet"),
            has_orders,
            "admin:crm_order_import",
            "crm.import_order",
        ),
        FirstStep(
            _("Bring in who agreed to marketing: without it only service messages go out."),
            _("consents are there") if has_consents else _("nobody has agreed yet"),
            has_consents,
            "admin:crm_consentrecord_changelist",
            "crm.view_consentrecord",
        ),
        FirstStep(
            _("Look through the segments: four to six with people in them are enough to begin with."),
            ngettext("%(count)d has people in it", "%(count)d have people in them", segments) % {"count": segments},
            segments >= ENOUGH_SEGMENTS,
            "admin:segments_segment_changelist",
            "segments.view_segment",
        ),
        FirstStep(
            _("Make a test order of a chain, and read its letters in your own mailbox."),
            _("made") if was_tested else _("not made yet"),
            was_tested,
            "admin:chains_chain_changelist",
            "chains.view_chain",
        ),
        FirstStep(
            _("Publish three chains: the order, the delivery and care, and a reminder to come back."),
            ngettext("%(count)d runs", "%(count)d run", live) % {"count": live},
            live >= ENOUGH_CHAINS,
            "admin:chains_chain_changelist",
            "chains.view_chain",
        ),
    ]
