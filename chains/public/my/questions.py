"""Asking the shop, and the conversation that follows: what the customer wrote, and what was written back."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from chains.public.my.acting import back, once_of, words_of
from chains.public.my.door import Visit, my_view
from chains.public.my.pages import home, my_page, order_of
from chains.public.my.sections.questions import conversations_of
from chains.public.my.writing import LONGEST_TEXT, write_to_shop
from chains.public.pages import unknown_link_page
from crm.models import Case, CaseMessage


class QuestionForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Your question"),
        max_length=LONGEST_TEXT,
        error_messages={"required": gettext_lazy("Write what you would like to know.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    order = forms.IntegerField(required=False, min_value=1)


@require_POST
@my_view
def ask_view(request: HttpRequest, visit: Visit) -> HttpResponse:
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return home(request, visit, refused=words_of(form), status=400)
    told = form.cleaned_data
    order = order_of(visit, told["order"]) if told["order"] else None
    if told["order"] and order is None:
        return unknown_link_page(request)
    subject = _("Order %(number)s: a question") % {"number": order.number} if order else _("A question")
    message = write_to_shop(
        visit, subject=subject, text=told["text"], at=timezone.now(), key=once_of(request), order=order
    )
    return back(reverse("chains:my-question", args=[message.case_id]), "asked")


@require_http_methods(["GET", "HEAD", "POST"])
@my_view
def question_view(request: HttpRequest, visit: Visit, case_id: int) -> HttpResponse:
    case = conversations_of(visit.customer).select_related("order").filter(pk=case_id).first()
    if case is None:
        return unknown_link_page(request)
    form = QuestionForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _conversation(request, visit, case, form)
    if not form.is_valid():
        return _conversation(request, visit, case, form, status=400)
    text = form.cleaned_data["text"]
    message = write_to_shop(visit, subject=case.subject, text=text, at=timezone.now(), key=once_of(request), case=case)
    return back(reverse("chains:my-question", args=[message.case_id]), "asked")


def _conversation(
    request: HttpRequest, visit: Visit, case: Case, form: QuestionForm, *, status: int = 200
) -> HttpResponse:
    """Letters alone: what colleagues note for each other is no letter."""
    letters = (CaseMessage.Direction.RECEIVED, CaseMessage.Direction.SENT)
    messages = case.messages.filter(direction__in=letters).order_by("occurred_at", "pk")
    return my_page(request, visit, "question", case=case, letters=messages, form=form, status=status)
