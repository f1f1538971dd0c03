"""What staff said about a source's messages, as it is kept in `Source.mapping`:

{"about": "order", "is_on": true,
 "fields": {"number": {"path": "payment.orderid"}, "currency": {"value": "RUB"}},
 "meanings": {"paid": ["paid", "оплачен"]},
 "only": {"path": "formname", "is": "Cart"},
 "consent": {"wording": "…", "channels": ["email"]}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from crm.intake.any_shape.fields import ALL, FIELDS, LINE, About
from crm.intake.any_shape.paths import compiled, find


@dataclass(frozen=True)
class Pick:
    """A place in the body, or, without one, what is always the same."""

    path: str = ""
    value: str = ""

    def of(self, body: Any) -> Any:
        return find(self.path, body) if self.path else self.value


@dataclass(frozen=True)
class ShapeMapping:
    """`only_path` and `only_is` leave out messages that say something else there."""

    about: About = About.ORDER
    is_on: bool = False
    fields: Mapping[str, Pick] = field(default_factory=dict)
    meanings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only_path: str = ""
    only_is: str = ""
    consent_wording: str = ""
    consent_channels: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Of the fields that such a message may have, those that were picked."""
        return [one.name for one in FIELDS[self.about] if one.name in self.fields]

    @property
    def line_names(self) -> list[str]:
        return [one.name for one in LINE if one.name in self.fields]


def from_stored(stored: Mapping[str, Any]) -> ShapeMapping:
    only, consent = stored.get("only", {}), stored.get("consent", {})
    return ShapeMapping(
        about=About(stored.get("about", About.ORDER)),
        is_on=stored.get("is_on", False),
        fields={name: Pick(**pick) for name, pick in stored.get("fields", {}).items() if name in ALL},
        meanings={name: tuple(words) for name, words in stored.get("meanings", {}).items()},
        only_path=only.get("path", ""),
        only_is=only.get("is", ""),
        consent_wording=consent.get("wording", ""),
        consent_channels=tuple(consent.get("channels", ())),
    )


def to_stored(mapping: ShapeMapping) -> dict[str, Any]:
    return {
        "about": mapping.about.value,
        "is_on": mapping.is_on,
        "fields": {
            name: {"path": pick.path} if pick.path else {"value": pick.value} for name, pick in mapping.fields.items()
        },
        "meanings": {name: list(words) for name, words in mapping.meanings.items()},
        "only": {"path": mapping.only_path, "is": mapping.only_is},
        "consent": {"wording": mapping.consent_wording, "channels": list(mapping.consent_channels)},
    }


def problems(mapping: ShapeMapping) -> Iterator[tuple[str, str]]:
    """What keeps it from being switched on, by field."""
    picked = mapping.fields
    yield from _unreadable_paths(mapping)
    if not picked.keys() & {"email", "phone", "customer_id"}:
        yield "email", _("Nobody can be recognised: pick an email, a phone or a customer id.")
    if mapping.about == About.ORDER:
        yield from _problems_of_order(picked)
    if mapping.about == About.EVENT and "event_name" not in picked:
        yield "event_name", _("An event needs a name: type one that is always the same, or pick it.")
    if "consent" in picked:
        yield from _problems_of_consent(mapping)
    if mapping.only_path and not mapping.only_is:
        yield "only_is", _("Say what must stand there.")


def _problems_of_order(picked: Mapping[str, Pick]) -> Iterator[tuple[str, str]]:
    if not picked.keys() & {"total", "lines"}:
        yield "total", _("An order needs a total, or the list of what was bought.")
    if "lines" in picked and not picked.keys() & {"line_sku", "line_name"}:
        yield "line_sku", _("A line needs an SKU or a name.")
    if "lines" in picked and not picked.keys() & {"line_price", "line_sum"}:
        yield "line_price", _("A line needs a price.")


def _problems_of_consent(mapping: ShapeMapping) -> Iterator[tuple[str, str]]:
    if not mapping.fields["consent"].path:
        yield "consent", _("Nobody agrees by what is always the same: pick the checkbox.")
    if not mapping.consent_wording:
        yield "consent_wording", _("Type the words that stand beside the checkbox: without them it is no consent.")
    if not mapping.consent_channels:
        yield "consent_channels", _("Say what they agree to receive.")


def _unreadable_paths(mapping: ShapeMapping) -> Iterator[tuple[str, str]]:
    paths = {name: pick.path for name, pick in mapping.fields.items()} | {"only_path": mapping.only_path}
    for name, path in paths.items():
        try:
            if path:
                compiled(path)
        except ValueError as wrong:
            yield name, str(wrong)
