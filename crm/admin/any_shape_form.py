"""Which field of a message is what: for each field of Encore's a place in the message, or what is always the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.widgets import Script
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from crm.admin.conditional import conditional
from crm.intake.any_shape.fields import ALL, AT, CUSTOMER, EVENT, FIELDS, LINE, MEANINGS, ORDER, About, Field
from crm.intake.any_shape.known_names import MEANINGS as KNOWN_MEANINGS
from crm.intake.any_shape.leaves import Leaf, item_leaves, item_of, leaves, lists
from crm.intake.any_shape.mapping import Pick, ShapeMapping, problems
from crm.intake.any_shape.paths import ITSELF, LONGEST

NOTHING, SAME, TYPED = "", "=", "?"
ONLY = "only_path"
ABOUT = [
    (About.ORDER.value, gettext_lazy("an order")),
    (About.CUSTOMER.value, gettext_lazy("a customer: a question, a subscription, a request to call back")),
    (About.EVENT.value, gettext_lazy("something else that a customer did")),
]
CHANNELS = [
    ("", "—"),
    ("email", gettext_lazy("letters by email")),
    ("sms", gettext_lazy("messages by phone")),
    ("email sms", gettext_lazy("both")),
]
# What is asked beside a field.
MORE = {
    "status": [f"means_{meaning}" for meaning in MEANINGS],
    "consent": ["consent_wording", "consent_channels"],
    ONLY: ["only_is"],
}
SHOWN_WHEN: dict[str, list[dict[str, list[str]]]] = {
    "section_order": [{"about": [About.ORDER.value]}],
    "section_line": [{"about": [About.ORDER.value]}],
    "section_event": [{"about": [About.EVENT.value]}],
    **{f"{name}_text": [{name: [SAME, TYPED]}] for name in (*ALL, ONLY)},
}
SECTIONS: tuple[tuple[str, StrOrPromise, Sequence[Field]], ...] = (
    ("order", gettext_lazy("The order"), [field for field in ORDER if field is not AT]),
    ("line", gettext_lazy("Each line of it, as the list has it"), LINE),
    ("event", gettext_lazy("The event"), [field for field in EVENT if field is not AT]),
    ("customer", gettext_lazy("The customer"), CUSTOMER),
)

Choices = list[tuple[str, Any]]


@dataclass(frozen=True)
class Row:
    place: BoundField
    text: BoundField
    more: Sequence[BoundField] = ()


class MappingForm(forms.Form):
    about = forms.ChoiceField(label=gettext_lazy("Each message tells of"), choices=ABOUT)
    only_is = forms.CharField(label=gettext_lazy("and there stands"), max_length=200, required=False)
    consent_wording = forms.CharField(
        label=gettext_lazy("the words beside the checkbox"),
        help_text=gettext_lazy("Exactly as the customer reads them: they are kept as the proof."),
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    consent_channels = forms.ChoiceField(label=gettext_lazy("by it they agree to"), choices=CHANNELS, required=False)

    def __init__(self, data: Any = None, *, body: Any, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        whole, items = _choices_of_body(item_of(body))
        places = [choice for choice in whole if choice[0] != SAME]
        for field in ALL.values():
            self._add_place(field.name, field.label, field.help, items if field in LINE else whole)
        self._add_place(ONLY, gettext_lazy("Take only messages where"), gettext_lazy("Left out: all of them."), places)
        for name, label in MEANINGS.items():
            self.fields[f"means_{name}"] = forms.CharField(
                label=_("%(what)s, when it says") % {"what": label},
                max_length=500,
                required=False,
                initial=KNOWN_MEANINGS[name],
            )

    @property
    def media(self) -> forms.Media:
        """What goes with a field is shown once anything is picked for it."""
        picked = {name: sorted(_values(self.fields[name].widget.choices) - {NOTHING}) for name in MORE}
        shown = {other: [{name: picked[name]}] for name, others in MORE.items() for other in others}
        scripts: list[Any] = [conditional(SHOWN_WHEN | shown), Script("encore/any_shape.js", defer=True)]
        return forms.Media(js=scripts)

    def _add_place(self, name: str, label: StrOrPromise, help_text: StrOrPromise, choices: Choices) -> None:
        """A place that this message lacks stays chosen: another message may have it."""
        chosen = self.data.get(name) if self.is_bound else self.initial.get(name)
        is_lacking = chosen and chosen not in _values(choices)
        lacking = [(chosen, _("%(path)s (not in this message)") % {"path": chosen})] if is_lacking else []
        self.fields[name] = forms.CharField(
            label=label,
            help_text=help_text,
            max_length=LONGEST,
            required=False,
            widget=forms.Select(choices=[*choices, *lacking]),
        )
        self.fields[f"{name}_text"] = forms.CharField(
            label=_("%(field)s: the words, or the path") % {"field": label}, max_length=LONGEST, required=False
        )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        for name in (*self._asked(), ONLY):
            if told.get(name) in {SAME, TYPED} and not told.get(f"{name}_text"):
                self.add_error(f"{name}_text", _("Type it."))
        if not self.errors:
            for name, why in problems(self.mapping()):
                self.add_error(name, why)
        return told

    def mapping(self) -> ShapeMapping:
        told = self.cleaned_data
        picks = {name: self._pick(name) for name in self._asked()}
        only = self._pick(ONLY)
        meanings = {
            name: tuple(word.strip().casefold() for word in told[f"means_{name}"].split(",") if word.strip())
            for name in MEANINGS
        }
        return ShapeMapping(
            about=About(told["about"]),
            fields={name: pick for name, pick in picks.items() if pick},
            meanings=meanings,
            only_path=only.path if only else "",
            only_is=told["only_is"],
            consent_wording=told["consent_wording"],
            consent_channels=tuple(told["consent_channels"].split()),
        )

    def _asked(self) -> list[str]:
        """Fields of what the messages tell of; what is chosen for others is not looked at."""
        about = About(self.cleaned_data.get("about", About.ORDER))
        return [field.name for field in (*FIELDS[about], *(LINE if about == About.ORDER else ()))]

    def _pick(self, name: str) -> Pick | None:
        chosen, text = self.cleaned_data[name], self.cleaned_data[f"{name}_text"]
        if chosen == SAME:
            return Pick(value=text)
        path = text if chosen == TYPED else chosen
        return Pick(path=path) if path else None

    def sections(self) -> Iterator[tuple[str, StrOrPromise, list[Row]]]:
        for name, title, fields in SECTIONS:
            yield name, title, [self._row(field.name) for field in fields]

    def about_all(self) -> list[Row]:
        """What is asked whatever the messages tell of."""
        return [self._row(AT.name), self._row(ONLY)]

    def _row(self, name: str) -> Row:
        return Row(self[name], self[f"{name}_text"], [self[other] for other in MORE.get(name, [])])


def initial_of(mapping: ShapeMapping) -> dict[str, Any]:
    """What the form shows of a mapping; a typed path that the message has is shown as a choice."""
    initial: dict[str, Any] = {
        "about": mapping.about.value,
        "only_path": mapping.only_path,
        "only_is": mapping.only_is,
        "consent_wording": mapping.consent_wording,
        "consent_channels": " ".join(mapping.consent_channels),
    }
    for name, pick in mapping.fields.items():
        initial[name] = pick.path or SAME
        initial[f"{name}_text"] = pick.value
    if mapping.meanings:
        initial |= {f"means_{name}": ", ".join(mapping.meanings.get(name, ())) for name in MEANINGS}
    return initial


def _choices_of_body(body: Any) -> tuple[Choices, Choices]:
    """Places in the message, and places in an item of one of its lists."""
    found_lists = lists(body)
    as_wholes = [(one.path, _("%(place)s: the list") % {"place": one.words}) for one in found_lists]
    whole = [*_as_choices(leaves(body)), *as_wholes]
    items = [(one.words, _as_choices(item_leaves(one))) for one in found_lists]
    ends: Choices = [(SAME, _("always the same…")), (TYPED, _("a path (JMESPath)…"))]
    nothing: Choices = [(NOTHING, _("— nothing —"))]
    return [*nothing, (ITSELF, _("the whole message")), *whole, *ends], [*nothing, *items, *ends]


def _as_choices(found: Sequence[Leaf]) -> Choices:
    return [(leaf.path, f"{leaf.words}: {leaf.shown}") for leaf in found]


def _values(choices: Choices) -> set[str]:
    """Of a group, those within it."""
    pairs = [pair for value, words in choices for pair in (words if isinstance(words, list) else [(value, words)])]
    return {value for value, _words in pairs}
