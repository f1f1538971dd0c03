import logging
import sys

import pytest
from django.db import IntegrityError, connection, transaction

from config.log_lines import Line
from crm.models import Contact
from tests.conftest import make_customer

ANN = "ann@example.com"


def logged(message, *values, exc_info=None):
    record = logging.LogRecord("crm", logging.ERROR, __file__, 1, message, values, exc_info)
    return Line("{levelname}: {message}", style="{").format(record)


@pytest.mark.django_db
def test_a_row_that_was_refused_is_not_in_the_log():
    ann = make_customer(email=ANN)
    try:
        with transaction.atomic():
            Contact.objects.bulk_create([Contact(customer=ann, channel="email", address=ANN)])
    except IntegrityError as error:
        text = logged("Not recorded: %s", error, exc_info=sys.exc_info())

    assert ANN not in text
    assert text.startswith("ERROR: Not recorded: duplicate key value violates unique constraint")
    assert "django.db.utils.IntegrityError: duplicate key value violates unique constraint" in text


def test_values_with_line_breaks_go_as_a_whole():
    said = "null value\nDETAIL:  Failing row contains (1, Ann\n\nof Omsk).\nCONTEXT:  COPY crm_customer, line 3"

    assert logged(said) == "ERROR: null value"


def test_other_lines_stay():
    assert logged("Sent 3 letters\nDETAILS: none") == "ERROR: Sent 3 letters\nDETAILS: none"


@pytest.mark.django_db
def test_the_servers_own_log_holds_no_statement_that_failed():
    names = ["log_min_messages", "log_min_error_statement", "log_error_verbosity", "log_parameter_max_length_on_error"]
    if connection.settings_dict["OPTIONS"].get("embedded_directory") is None:
        return
    with connection.cursor() as cursor:
        found = {}
        for name in names:
            cursor.execute(f"SHOW {name}")
            found[name] = cursor.fetchone()[0]

    assert found == dict(zip(names, ["log", "panic", "terse", "0"], strict=True))
