"""The forms of a survey and of its questions: words in each language of the shop's staff beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.forms.models import BaseInlineFormSet
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from crm.languages import codes
from crm.models import Survey, SurveyQuestion

LONGEST_QUESTION, LONGEST_END, LONGEST_ANSWER = 200, 60, 100
FEWEST_ANSWERS, MOST_ANSWERS = 2, 8
Kind, AskedIf = SurveyQuestion.Kind, SurveyQuestion.AskedIf


def _line(label: Any, most: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=False, help_text=help_text, widget=UnfoldAdminTextInputWidget()
    )


def _lines(label: Any, help_text: Any = "", rows: int = 4) -> forms.CharField:
    widget = UnfoldAdminTextareaWidget(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=2_000, required=False, help_text=help_text, widget=widget)


def language_name(code: str) -> str:
    return capfirst(_(str(dict(settings.LANGUAGES)[code])))


class SurveyForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Survey
        fields = (
            "name",
            "is_closed",
            "low_at_most",
            "case_kind",
            "case_severity",
            "case_group",
            "high_at_least",
            "offer",
            "offer_url",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in codes():
            if f"thanks_{code}" in self.fields:
                self.initial.setdefault(f"thanks_{code}", self.instance.thanks.get(code, ""))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("offer") == Survey.Offer.LINK and not cleaned.get("offer_url"):
            self.add_error("offer_url", _("Say where the link leads."))
        low, high = cleaned.get("low_at_most"), cleaned.get("high_at_least")
        if low is not None and high is not None and low >= high:
            self.add_error("high_at_least", _("What is high must be above what is low."))
        thanks = {code: cleaned.get(f"thanks_{code}", "") for code in codes()}
        self.instance.thanks = {code: words for code, words in thanks.items() if words}
        return cleaned


class QuestionForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = SurveyQuestion
        fields = ("kind", "about", "position", "asked_if", "asked_if_score")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in codes():
            told = self.instance.words.get(code, {})
            for part in ("question", "low", "high"):
                self.initial.setdefault(f"{part}_{code}", told.get(part, ""))
            self.initial.setdefault(f"answers_{code}", "\n".join(told.get("answers", ())))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("asked_if") in (AskedIf.AT_MOST, AskedIf.AT_LEAST) and cleaned.get("asked_if_score") is None:
            self.add_error("asked_if_score", _("Say which score."))
        own = settings.LANGUAGE_CODE
        if not cleaned.get(f"question_{own}"):
            self.add_error(
                f"question_{own}", _("Write the question in %(language)s at least.") % {"language": language_name(own)}
            )
        self.instance.words = self.words(cleaned)
        if cleaned.get("kind") in SurveyQuestion.CHOSEN:
            for name, sentence in self._wrong_answers():
                self.add_error(name, sentence)
        return cleaned

    @staticmethod
    def words(cleaned: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Of each language what its kind has; a language without a question is asked in another."""
        found: dict[str, dict[str, Any]] = {}
        for code in codes():
            told: dict[str, Any] = {"question": cleaned.get(f"question_{code}", "")}
            if cleaned.get("kind") in SurveyQuestion.SCALES:
                told |= {part: cleaned.get(f"{part}_{code}", "") for part in ("low", "high")}
            if cleaned.get("kind") in SurveyQuestion.CHOSEN:
                lines = cleaned.get(f"answers_{code}", "").splitlines()
                told["answers"] = [line.strip() for line in lines if line.strip()]
            if told["question"]:
                found[code] = told
        return found

    def _wrong_answers(self) -> Iterator[tuple[str, str]]:
        counts = set()
        for code, told in self.instance.words.items():
            answers = told["answers"]
            counts.add(len(answers))
            if not FEWEST_ANSWERS <= len(answers) <= MOST_ANSWERS:
                yield f"answers_{code}", _("Write from two to eight answers to choose from.")
            elif any(len(answer) > LONGEST_ANSWER for answer in answers):
                yield f"answers_{code}", _("An answer may have at most %(most)d characters.") % {"most": LONGEST_ANSWER}
            elif len(set(answers)) < len(answers):
                yield f"answers_{code}", _("Two of the answers are the same.")
        if len(counts) > 1:
            code = list(self.instance.words)[-1]
            yield f"answers_{code}", _("Each language has as many answers, in the same order.")


def _words_of_languages() -> Iterator[tuple[str, forms.Field]]:
    for code in codes():
        yield f"question_{code}", _line(gettext_lazy("Question"), LONGEST_QUESTION)
        yield f"low_{code}", _line(gettext_lazy("What the lowest means"), LONGEST_END)
        yield f"high_{code}", _line(gettext_lazy("What the highest means"), LONGEST_END)
        yield f"answers_{code}", _lines(gettext_lazy("Answers"), gettext_lazy("One a line."))


# A form's fields are known before it is made, so that the admin can lay them out.
QuestionWordsForm = type("QuestionWordsForm", (QuestionForm,), dict(_words_of_languages()))
SurveyWordsForm = type(
    "SurveyWordsForm",
    (SurveyForm,),
    {f"thanks_{code}": _lines(lazy(language_name, str)(code), rows=2) for code in codes()},
)


class QuestionFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """The questions together: what begins the survey, and what its limits are about."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        if not kept:
            raise forms.ValidationError(_("A survey needs a question."))
        first = min(kept, key=lambda form: form.cleaned_data["position"])
        kind, asked_if = first.cleaned_data["kind"], first.cleaned_data["asked_if"]
        if kind in SurveyQuestion.WRITTEN:
            first.add_error("kind", _("The first question is answered by one press in the message: words come later."))
        if asked_if:
            first.add_error("asked_if", _("There is nothing before the first question: ask it always."))
        self._check_limits(kind)

    def _check_limits(self, kind: str) -> None:
        scale = SurveyQuestion.SCALES.get(Kind(kind), range(2) if kind == Kind.YES_NO else range(0))
        survey = self.instance
        limits = [limit for limit in (survey.low_at_most, survey.high_at_least) if limit is not None]
        if limits and not scale:
            raise forms.ValidationError(
                _("The first question is no scale, so that no answer to it is low or high: leave both limits empty.")
            )
        if any(limit not in scale for limit in limits):
            raise forms.ValidationError(
                _("What is low and high must be on the scale of the first question, from %(low)d to %(high)d.")
                % {"low": scale[0], "high": scale[-1]}
            )
