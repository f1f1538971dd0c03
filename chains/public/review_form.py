"""The form of a review: stars, the shop's questions, words, and what may be shown of its author."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from crm.models import Customer, Review
from crm.service.reviews.authors import author
from crm.service.reviews.writing import FEWEST_LETTERS, Words

TEXT_LIMIT = 4_000
ANSWER_LIMIT = 1_000
STARS = tuple((str(stars), "★" * stars) for stars in range(1, 6))
ShownAs = Review.ShownAs


class ReviewForm(forms.Form):
    stars = forms.ChoiceField(
        widget=forms.RadioSelect,
        choices=STARS,
        error_messages={
            "required": _("Choose from one to five stars."),
            "invalid_choice": _("Choose from one to five stars."),
        },
    )
    text = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    may_publish = forms.BooleanField(label=_("You may publish my review and its photos"), required=False)
    shown_as = forms.ChoiceField(label=_("Signed with"), widget=forms.RadioSelect, required=False)

    def __init__(self, questions: list[str], customer: Customer, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.questions = questions
        self.fields["shown_as"].choices = _names(customer)  # type: ignore[attr-defined]
        for place, question in enumerate(questions):
            self.fields[f"answer_{place}"] = forms.CharField(
                label=question,
                required=False,
                max_length=ANSWER_LIMIT,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def asked(self) -> list[forms.BoundField]:
        return [self[f"answer_{place}"] for place in range(len(self.questions))]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if not self.errors.keys() - {"stars"} and self.words().letters() < FEWEST_LETTERS:
            self.add_error("text", _("A few words more, please: others learn little from the stars alone."))
        return told

    def words(self) -> Words:
        """What was typed, as far as it can be read: a draft keeps that much."""
        told = self.cleaned_data
        answers = [
            {"question": question, "answer": told.get(f"answer_{place}", "")}
            for place, question in enumerate(self.questions)
        ]
        return Words(
            stars=int(told["stars"]) if told.get("stars") else None,
            text=told.get("text", ""),
            answers=answers,
            shown_as=told.get("shown_as") or ShownAs.FIRST_NAME,
            may_publish=told.get("may_publish", False),
            language=translation.get_language() or "",
        )


def initial(review: Review | None, questions: list[str], score: str) -> dict[str, Any]:
    """As it was kept; a rating pressed in a letter is filled in where there is none yet."""
    if review is None:
        return {"stars": score, "shown_as": ShownAs.FIRST_NAME}
    answers = {one["question"]: one["answer"] for one in review.answers}
    return {
        "stars": str(review.stars or score),
        "text": review.text,
        "shown_as": review.shown_as,
        "may_publish": review.may_publish,
        **{f"answer_{place}": answers.get(question, "") for place, question in enumerate(questions)},
    }


def _names(customer: Customer) -> list[tuple[str, Any]]:
    """As others will read each, so that nobody is surprised; without a name there is nothing to choose."""
    found = []
    for kind in (ShownAs.FIRST_NAME, ShownAs.INITIALS):
        if name := author(kind, customer.first_name, customer.last_name):
            found.append((kind.value, name))
    return [*found, (ShownAs.ANONYMOUS.value, _("no name"))]
