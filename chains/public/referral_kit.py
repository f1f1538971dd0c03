"""The kit of a recommendation: words, a picture and a code to forward, and what came of it.

Forwarding is known by the code alone, so that the kit works on every page that includes it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chains.messages.context import language_of
from chains.messages.layout import brand_color
from chains.models import Touch
from chains.pictures.referral_card import FORMS, CardWords, draw_card
from chains.public.pages import private, shop_page, too_many_changes_page, touch_view, unknown_link_page
from crm.models import ReferralProgramme, Shop
from crm.referrals.codes import code_of, link_of, owner_of
from crm.referrals.happenings import note_forwarded
from crm.referrals.shown import may_recommend, referral_for_customer
from crm.referrals.wording import friend_gets
from crm.turns import visitors_turn

LONGEST = 1_000
FORWARDS_AN_HOUR = 30
DAY_SECONDS = 24 * 3600
# Where each way leads with the words. Mail opens by a link of its own, and copying leads nowhere.
WAYS = {
    "whatsapp": "https://wa.me/?text={text}",
    "telegram": "https://t.me/share/url?url={url}&text={words}",
}


@require_http_methods(["GET", "HEAD", "POST"])
@touch_view
def kit_view(request: HttpRequest, touch: Touch) -> HttpResponse:
    """Whoever has no code yet gets one by a press."""
    customer, now = touch.customer, timezone.now()
    if not may_recommend(customer):
        words = _("There is no programme for it at the moment. A good word is welcome all the same.")
        return shop_page(request, "notice", title=_("Recommend us"), text=words)
    if request.method == "POST":
        code_of(customer, now)
        response = HttpResponseRedirect(request.path)
        response.status_code = 303
        return response
    return shop_page(request, "referral_kit_page", referral=referral_for_customer(customer, now))


@csrf_exempt
@require_POST
def forward_view(request: HttpRequest, code: str) -> HttpResponse:
    """Count it, and lead on to the messenger with the words as the customer left them. No cookies, nobody's name."""
    recommender = owner_of(code)
    if recommender is None:
        return private(unknown_link_page(request))
    with translation.override(language_of(recommender)):
        if visitors_turn("forwards", code, most=FORWARDS_AN_HOUR, seconds=3600).wait > 0:
            return private(too_many_changes_page(request))
        way = request.POST.get("by", "")
        note_forwarded(recommender, way, at=timezone.now())
    if way not in WAYS:
        return private(HttpResponse(status=204))
    return _lead_on(way, request.POST.get("words", "")[:LONGEST].strip(), link_of(code))


def _lead_on(way: str, words: str, url: str) -> HttpResponse:
    text = words if url in words else f"{words} {url}".strip()
    told = {"text": quote(text), "words": quote(words.replace(url, "").strip()), "url": quote(url, safe="")}
    response = private(HttpResponseRedirect(WAYS[way].format(**told)))
    response.status_code = 303
    return response


@require_safe
@cache_control(public=True, max_age=DAY_SECONDS)
def picture_view(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """Names nobody: the shop, what a friend gets, the code and the link."""
    owner, programme = owner_of(code), ReferralProgramme.load()
    if owner is None or form not in FORMS or not programme.is_on:
        raise Http404
    language = language_of(owner)
    with translation.override(language):
        words = CardWords(**_card_words(programme, code, language))
    drawn = draw_card(words, FORMS[form], brand_color(Shop.load()))
    return HttpResponse(drawn, content_type="image/png")


def _card_words(programme: ReferralProgramme, code: str, language: str) -> dict[str, Any]:
    gets, plain = friend_gets(programme, language), code.replace("-", "").upper()
    return {
        "shop": Shop.load().name,
        "heading": _("A friend recommends us to you"),
        "offer": _("With the first order: %(gift)s") % {"gift": gets} if gets else "",
        "code": f"{plain[:4]}-{plain[4:]}",
        "link": link_of(plain),
        "hint": _("Point your camera here"),
    }
