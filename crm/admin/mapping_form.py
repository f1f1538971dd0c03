"""What each column of somebody else's file means, as a form: one select for a column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminSelectWidget

from crm.intake.files import header_words
from crm.intake.files.guessing import ColumnGuess
from crm.intake.files.header import ATTRIBUTE, IGNORED, missing, possible_meanings, twice
from crm.intake.files.kinds import KINDS
from crm.models import ColumnMapping


class MappingForm(forms.Form):
    """`columns` has a guess for each column of the file; `meanings` of the cleaned form is in their order."""

    def __init__(self, kind: str, columns: Sequence[ColumnGuess], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kind = KINDS[kind]
        self._titles = {name: header_words.title(kind, name) for name in possible_meanings(self._kind.columns)}
        self._guesses = columns
        choices = self._choices()
        for position, column in enumerate(columns):
            self.fields[f"column_{position}"] = forms.ChoiceField(
                label=column.name or _("column %(number)s") % {"number": position + 1},
                choices=choices,
                initial=column.meaning,
                required=False,
                widget=UnfoldAdminSelectWidget,
            )
        self.fields["decimal_mark"] = forms.ChoiceField(
            label=_("What stands before decimals"),
            help_text=_("1,299 and 1.299 can be read in two ways. Say it here where no other amount tells."),
            choices=ColumnMapping.DecimalMark.choices,
            required=False,
            widget=UnfoldAdminSelectWidget,
        )

    def rows(self) -> list[tuple[forms.BoundField, ColumnGuess]]:
        return [(self[f"column_{position}"], column) for position, column in enumerate(self._guesses)]

    def needed(self) -> list[str]:
        """What is still missing in what the form proposes or was sent."""
        meanings = [str(self[f"column_{position}"].value() or "") for position in range(len(self._guesses))]
        return [self._in_words(group) for group in self._missing(meanings)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        meanings = [cleaned.get(f"column_{position}", IGNORED) for position in range(len(self._guesses))]
        for name in twice(meanings):
            self.add_error(
                None, _("Two columns are said to be “%(name)s”: only one can be.") % {"name": self._titles[name]}
            )
        for group in self._missing(meanings):
            self.add_error(None, _("No column is said to be: %(names)s.") % {"names": self._in_words(group)})
        cleaned["meanings"] = meanings
        return cleaned

    def _missing(self, meanings: Sequence[str]) -> list[Sequence[str]]:
        return [group for group in self._kind.needed if missing(meanings, [group])]

    def _in_words(self, group: Sequence[str]) -> str:
        words = (" + ".join(f"“{self._titles[name]}”" for name in part.split(" + ")) for part in group)
        return _(" or ").join(words)

    def _choices(self) -> list[tuple[str, str]]:
        keep = [(ATTRIBUTE, _("keep as attribute of the customer"))] if self._kind.takes_attributes else []
        return [(IGNORED, _("— do not import —")), *keep, *self._titles.items()]
