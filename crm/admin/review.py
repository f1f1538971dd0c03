"""Reviews to be looked at: published, refused by a reason of the list, answered. Nobody changes what stands in them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, F, Model, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeNumericFilter,
)
from unfold.decorators import display

from crm.admin.review_verbs import VERBS
from crm.admin.verb_buttons import Verb, VerbAdmin
from crm.models import Review, ReviewPhoto, ReviewSettings
from crm.models.review import ReviewQuerySet
from crm.service.reviews.authors import author_of
from crm.service.reviews.deciding import publish_many
from crm.service.reviews.writing import in_full

Status = Review.Status
TONES = {
    Status.WAITING: "warning",
    Status.PUBLISHED: "success",
    Status.REFUSED: "danger",
    Status.PRIVATE: "default",
    Status.WITHDRAWN: "default",
}
TEXT_SHOWN = 120
DECIDING = {"publish", "refuse"}
# Who waits longest goes first, then what was sent last.
IN_ORDER = (
    Case(When(status=Status.WAITING, then=Value(0)), default=Value(1)).asc(),
    Case(When(status=Status.WAITING, then=F("sent_at"))).asc(),
    F("sent_at").desc(),
    "pk",
)


@admin.register(Review)
class ReviewAdmin(VerbAdmin):
    list_display = ("about", "stars_shown", "state", "beginning", "photo_count", "customer", "sent_at")
    list_display_links = ("about",)
    list_select_related = ("customer", "product", "order")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("stars", RangeNumericFilter),
        ("product", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    ordering = IN_ORDER
    search_fields = ("order__number__startswith", "product__sku__istartswith", "customer__last_name__istartswith")
    search_help_text = _("Order number, SKU or last name")
    change_form_outer_before_template = "crm/admin/review_panel.html"
    actions = ("publish_all",)

    def verbs(self) -> dict[str, Verb]:
        return VERBS

    def get_urls(self) -> list[URLPattern]:
        photo = self.admin_site.admin_view(self.photo_view)
        return [
            path("<int:object_id>/photo/<int:photo_id>/", photo, name="crm_review_photo"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        """A draft is its author's alone."""
        found: QuerySet[Review] = super().get_queryset(request)
        return found.exclude(sent_at=None).annotate(photo_number=Count("photos"))

    def get_fieldsets(self, request: HttpRequest, obj: Review | None = None) -> list[Any]:
        """All that there is to do are buttons."""
        return []

    def save_model(self, request: HttpRequest, obj: Review, form: Any, change: bool) -> None:
        """Nothing was typed; the row as it was read would overwrite what its author does meanwhile."""

    def do_view(self, request: HttpRequest, object_id: int, name: str) -> HttpResponseBase:
        """Whoever has decided about one is led to the next that waits."""
        response = super().do_view(request, object_id, name)
        waits = Review.objects.undecided()
        if (
            name not in DECIDING
            or not isinstance(response, HttpResponseRedirect)
            or waits.filter(pk=object_id).exists()
        ):
            return response
        following = waits.order_by("sent_at", "pk").first()
        return HttpResponseRedirect(self.page_of(following)) if following else response

    def photo_view(self, request: HttpRequest, object_id: int, photo_id: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        photo = get_object_or_404(ReviewPhoto.objects.only("content"), pk=photo_id, review=object_id)
        return HttpResponse(bytes(photo.content), content_type="image/jpeg", headers={"Cache-Control": "private"})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        extra = {"show_save": False, "show_save_and_continue": False, **_panel(object_id), **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)  # type: ignore[no-any-return]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @display(description=_("about"))
    def about(self, review: Review) -> str:
        return str(review.product or review.order or "—")

    @display(description=_("stars"), ordering="stars")
    def stars_shown(self, review: Review) -> str:
        return review.stars_drawn

    @display(description=_("state"), ordering="status", label=TONES)
    def state(self, review: Review) -> tuple[str, str]:
        return review.status, review.get_status_display()

    @display(description=_("text"))
    def beginning(self, review: Review) -> str:
        return Truncator(in_full(review)).chars(TEXT_SHOWN)

    @display(description=_("photos"), ordering="photo_number")
    def photo_count(self, review: Any) -> int:
        return int(review.photo_number)

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish_all(self, request: HttpRequest, reviews: ReviewQuerySet) -> None:
        chosen = Review.objects.filter(pk__in=[review.pk for review in reviews])
        done = publish_many(chosen, at=timezone.now(), by=request.user)  # type: ignore[arg-type]
        text = ngettext("%(count)d review published.", "%(count)d reviews published.", done)
        self.message_user(request, text % {"count": done})


def _panel(object_id: str | None) -> dict[str, Any]:
    if object_id is None or not object_id.isdecimal():
        return {}
    waits = Review.objects.undecided().exclude(pk=object_id).order_by("sent_at", "pk")
    review = Review.objects.filter(pk=object_id).select_related("customer").first()
    if review is None:
        return {}
    return {
        "photos": review.photos.defer("content", "thumbnail").select_related("hidden_by"),
        "author": author_of(review),
        "refusals": Review.Refusal.choices,
        "publish_after_days": ReviewSettings.load().publish_after_days,
        "waiting": waits.count(),
        "next_url": reverse("admin:crm_review_change", args=[first.pk]) if (first := waits.first()) else "",
    }
