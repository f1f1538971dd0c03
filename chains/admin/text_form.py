from __future__ import annotations

from django import forms

from chains.messages.compiling import problems_by_field


class TextForm(forms.ModelForm):  # type: ignore[type-arg]
    """Words that could not be sent to somebody are not saved."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the stubs leave it out
        for name, errors in problems_by_field(self.instance).items():
            for error in errors:
                self.add_error(name if name in self.fields else None, error)
