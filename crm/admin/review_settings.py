"""How reviews are asked for and rewarded, and what to put into the shop's site to show them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from crm.models import Category, Review, ReviewSettings
from crm.models.review_settings import MOST_QUESTIONS
from crm.review_feeds.addresses import feed_address
from crm.service.reviews.figures import figures
from crm.service.reviews.questions import own_questions

LONGEST_QUESTION, MOST_PLACES, LONGEST_NAME = 200, 12, 60
is_web_address = URLValidator(schemes=["http", "https"])


class ReviewSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Questions and places are lines to type; the columns keep what they mean."""

    places = forms.CharField(
        label=_("Other places for reviews"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
        help_text=_(
            "One a line, name and address: Google https://g.page/r/… Offered to everybody who has sent a review, "
            "whatever its stars."
        ),
    )

    class Meta:
        model = ReviewSettings
        fields = ("reward_points", "shows_reward", "publish_after_days", "is_feed_open")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "places" in self.fields:
            self.fields["places"].initial = "\n".join(
                f"{place['name']} {place['url']}" for place in self.instance.directories
            )
        for language, name in question_fields().items():
            if name in self.fields:
                asked = self.instance.questions.get(language, ())
                self.fields[name].initial = "\n".join(asked)
                self.fields[name].widget.attrs["placeholder"] = "\n".join(own_questions(language))

    def clean_places(self) -> list[dict[str, str]]:
        return [_place(line) for line in _lines(self.cleaned_data["places"], MOST_PLACES)]

    def save(self, commit: bool = True) -> Any:
        self.instance.directories = self.cleaned_data["places"]
        asked = {language: self.cleaned_data[name] for language, name in question_fields().items()}
        self.instance.questions = {language: lines for language, lines in asked.items() if lines}
        return super().save(commit)


class QuestionLines(forms.CharField):
    widget = UnfoldAdminTextareaWidget(attrs={"rows": 4})

    def clean(self, value: Any) -> list[str]:
        lines = _lines(super().clean(value), MOST_QUESTIONS)
        if any(len(line) > LONGEST_QUESTION for line in lines):
            raise ValidationError(_("A question has up to %(most)d letters.") % {"most": LONGEST_QUESTION})
        return lines


def question_fields() -> dict[str, str]:
    """By language, the name of its field."""
    return {code: f"questions_{code}" for code, _name in settings.LANGUAGES}


def _lines(written: str, most: int) -> list[str]:
    lines = [line.strip() for line in written.splitlines() if line.strip()]
    if len(lines) > most:
        raise ValidationError(gettext("There is room for %(most)d lines.") % {"most": most})
    return lines


def _place(line: str) -> dict[str, str]:
    name, _space, url = line.rpartition(" ")
    try:
        is_web_address(url)
    except ValidationError:
        name = ""
    if not name.strip() or len(name) > LONGEST_NAME:
        raise ValidationError(gettext("A line is a name and an address with https://: %(line)s") % {"line": line})
    return {"name": name.strip(), "url": url}


@admin.register(ReviewSettings)
class ReviewSettingsAdmin(ModelAdmin):  # type: ignore[misc]
    """One row, one page."""

    form = ReviewSettingsForm
    change_form_outer_after_template = "crm/admin/review_snippet.html"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        languages = dict(settings.LANGUAGES)
        made = {
            name: QuestionLines(
                label=gettext("Questions: %(language)s") % {"language": str(languages[code])},
                required=False,
                help_text=gettext("Up to four, one a line; each may be left unanswered. Empty: those shown in grey."),
            )
            for code, name in question_fields().items()
        }
        kwargs["form"] = type("ReviewSettingsForm", (ReviewSettingsForm,), made)
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return (
            (
                _("What is asked"),
                {
                    "fields": tuple(question_fields().values()),
                    "description": _(
                        "Stars, words and photos are asked in any case. The page is in each customer's language."
                    ),
                },
            ),
            (
                _("What is given, and when it is published"),
                {
                    "fields": ("reward_points", "shows_reward", "publish_after_days"),
                    "description": _(
                        "Points are given when a review is sent, and never taken back for its stars. A review is "
                        "refused only by a reason of the list."
                    ),
                },
            ),
            (_("Afterwards"), {"fields": ("places",)}),
            (_("On the shop's site"), {"fields": ("is_feed_open",)}),
        )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        kept, _is_new = ReviewSettings.objects.get_or_create(pk=1)
        return HttpResponseRedirect(reverse("admin:crm_reviewsettings_change", args=[kept.pk]))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        extra = {
            "title": _("Reviews on the site"),
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
            **_addresses(ReviewSettings.load()),
            **(extra_context or {}),
        }
        return super().changeform_view(request, object_id, form_url, extra)  # type: ignore[no-any-return]

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        self.message_user(request, _("The settings are saved."))
        return HttpResponseRedirect(reverse("admin:crm_reviewsettings_change", args=[obj.pk]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def _addresses(kept: ReviewSettings) -> dict[str, Any]:
    script = f'<script async src="{settings.SITE_URL}{reverse("reviews_script")}" data-key="{kept.feed_key}"'
    category = Category.objects.order_by("pk").values_list("pk", flat=True).first() or 1
    return {
        "snippets": [
            ("product", _("On the page of a product; put its SKU there"), f'{script} data-product="SKU"></script>'),
            (
                "category",
                _("On the page of a category, with all below it"),
                f'{script} data-category="{category}"></script>',
            ),
            ("shop", _("All reviews of the shop"), f"{script}></script>"),
        ],
        "addresses": [(form.upper(), feed_address(form, kept.feed_key)) for form in ("json", "rss", "html")]
        + [(_("Google Merchant Center"), feed_address("xml", kept.feed_key))],
        "preview": feed_address("html", kept.feed_key),
        "published": figures(Review.objects.all()),
    }
