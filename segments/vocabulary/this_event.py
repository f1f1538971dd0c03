"""The one event that something begins with or waits for: each condition gives a Q on Event."""

from __future__ import annotations

from functools import partial

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import Case, Customer, EventKind, Feedback, StaffTask
from segments.rules import Condition
from segments.values import NamedValue, NoValue, Number, Texts
from segments.vocabulary.answers import suggest_answers
from segments.vocabulary.comparing import contains_any, number, opposite_if, texts
from segments.vocabulary.documents import NAMED_VALUES, compared_number, named_value, text_property, text_property_in
from segments.vocabulary.events import compile_kind, kind_names, suggest_kinds
from segments.vocabulary.field import THIS_EVENT, Compilation, Compile, Context, Field
from segments.vocabulary.letters import compile_tag
from segments.vocabulary.operators import AT_LEAST, AT_MOST, COMPARISONS, IDENTITY, POSSESSION, SEARCHES, YES_NO
from segments.vocabulary.orders import MONEY
from segments.vocabulary.surveys import QUESTION, SURVEY, levels

_SIGNS = {"at_least": ">=", "at_most": "<=", "exactly": "=="}


def property_of_kinds(start: str, name: str) -> Compile:
    """One of these words as the property of this name, in events whose kind begins so."""

    def compile_words(condition: Condition, compilation: Compilation) -> Q:
        return opposite_if(
            condition, Q(kind__startswith=start) & text_property_in("properties", name, texts(condition))
        )

    return compile_words


def _figure(start: str, name: str, more: Q | None = None) -> Compile:
    def compile_figure(condition: Condition, compilation: Compilation) -> Q:
        holds = compared_number("properties", name, _SIGNS[condition.operator], number(condition))
        return Q(kind__startswith=start) & (more or Q()) & holds

    return compile_figure


def _score(kind: Feedback.Kind) -> Compile:
    return _figure(EventKind.FEEDBACK_LEFT, "score", Q(properties__contains={"kind": kind.value}))


def _by_machine(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, Q(properties__contains={"is_machine": True}))


event_field = partial(Field, group=THIS_EVENT, context=Context.EVENT)

FIELDS = (
    event_field(
        "event_kind",
        _("kind of this event"),
        value=Texts(suggest=suggest_kinds, names=kind_names),
        operators=IDENTITY,
        compile=compile_kind,
    ),
    event_field(
        "event_property",
        _("property of this event"),
        value=NamedValue(),
        operators=NAMED_VALUES,
        compile=named_value("properties"),
        note=_("Dates are compared as the event writes them, year first: 2026-03-31."),
    ),
    event_field(
        "event_rating",
        _("rating given in this event (1-5)"),
        value=Number(1, 5),
        operators=COMPARISONS,
        compile=_score(Feedback.Kind.RATING),
    ),
    event_field(
        "event_stars",
        _("stars of the review of this event (1-5)"),
        value=Number(1, 5),
        operators=COMPARISONS,
        compile=_figure("review.", "stars"),
    ),
    event_field(
        "event_nps",
        _("“would recommend” given in this event (0-10)"),
        value=Number(0, 10),
        operators=COMPARISONS,
        compile=_score(Feedback.Kind.NPS),
    ),
    event_field(
        "event_answer",
        _("answer chosen in this event"),
        value=Texts(suggest=suggest_answers),
        operators=IDENTITY,
        compile=property_of_kinds(EventKind.FEEDBACK_LEFT, "answer"),
    ),
    event_field(
        "event_survey",
        _("survey answered in this event"),
        value=SURVEY,
        operators=IDENTITY,
        compile=property_of_kinds(EventKind.FEEDBACK_LEFT, "survey"),
    ),
    event_field(
        "event_question",
        _("question of a survey answered in this event"),
        value=QUESTION,
        operators=IDENTITY,
        compile=property_of_kinds(EventKind.FEEDBACK_LEFT, "question"),
    ),
    event_field(
        "event_score",
        _("score given in this event, on whatever scale"),
        value=Number(0, 10),
        operators=COMPARISONS,
        compile=_figure(EventKind.FEEDBACK_LEFT, "score"),
    ),
    event_field(
        "event_level",
        _("the answer in this event was"),
        value=Texts(choices=levels),
        operators=IDENTITY,
        compile=property_of_kinds(EventKind.FEEDBACK_LEFT, "level"),
        note=_(
            "By the limits of its survey; otherwise low is a rating as the settings say or 0 to 6, high 5 or 9 to 10."
        ),
    ),
    event_field(
        "event_referral_as",
        _("rewarded in this event as"),
        value=Texts(choices=lambda: [("recommender", _("who recommended")), ("friend", _("the friend"))]),
        operators=IDENTITY,
        compile=property_of_kinds(EventKind.REFERRAL_REWARDED, "as"),
    ),
    event_field(
        "event_link",
        _("address of the link clicked in this event"),
        value=Texts(),
        operators=SEARCHES,
        compile=contains_any(text_property("properties", "address")),
    ),
    event_field(
        "event_tag",
        _("tag of the letter of this event"),
        value=Texts(),
        operators=POSSESSION,
        compile=compile_tag,
    ),
    event_field(
        "event_machine",
        _("a machine opened or clicked in this event"),
        value=NoValue(),
        operators=YES_NO,
        compile=_by_machine,
    ),
    event_field(
        "event_url",
        _("address of the page of this event"),
        value=Texts(),
        operators=SEARCHES,
        compile=contains_any(text_property("properties", "url")),
    ),
    event_field(
        "event_seconds",
        _("seconds on the page in this event"),
        value=Number(0, 100_000),
        operators=(AT_LEAST, AT_MOST),
        compile=_figure(EventKind.PAGE_VIEWED, "seconds"),
    ),
    event_field(
        "event_amount",
        _("amount given back in this event"),
        value=MONEY,
        operators=(AT_LEAST, AT_MOST),
        compile=_figure(EventKind.ORDER_RETURNED, "amount"),
    ),
    event_field(
        "event_milestone",
        _("milestone reached in this event"),
        value=Texts(),
        operators=IDENTITY,
        compile=property_of_kinds(EventKind.MILESTONE_REACHED, "name"),
    ),
    event_field(
        "event_case",
        _("kind of the case of this event"),
        value=Texts(choices=lambda: Case.Kind.choices),
        operators=IDENTITY,
        compile=property_of_kinds("case.", "kind"),
    ),
    event_field(
        "event_severity",
        _("severity of the case of this event"),
        value=Texts(choices=lambda: Case.Severity.choices),
        operators=IDENTITY,
        compile=property_of_kinds("case.", "severity"),
    ),
    event_field(
        "event_task_outcome",
        _("what came of the task of this event"),
        value=Texts(choices=lambda: StaffTask.Result.choices[:-1]),
        operators=IDENTITY,
        compile=property_of_kinds("task.", "outcome"),
    ),
    event_field(
        "event_task_kind",
        _("kind of the task of this event"),
        value=Texts(choices=lambda: StaffTask.Kind.choices),
        operators=IDENTITY,
        compile=property_of_kinds("task.", "kind"),
    ),
    event_field(
        "event_task_reason",
        _("reason of the task of this event"),
        value=Texts(choices=lambda: [choice for choice in StaffTask.Reason.choices if choice[0]]),
        operators=IDENTITY,
        compile=property_of_kinds("task.", "reason"),
    ),
    event_field(
        "event_mood",
        _("mood noted in this event"),
        value=Texts(choices=lambda: [choice for choice in Customer.Mood.choices if choice[0]]),
        operators=IDENTITY,
        compile=property_of_kinds(EventKind.MOOD_NOTED, "mood"),
    ),
)
