"""What the customer hears about from us, by whatever letter they came."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from chains.public.my.door import Visit, my_view
from chains.public.pages import shop_page
from chains.public.preferences import choices_of, evidence_of, save_chosen


@require_http_methods(["GET", "HEAD", "POST"])
@my_view
def letters_view(request: HttpRequest, visit: Visit) -> HttpResponse:
    is_saved = request.method == "POST" and "save" in request.POST
    if is_saved:
        save_chosen(request, visit.customer, evidence_of(request, own_page=True))
        visit.customer.refresh_from_db()
    choices = choices_of(visit.customer)
    return shop_page(request, "preferences", customer=visit.customer, is_saved=is_saved, **choices)
