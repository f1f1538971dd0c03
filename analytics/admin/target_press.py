"""A figure of the page of what if becomes a target by one press, however often it is pressed."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analytics.admin.target_form import NewTargetForm
from analytics.admin.target_wording import shown
from analytics.admin.what_if_form import QUESTION
from analytics.models import Target


def all_targets() -> str:
    return reverse("admin:analytics_what_if") + "#targets"


def what_if_again(request: HttpRequest) -> str:
    """The page as it was asked when the button was pressed."""
    asked = QueryDict(mutable=True)
    for name in QUESTION:
        if typed := request.POST.get(name):
            asked[name] = typed
    return f"{reverse('admin:analytics_what_if')}?{asked.urlencode()}#targets" if asked else all_targets()


def set_by_press(request: HttpRequest) -> None:
    figure = request.POST.get("figure", "")
    form = NewTargetForm(
        {
            "figure": figure,
            "wanted_as": NewTargetForm.VALUE,
            "wanted": request.POST.get(f"wanted-{figure}", ""),
            "due_on": request.POST.get("due_on", ""),
            "note": request.POST.get("note", ""),
        }
    )
    form.is_valid()
    if (known := _current_like(form.instance)) is not None:
        messages.info(request, _("This target is set already: %(target)s.") % {"target": _in_words(known)})
    elif form.errors:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    elif _is_saved(form, request.user.pk):
        messages.success(request, _("The target is set: %(target)s.") % {"target": _in_words(form.instance)})
    else:
        messages.info(request, _("This target is set already: %(target)s.") % {"target": _in_words(form.instance)})


def _current_like(wanted: Target) -> Target | None:
    """One that runs to the same value of the same figure, whatever its last day."""
    if wanted.wanted_value is None:
        return None
    current = Target.objects.current(timezone.localdate())
    return current.filter(figure=wanted.figure, wanted_value=wanted.wanted_value, reached_on=None).first()


def _is_saved(form: NewTargetForm, user_id: int | None) -> bool:
    """Not where the same press came twice at once."""
    form.instance.set_by_id = user_id
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:
        return False
    return True


def _in_words(target: Target) -> str:
    return _("%(figure)s: from %(start)s to %(wanted)s by %(day)s") % {
        "figure": target.get_figure_display(),
        "start": shown(target.figure, target.start_value),
        "wanted": shown(target.figure, target.wanted_value),
        "day": date_format(target.due_on),
    }
