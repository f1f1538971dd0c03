"""What rules rest on is watched, and what the list says is watched has its triggers."""

import re

import pytest
from django.db import connection

from segments.compile import matching
from segments.vocabulary.registry import FIELDS
from segments.watched_tables import WATCHED_TABLES
from tests.conftest import make_category
from tests.segments.conftest import condition

pytestmark = pytest.mark.django_db

NOTING_TRIGGERS = """
    SELECT tgrelid::regclass::text, tgtype & 4 > 0, tgtype & 16 > 0, tgtype & 8 > 0, tgenabled = 'A'
    FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE NOT tgisinternal AND prosrc LIKE '%INSERT INTO segments_change%'
"""
VIEWS = {"chains_letter": "chains_touch"}
ASKABLE = [field for field in FIELDS.values() if field.context is None and field.is_watched]


def noting_triggers():
    """(table, statement, whether imports do not silence it) of every trigger that notes changes."""
    with connection.cursor() as cursor:
        cursor.execute(NOTING_TRIGGERS)
        return {
            (table, statement, survives)
            for table, *noted, survives in cursor.fetchall()
            for statement, is_noted in zip(("INSERT", "UPDATE", "DELETE"), noted, strict=True)
            if is_noted
        }


def test_every_watched_table_has_its_triggers_and_no_other_has_any():
    assert noting_triggers() == {
        (table.model._meta.db_table, statement, statement in table.survives_replica)
        for table in WATCHED_TABLES
        for statement in table.statements
    }


def value_for(kind, category):
    if kind.name == "nothing":
        return None
    if kind.name == "date":
        return "2026-01-31"
    if kind.name == "number":
        return max(kind.least, 1)
    if kind.name == "pair":
        return ["plan", value_for(kind.value_kind, category) if kind.value_kind else "gold"]
    if kind.choices:
        return [str(next(iter(kind.choices()))[0])]
    return [str(category)]


def conditions_of(field, category):
    """With every operator, over every window and narrowed by every filter the field takes."""
    narrowings = [{}, *({"where": [one]} for narrower in field.filters for one in conditions_of(narrower, category))]
    windows = [{}, {"window": 30}] if field.takes_window else [{}]
    return [
        condition(field.name, operator.name, value_for(field.value_of(operator), category), **narrowing, **window)
        for operator in field.operators
        for narrowing in narrowings
        for window in windows
    ]


@pytest.mark.parametrize("field", ASKABLE, ids=[field.name for field in ASKABLE])
@pytest.mark.parametrize("is_few", [False, True], ids=["everybody", "few"])
def test_every_table_a_field_rests_on_is_watched(now, field, is_few):
    watched = {table.model._meta.db_table for table in WATCHED_TABLES}
    category = make_category().pk

    for asked in conditions_of(field, category):
        query, _params = matching(asked, now, [1] if is_few else None).query.sql_with_params()
        read = re.findall(r'(?:FROM|JOIN) "(\w+)"', query)
        assert {VIEWS.get(table, table) for table in read} <= watched, asked
