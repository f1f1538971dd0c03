"""What is asked of a new task; a card or a gift has to go somewhere."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group, User
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.admin import quick_moments
from crm.admin.complaint_form import OrderField, orders_of
from crm.admin.conditional import conditional
from crm.admin.moment_field import moment_field
from crm.admin.verb_buttons import colleagues_at_work
from crm.models import Customer, Order, StaffTask
from crm.service.staff_tasks import FARTHEST

Kind = StaffTask.Kind
BY_POST = [Kind.CARD.value, Kind.GIFT.value]
ADDRESS = ("address", "postal_code", "city")
ON_A_DAY = "exact"
SHOWN_WHEN = {
    "due_at": [{"when": [ON_A_DAY]}],
    "is_for_parcel": [{"kind": [Kind.GIFT.value]}],
    **{name: [{"kind": BY_POST}] for name in (*ADDRESS, "find_address")},
}


class NewTaskForm(forms.Form):
    kind = forms.ChoiceField(label=_("what it is"), choices=Kind.choices, widget=forms.RadioSelect)
    title = forms.CharField(label=_("what to do"), max_length=200)
    script = forms.CharField(
        label=_("what to do or say"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    when = forms.ChoiceField(
        label=_("to be done by"),
        choices=[*quick_moments.CHOICES, (ON_A_DAY, _("another moment"))],
        initial=quick_moments.TOMORROW,
    )
    due_at = moment_field(_("moment"))
    owner = forms.ModelChoiceField(
        label=_("owner"), queryset=User.objects.none(), required=False, empty_label=_("nobody yet")
    )
    owner_group = forms.ModelChoiceField(
        label=_("or a group"), queryset=Group.objects.order_by("name"), required=False, empty_label="—"
    )
    order = OrderField(queryset=Order.objects.none(), required=False, label=_("order"))
    is_for_parcel = forms.BooleanField(label=_("it goes into the parcel of this order"), required=False)
    address = forms.CharField(label=_("street, house, flat"), max_length=300, required=False)
    postal_code = forms.CharField(label=_("postal code"), max_length=20, required=False)
    city = forms.CharField(label=_("city"), max_length=150, required=False)
    find_address = forms.BooleanField(
        label=_("nobody knows the address: make a task to find it out first"), required=False
    )
    token = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)

    class Media:
        js = (conditional(SHOWN_WHEN),)

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = colleagues_at_work()  # type: ignore[attr-defined]
        self.fields["order"].queryset = orders_of(customer)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        facts = self.cleaned_data
        self._clean_due(facts)
        if facts.get("kind") != Kind.GIFT:
            facts["is_for_parcel"] = False
        if facts["is_for_parcel"]:
            self._clean_parcel(facts)
        elif facts.get("kind") in BY_POST and not facts.get("address") and not facts.get("find_address"):
            self.add_error(
                "address", gettext("Where does it go? Type the address, or tick that it is to be found out.")
            )
        return facts

    def _clean_due(self, facts: dict[str, Any]) -> None:
        now = timezone.now()
        chosen = facts.get("when", "")
        due_at = facts.get("due_at") if chosen == ON_A_DAY else quick_moments.picked(chosen, now)
        if "due_at" not in self.errors and (due_at is None or not now < due_at < now + FARTHEST):
            self.add_error("due_at", gettext("Name a moment that is still ahead, within two years."))
        facts["due_at"] = due_at

    def _clean_parcel(self, facts: dict[str, Any]) -> None:
        order = facts.get("order")
        if order is None:
            self.add_error("order", gettext("Choose the order whose parcel it goes into."))
        elif order.shipped_at or order.cancelled_at:
            self.add_error("order", gettext("This order has left already, or is cancelled."))
