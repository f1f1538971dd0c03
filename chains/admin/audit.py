"""A letter pasted in, and the health check's words on it; one press makes a template of its words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chains.audit.audit import KINDS, Audit, Kind, audit
from chains.audit.making import make_template
from chains.audit.pasted import MOST_LETTERS, Unreadable, read_pasted
from chains.models import MessageTemplate


class AuditForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=list(KINDS.items()), initial=Kind.FIRST)
    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Not needed when the whole message is pasted in."),
    )
    letter = forms.CharField(
        label=gettext_lazy("The letter"),
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=gettext_lazy(
            "Its words, its HTML, or the whole message with its headers: “show original” in the mail program."
        ),
    )


def audit_view(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("chains.view_messagetemplate"):
        raise PermissionDenied
    form = AuditForm(request.POST if request.method == "POST" else None)
    found = _audited(form) if form.is_bound else None
    if found and "make" in request.POST:
        return _made(request, form, found)
    return TemplateResponse(request, "chains/admin/audit.html", _context(request, form, found))


def _audited(form: AuditForm) -> Audit | None:
    if not form.is_valid():
        return None
    given = form.cleaned_data
    try:
        return audit(read_pasted(given["letter"], given["subject"]), Kind(given["kind"]))
    except Unreadable as error:
        form.add_error("letter", str(error))
        return None


def _made(request: HttpRequest, form: AuditForm, found: Audit) -> HttpResponse:
    if not request.user.has_perm("chains.add_messagetemplate"):
        raise PermissionDenied
    template: MessageTemplate = make_template(found.letter, Kind(form.cleaned_data["kind"]))
    messages.success(request, _("A template was made of its words: %(name)s") % {"name": template})
    return HttpResponseRedirect(reverse("admin:chains_messagetemplate_change", args=[template.pk]))


def _context(request: HttpRequest, form: AuditForm, found: Audit | None) -> dict[str, Any]:
    return {
        **admin.site.each_context(request),
        "title": _("Check a letter"),
        "form": form,
        "audit": found,
        "may_make": request.user.has_perm("chains.add_messagetemplate"),
    }
