"""The page on which a marketer sends a chain's draft to themselves as a test order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from chains.admin.rehearsal import RehearsalPages
from chains.definition.checks import problems
from chains.definition.publishing import NotPublishable
from chains.definition.step_kinds import step_sentence
from chains.experiments.variants import open_experiments
from chains.models import Chain, Step, TestOrder
from chains.models.experiment import AS_IS
from chains.simulate.test_order import send
from chains.simulate.test_order.send import timing_words
from crm.customers.search import find_customers
from crm.models import Customer, Shop


class TestOrderForm(forms.Form):
    language = forms.ChoiceField(label=gettext_lazy("Language"), widget=UnfoldAdminSelectWidget)
    customer = forms.CharField(
        label=gettext_lazy("As the customer"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Name, email, phone or order number. Empty: a made-up customer."),
    )

    variant = forms.ChoiceField(
        label=gettext_lazy("Variant"),
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("Which variant of its experiments comes to you."),
    )

    def __init__(
        self,
        languages: list[tuple[str, str]],
        variants: list[tuple[str, str]],
        *args: Any,
        may_see_customers: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = languages  # type: ignore[attr-defined]
        self.fields["variant"].choices = variants  # type: ignore[attr-defined]
        if len(variants) == 1:
            del self.fields["variant"]
        if not may_see_customers:
            del self.fields["customer"]

    def clean_customer(self) -> Customer | None:
        asked = self.cleaned_data["customer"]
        found = next(iter(find_customers(asked, limit=1)), None) if asked else None
        if asked and found is None:
            raise forms.ValidationError(_("Nobody was found by that."))
        return found


class TestOrderPages(RehearsalPages):
    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:chain_id>/test-order/", wrap(self.test_order_view), name="chains_chain_test_order"),
            path(
                "<int:chain_id>/test-order/<int:pk>/stop/",
                wrap(self.stop_test_order_view),
                name="chains_chain_test_order_stop",
            ),
        ]
        return [*own, *super().get_urls()]

    def test_order_view(self, request: HttpRequest, chain_id: int) -> HttpResponse:
        chain = self._chain(request, chain_id)
        form = TestOrderForm(
            _languages(),
            _variants(chain),
            request.POST if request.method == "POST" else None,
            initial={"language": get_language()},
            may_see_customers=request.user.has_perm("crm.view_customer"),
        )
        address = getattr(request.user, "email", "")
        found = problems(chain, Shop.load())
        if request.method == "POST" and address and not found and form.is_valid():
            return self._start(request, chain, form)
        runs = TestOrder.objects.filter(chain=chain, asked_by=request.user).prefetch_related("messages")  # type: ignore[misc]
        test_order = runs.select_related("customer").first()
        letters = [(message, timing_words(message)) for message in test_order.messages.all()] if test_order else []
        extra = {"form": form, "address": address, "problems": found, "test_order": test_order, "letters": letters}
        extra["calls"] = [step_sentence(step) for step in chain.steps.filter(kind=Step.Kind.CALL)]
        return self._page(
            request, chain, "test_order", {**extra, "runs": test_order and test_order.status == "running"}
        )

    def _start(self, request: HttpRequest, chain: Chain, form: TestOrderForm) -> HttpResponse:
        given, by = form.cleaned_data, request.user
        try:
            customer, variant = given.get("customer"), given.get("variant", AS_IS)
            send.start(chain, by, given["language"], customer, timezone.now(), variant)  # type: ignore[arg-type]
        except NotPublishable as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(reverse("admin:chains_chain_test_order", args=[chain.pk]))

    def stop_test_order_view(self, request: HttpRequest, chain_id: int, pk: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        chain = self._chain(request, chain_id)
        send.stop(get_object_or_404(TestOrder, pk=pk, chain=chain, asked_by=request.user))
        return HttpResponseRedirect(reverse("admin:chains_chain_test_order", args=[chain.pk]))


def _languages() -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in settings.LANGUAGES]


def _variants(chain: Chain) -> list[tuple[str, str]]:
    """Of all open experiments of the chain; A alone where there is none."""
    letters = {letter for experiment in open_experiments(chain).values() for letter in experiment.shares}
    return [(AS_IS, _("A, as it is")), *((letter, letter) for letter in sorted(letters - {AS_IS}))]
