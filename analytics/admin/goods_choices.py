"""What may be chosen on the page of goods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from analytics.admin.choices import CategoryField
from analytics.filters import with_descendants
from analytics.models import GoodsPair
from crm.models import Category

OF = (("category", _("categories")), ("product", _("products")))


class GoodsForm(forms.Form):
    of = forms.ChoiceField(label=_("Pairs of"), choices=OF)
    category = CategoryField(
        label=_("Bought first, of the category"),
        queryset=Category.objects.all(),
        empty_label=_("everything"),
        required=False,
    )


@dataclass(frozen=True)
class GoodsChoices:
    """`form` is what the page shows; what makes no sense is said there, and everything is shown."""

    form: GoodsForm
    of: str
    category: Category | None

    def pairs(self, way: str) -> QuerySet[GoodsPair]:
        pairs = GoodsPair.objects.filter(way=way, **{f"{self.of}__isnull": False})
        if self.category is None:
            return pairs
        inside = with_descendants(self.category.pk, Category.objects.values_list("pk", "parent_id"))
        column = "product__category__in" if self.of == "product" else "category__in"
        return pairs.filter(**{column: inside})


def choices(asked: Mapping[str, Any]) -> GoodsChoices:
    form = GoodsForm({"of": OF[0][0], **{name: asked[name] for name in asked}})
    if not form.is_valid():
        return GoodsChoices(form, OF[0][0], None)
    return GoodsChoices(form, form.cleaned_data["of"], form.cleaned_data["category"])
