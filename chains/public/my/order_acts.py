"""What a customer does about one of their orders."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chains.public.my.acting import back, once_of, words_of
from chains.public.my.door import Visit, my_view
from chains.public.my.pages import order_of, order_page
from chains.public.my.writing import write_to_shop
from chains.public.pages import unknown_link_page
from crm.models import Case, Order, Product, ProductRegistration, Shop
from crm.orders.cart_link import cart_url
from crm.orders.orders import register_product, unregister_product
from crm.orders.repeating import chosen, repeat_of, request_repeat
from crm.timezones import day_of

MOST_PICKED = 50


class RegistrationForm(forms.Form):
    product = forms.IntegerField(min_value=1)
    serial = forms.CharField(max_length=100, required=False)
    bought_on = forms.DateField(label=gettext_lazy("Bought on"), required=False)
    place = forms.CharField(max_length=200, required=False)

    def clean_bought_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["bought_on"]
        if day and not dt.date(1950, 1, 1) <= day <= day_of(timezone.now()):
            raise forms.ValidationError(_("Choose a day that is past."))
        return day


@require_POST
@my_view
def repeat_view(request: HttpRequest, visit: Visit, order_id: int) -> HttpResponse:
    """Ask for the same again, once a form; then on to the shop's cart where that is how it goes on."""
    order = order_of(visit, order_id)
    if order is None:
        return unknown_link_page(request)
    instead = {
        int(told) for told in request.POST.getlist("instead")[:MOST_PICKED] if told.isdecimal() and len(told) < 19
    }
    goods = chosen(repeat_of(order), instead)
    if not goods:
        refused = _("Nothing of this order can be had today. Ask us, and we look for something like it.")
        return order_page(request, visit, order, refused=refused, status=400)
    request_repeat(order, at=timezone.now(), key=once_of(request), instead=instead)
    shop = Shop.load()
    cart = cart_url(shop, goods) if shop.repeat_by == Shop.RepeatBy.CART else ""
    return _on_to(cart) if cart else back(reverse("chains:my-order", args=[order.pk]), "repeated")


@require_POST
@my_view
def late_view(request: HttpRequest, visit: Visit, order_id: int) -> HttpResponse:
    """Say that it is late: a complaint, once for each promised date."""
    order = order_of(visit, order_id)
    if order is None:
        return unknown_link_page(request)
    text = request.POST.get("text", "").strip() or _("It has not arrived.")
    write_to_shop(
        visit,
        subject=_("Order %(number)s is late") % {"number": order.number},
        text=text,
        at=timezone.now(),
        key=f"late.{order.pk}.{day_of(order.promised_at) if order.promised_at else 0}",
        kind=Case.Kind.COMPLAINT,
        order=order,
    )
    return back(reverse("chains:my-order", args=[order.pk]), "late")


@require_POST
@my_view
def register_view(request: HttpRequest, visit: Visit, order_id: int) -> HttpResponse:
    order = order_of(visit, order_id)
    if order is None:
        return unknown_link_page(request)
    form = RegistrationForm(request.POST)
    if not form.is_valid():
        return _refused_registration(request, visit, order, form)
    told = form.cleaned_data
    product = Product.objects.filter(pk=told.pop("product"), lines__order=order).first()
    if product is None:
        return unknown_link_page(request)
    try:
        register_product(order, product, at=timezone.now(), **told)
    except ValueError as error:
        return order_page(request, visit, order, refused=str(error), status=400)
    return back(reverse("chains:my-order", args=[order.pk]), "registered")


@require_POST
@my_view
def unregister_view(request: HttpRequest, visit: Visit, registration_id: int) -> HttpResponse:
    theirs = ProductRegistration.objects.select_related("order").filter(customer=visit.customer)
    registration = theirs.filter(pk=registration_id).first()
    if registration is None:
        return unknown_link_page(request)
    unregister_product(registration, at=timezone.now())
    return back(reverse("chains:my-order", args=[registration.order_id]), "unregistered")


def _refused_registration(request: HttpRequest, visit: Visit, order: Order, form: RegistrationForm) -> HttpResponse:
    typed = {name: request.POST.get(name, "") for name in form.fields}
    return order_page(request, visit, order, refused=words_of(form), status=400, typed=typed)


def _on_to(url: str) -> HttpResponse:
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response
