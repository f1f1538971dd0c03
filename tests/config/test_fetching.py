"""Programs fetch every link there is: no address of a letter, a form or a feed changes anything by being fetched."""

from itertools import product

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from crm.models import CallAllowance, VisitorAllowance
from tests.chains.test_public_pages import PERSON
from tests.config.pages.addresses import addresses, values_of
from tests.config.pages.public_pages import open_public_pages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("channels_connected")]
# That a letter was opened and its link pressed is what these are there to note.
NOTE_A_LOOK = {"open", "click", "short"}
# How often somebody asked, which is no fact about anybody.
COUNTED = {CallAllowance, VisitorAllowance}


def everything_kept():
    """Every row of every table, as one line a table."""
    names = sorted(
        {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model not in COUNTED}
    )
    rows = " UNION ALL ".join(
        f"SELECT '{name}', count(*), md5(string_agg(one::text, '|' ORDER BY one::text)) FROM \"{name}\" one"  # noqa: S608
        for name in names
    )
    with connection.cursor() as cursor:
        cursor.execute(rows)
        return {name: told for name, *told in cursor.fetchall()}


@pytest.fixture
def pages(shop, settings):
    settings.SMS = {"kind": "twilio", "secret": "secret"}
    return open_public_pages(shop)


@pytest.fixture
def visitor(pages):
    """In their own page already, and with a program that passes for a person."""
    visitor = Client(headers={"User-Agent": PERSON})
    assert visitor.get(pages.of_their_own["in"]).status_code == 302
    return visitor


def test_no_public_address_writes_anything_when_it_is_only_fetched(pages, visitor):
    before = everything_kept()

    told = {}
    for address in every_public_address(pages):
        answers = visitor.get(address), visitor.head(address)
        told[address] = max(answer.status_code for answer in answers)

    after = everything_kept()
    assert [name for name, rows in after.items() if rows != before[name]] == []
    # No worker is there to be healthy.
    assert [address for address, status in told.items() if status >= 500] == ["/healthz"]
    assert sum(status == 200 for status in told.values()) > 70


def every_public_address(pages):
    """Those of the pages, and each address of the configuration with all that its blanks could hold."""
    yield from pages.opened.values()
    yield from pages.of_their_own.values()
    for one in addresses():
        if one.of_staff or one.name in NOTE_A_LOOK:
            continue
        values = values_of(one)
        known = [sorted(pages.blank(name) | {values[name]}) for name in one.blanks]
        for filled in product(*known):
            yield one.filled(dict(zip(one.blanks, filled, strict=True)))
