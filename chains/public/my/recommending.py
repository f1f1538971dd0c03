"""A customer asks for the link by which they recommend the shop."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from chains.public.my.acting import back
from chains.public.my.door import Visit, my_view
from crm.referrals.codes import code_of
from crm.referrals.shown import may_recommend


@require_POST
@my_view
def begin_view(request: HttpRequest, visit: Visit) -> HttpResponse:
    if may_recommend(visit.customer):
        code_of(visit.customer, timezone.now())
    return back(reverse("chains:my"), "link")
