"""What a change was, in the words of the forms: from what to what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Field, Model
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from simple_history.models import HistoricalChanges, ModelChange
from simple_history.template_utils import HistoricalRecordContextHelper

LONGEST = 400

Wording = Mapping[str, Callable[[Any], str]]


class ChangesInWords(HistoricalRecordContextHelper):  # type: ignore[misc]
    """`wording` says the values of fields that are no plain ones, such as rules."""

    def __init__(self, model: type[Model], record: HistoricalChanges, wording: Wording) -> None:
        super().__init__(model, record, max_displayed_delta_change_chars=LONGEST)
        self.wording = wording

    def prepare_delta_change_value(self, change: ModelChange, value: Any) -> Any:
        field = self.model._meta.get_field(change.field)
        say = self.wording.get(change.field)
        return say(value) if say and value is not None else in_words(field, value)


def in_words(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None or value in ("", [], {}):
        return _("nothing")
    if isinstance(field, Field) and field.flatchoices and not isinstance(value, list):
        return str(dict(field.flatchoices).get(value, value))
    return plain(value)


def plain(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, dt.date):
        return formats.date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(value, dict):
        return "; ".join(f"{name}: {plain(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(plain(one) for one in value)
    return str(formats.localize(value))
