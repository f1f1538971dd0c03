"""Steps of a chain, edited in their order on the chain's page."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
)

from chains.models import Step
from crm.admin.channel_order import ChannelOrderField
from crm.models import Shop

LAST = 10_000


class StepForm(forms.ModelForm):  # type: ignore[type-arg]
    position = forms.IntegerField(
        label=_("place in the chain"),
        required=False,
        min_value=0,
        max_value=LAST,
        help_text=_("Empty: at the end."),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    wait_weekdays = forms.TypedMultipleChoiceField(
        label=_("only on"),
        choices=Shop.Weekday.choices,
        coerce=int,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    channels = ChannelOrderField(
        label=_("channels, the preferred first"), required=False, help_text=Step._meta.get_field("channels").help_text
    )

    class Meta:
        model = Step
        fields = (
            "position",
            "kind",
            "name",
            "purpose",
            "template",
            "channels",
            "at_hour",
            "late_after_hours",
            "wait",
            "wait_amount",
            "wait_unit",
            "wait_from",
            "wait_hour",
            "wait_weekdays",
            "script",
            "due_days",
            "owner_group",
        )
        widgets = {"script": UnfoldAdminTextareaWidget(attrs={"rows": 4})}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        kind = given.get("kind")
        if kind == Step.Kind.MESSAGE and not given.get("template"):
            self.add_error("template", _("Choose what the message says."))
        if kind == Step.Kind.STAFF_TASK and not given.get("name"):
            self.add_error("name", _("Say what the colleague has to do."))
        if kind == Step.Kind.WAIT and given.get("wait") == Step.Wait.TIME and (given.get("wait_amount") or 0) < 0:
            self.add_error("wait_amount", _("Nobody can wait for less than no time."))
        return given


class StepFormSet(forms.models.BaseInlineFormSet):  # type: ignore[type-arg]
    @cached_property
    def offers(self) -> dict[str, list[Any]]:
        """Templates and groups to choose from: the same for every step, so read once a page."""
        fields: dict[str, Any] = self.form.base_fields
        return {name: list(fields[name].choices) for name in ("template", "owner_group")}

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for name, choices in self.offers.items():
            form.fields[name].choices = choices

    def clean(self) -> None:
        """Number the steps by the places given; those without one come last, in the order they were added."""
        super().clean()
        kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        kept = [form for form in kept if form not in self.deleted_forms]

        def place(form: Any) -> int:
            given = getattr(form, "cleaned_data", {}).get("position")
            return LAST if given is None else given

        for number, form in enumerate(sorted(kept, key=place), start=1):
            form.instance.position = number

    def save_existing_objects(self, commit: bool = True) -> list[Any]:
        """Also those whose number changed only because another step moved."""
        saved = super().save_existing_objects(commit)
        for form in self.initial_forms:
            if commit and form.instance.pk and form not in self.deleted_forms:
                type(form.instance)._default_manager.filter(pk=form.instance.pk).update(position=form.instance.position)
        return saved


class StepInline(StackedInline):  # type: ignore[misc]
    model = Step
    form = StepForm
    formset = StepFormSet
    extra = 0
    ordering_field = "position"
    fields = (
        ("kind", "position"),
        "name",
        ("purpose", "template"),
        "channels",
        ("at_hour", "late_after_hours"),
        ("wait", "wait_from"),
        ("wait_amount", "wait_unit"),
        "wait_hour",
        "wait_weekdays",
        "script",
        ("due_days", "owner_group"),
    )
