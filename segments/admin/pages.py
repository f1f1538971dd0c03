"""Pages beside the list of segments: the RFM grid, two segments compared."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from unfold.widgets import UnfoldAdminSelectWidget

from segments.models import Segment
from segments.overlap import compare
from segments.rfm_grid import FIFTHS, grid


@require_GET
@permission_required("segments.view_segment", raise_exception=True)
def grid_view(request: HttpRequest) -> HttpResponse:
    rows = grid()
    most = max((cell.customers for row in rows for cell in row), default=0) or 1
    start = reverse("admin:segments_segment_add")
    shown = [
        (
            row[0].recency,
            [
                {
                    "cell": cell,
                    "strength": round(100 * cell.customers / most),
                    "address": f"{start}?{urlencode({'recency': cell.recency, 'frequency': cell.frequency})}",
                }
                for cell in row
            ],
        )
        for row in rows
    ]
    return _page(request, "segments/admin/grid.html", title=_("RFM grid"), rows=shown, fifths=FIFTHS)


class CompareForm(forms.Form):
    first = forms.ModelChoiceField(
        Segment.objects.all(), label=gettext_lazy("first segment"), widget=UnfoldAdminSelectWidget
    )
    second = forms.ModelChoiceField(
        Segment.objects.all(), label=gettext_lazy("second segment"), widget=UnfoldAdminSelectWidget
    )


@require_GET
@permission_required("segments.view_segment", raise_exception=True)
def compare_view(request: HttpRequest) -> HttpResponse:
    form = CompareForm(request.GET if "second" in request.GET else None, initial=request.GET.dict())
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        first, second = form.cleaned_data["first"], form.cleaned_data["second"]
        found = compare(first, second)
        context["parts"] = [
            (str(first), found.first),
            (str(second), found.second),
            (_("in both"), found.both),
            (_("only in “%(segment)s”") % {"segment": first}, found.only_first),
            (_("only in “%(segment)s”") % {"segment": second}, found.only_second),
        ]
    return _page(request, "segments/admin/compare.html", title=_("Compare two segments"), **context)


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context})
