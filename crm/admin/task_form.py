from __future__ import annotations

from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminSelectWidget

from crm.admin.verb_buttons import colleagues_at_work


class TaskActionForm(ActionForm):  # type: ignore[misc]
    """The list's action bar with a colleague to give the chosen tasks to."""

    owner = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        label="",
        empty_label=_("colleague"),
        widget=UnfoldAdminSelectWidget(attrs={"aria-label": _("colleague")}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = colleagues_at_work()

    @staticmethod
    def owner_of(request: HttpRequest) -> User | None:
        typed = request.POST.get("owner", "")[:18]
        return colleagues_at_work().filter(pk=int(typed)).first() if typed.isdecimal() else None
