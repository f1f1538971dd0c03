"""Whoever may only read a form reads its rules in words; Django would show them their JSON."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from segments.describe import sentence_of


class RulesToRead:
    """`rules` names the fields; `in_words` puts their sentences into the fieldsets of a page that is only read."""

    rules: tuple[str, ...] = ()
    model: type[Model]

    def in_words(self, fieldsets: Any) -> Any:
        return [
            (name, {**options, "fields": [self._line(line) for line in options["fields"]]})
            for name, options in fieldsets
        ]

    def _line(self, line: Any) -> Any:
        return tuple(self._shown(name) for name in ((line,) if isinstance(line, str) else line))

    def _shown(self, name: str) -> Any:
        return f"{name}_in_words" if name in self.rules else name

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        shown = [self._shown(name) for name in self.rules]
        return (*super().get_readonly_fields(request, obj), *shown)  # type: ignore[misc]


def rule_in_words(name: str, label: Any) -> Any:
    """A method of an admin that shows the rule kept in this field."""

    @admin.display(description=label)
    def shown(_self: Any, row: Model) -> str:
        rule = getattr(row, name)
        return sentence_of(rule) if rule else capfirst(_("none"))

    return shown
