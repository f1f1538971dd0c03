"""Values of an enumeration are written once: whatever else knows them is held against it here."""

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Q
from django.test.utils import isolate_apps

from crm.models.choices import database_checks_choices

APPS = ("crm", "segments", "chains", "analytics")
MODELS = [
    model
    for app in APPS
    for model in apps.get_app_config(app).get_models()
    # The history keeps what was once allowed.
    if model._meta.managed and not hasattr(model, "history_object")
]


def chosen(field):
    return field.base_field if isinstance(field, ArrayField) else field


CHOICES = [
    pytest.param(model, field, id=f"{model._meta.model_name}.{field.name}")
    for model in MODELS
    for field in model._meta.local_fields
    if chosen(field).choices
]


def leaves(condition):
    for child in condition.children if isinstance(condition, Q) else ():
        if isinstance(child, tuple):
            yield child
        else:
            yield from leaves(child)


def conditions(model):
    for one in (*model._meta.indexes, *model._meta.constraints):
        if isinstance(condition := getattr(one, "condition", None), Q):
            yield from leaves(condition)


NAMED = [
    pytest.param(field, value, id=f"{model._meta.model_name}.{field.name}: {value}")
    for model in MODELS
    for path, value in conditions(model)
    for field in model._meta.local_fields
    if field.choices and path in {field.name, f"{field.name}__in"}
]


@pytest.fixture
def make_probe(db):
    """A table of one column that knows only the one constraint."""

    def make(model, field):
        table, column = model._meta.db_table, field.column
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND conname = %s",
                [table, f"{model._meta.model_name}_{field.name}_known"],
            )
            (definition,) = cursor.fetchone()
            cursor.execute(f'CREATE TEMPORARY TABLE probe AS SELECT "{column}" FROM {table} WITH NO DATA')  # noqa: S608
            cursor.execute(f"ALTER TABLE probe ADD {definition}")

    return make


def is_taken(value):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO probe VALUES (%s)", [value])
    except IntegrityError:
        return False
    return True


@pytest.mark.parametrize(("model", "field"), CHOICES)
def test_the_database_refuses_what_is_no_choice(model, field, make_probe):
    make_probe(model, field)
    wrong = 99 if isinstance(chosen(field), models.IntegerField) else "no such"
    values = [value for value, _name in chosen(field).flatchoices]

    if isinstance(field, ArrayField):
        assert not is_taken([*values, wrong])
        assert is_taken(values)
        assert is_taken([])
    else:
        assert not is_taken(wrong)
        assert all(is_taken(value) for value in values)
        if chosen(field).empty_strings_allowed:
            assert is_taken("") == (field.blank or "" in values)


@pytest.mark.parametrize(("field", "value"), NAMED)
def test_conditions_of_indexes_and_constraints_name_only_choices(field, value):
    values = {"", *(value for value, _name in field.flatchoices)}

    assert values.issuperset(value if isinstance(value, (list, tuple)) else [value])


def test_a_migration_follows_when_choices_change(db):
    before, after = state_with_lid(["open", "shut"]), state_with_lid(["open", "lost"])
    changes = MigrationAutodetector(before, after)._detect_changes()
    state = before.clone()
    with connection.schema_editor() as editor:
        editor.create_model(before.apps.get_model("crm", "Lid"))
        for operation in changes["crm"][0].operations:
            old = state.clone()
            operation.state_forwards("crm", state)
            operation.database_forwards("crm", editor, old, state)

    assert is_kept("lost")
    assert not is_kept("shut")


@isolate_apps("crm")
def state_with_lid(choices):
    @database_checks_choices
    class Lid(models.Model):
        state = models.CharField(max_length=8, choices=[(one, one) for one in choices])

        class Meta:
            app_label = "crm"

        def __str__(self):
            return self.state

    return ProjectState(models={("crm", "lid"): ModelState.from_model(Lid)})


def is_kept(value):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO crm_lid (state) VALUES (%s)", [value])
    except IntegrityError:
        return False
    return True
