from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import BooleanField, Count, F, Func, JSONField, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from crm.models import Event, EventKind
from segments.rules import Condition
from segments.values import NamedValue, Number, Search, Texts
from segments.vocabulary.comparing import compared_aggregate, contains_any, number, opposite_if, texts
from segments.vocabulary.documents import NAMED_VALUES, named_value, text_property
from segments.vocabulary.field import EVENTS, Compilation, Field, always
from segments.vocabulary.operators import AT_LEAST, COMPARISONS, IDENTITY, SEARCHES

# The log has no index by kind: names are offered from its newest part.
RECENT = 20_000


def suggest_kinds(search: Search) -> list[tuple[str, str]]:
    newest = Event.objects.order_by("-pk").values_list("kind", flat=True)[:RECENT]
    known = {kind: kind for kind in set(newest)} | {value: str(label) for value, label in EventKind.choices}
    found = [(kind, label) for kind, label in known.items() if search.text.lower() in f"{label} {kind}".lower()]
    return sorted(found, key=lambda pair: pair[1])[: search.limit]


def kind_names(kinds: Iterable[str]) -> Mapping[str, str]:
    labels = dict(EventKind.choices)
    return {kind: str(labels.get(kind, kind)) for kind in kinds}


def compile_kind(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, Q(kind__in=texts(condition)))


def _seconds(condition: Condition, compilation: Compilation) -> Q:
    """Compared inside the document: what a site sent as something else than a number never holds."""
    least = Value({"least": int(number(condition))}, JSONField())
    path = Value("$.seconds ? (@ >= $least)")
    return Q(Func(F("properties"), path, least, function="jsonb_path_exists", output_field=BooleanField()))


KIND = Field("kind", _("event"), EVENTS, Texts(suggest=suggest_kinds, names=kind_names), IDENTITY, compile_kind)
PROPERTY = Field("property", _("property of the event"), EVENTS, NamedValue(), NAMED_VALUES, named_value("properties"))
URL = Field(
    "url", _("address of the page"), EVENTS, Texts(), SEARCHES, contains_any(text_property("properties", "url"))
)
SECONDS = Field("seconds", _("seconds on the page"), EVENTS, Number(0, 100_000), (AT_LEAST,), _seconds)
_FILTERS = {one.name: one for one in (KIND, PROPERTY, URL, SECONDS)}


def _counted(events: QuerySet[Event], condition: Condition, compilation: Compilation) -> Q:
    if condition.window is not None:
        events = events.filter(occurred_at__gte=compilation.days_ago(condition.window))
    for one in condition.where:
        events = events.filter(_FILTERS[one.field].compile(one, compilation))
    return compared_aggregate(events, Count("pk"), condition, compilation)


def _pages(condition: Condition, compilation: Compilation) -> Q:
    return _counted(Event.objects.filter(kind=EventKind.PAGE_VIEWED), condition, compilation)


def _happened(condition: Condition, compilation: Compilation) -> Q:
    return _counted(Event.objects.all(), condition, compilation)


FIELDS = (
    Field(
        "pages",
        _("pages visited"),
        EVENTS,
        Number(0, 100_000),
        COMPARISONS,
        _pages,
        True,
        (URL, SECONDS),
        is_heavy=always,
    ),
    Field(
        "happened",
        _("events of the log"),
        EVENTS,
        Number(0, 1_000_000),
        COMPARISONS,
        _happened,
        True,
        (KIND, PROPERTY),
        is_heavy=always,
        note=_("Anything the shop, its site or Encore wrote down; narrow it down to one kind of event."),
    ),
)
