"""Moments come out of the database as they went in, whatever zone its session is in."""

import datetime as dt

import pytest
from django.db import connection, transaction

MOMENTS = [
    dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 10, 12, 30, 15, 120_000, tzinfo=dt.UTC),
    dt.datetime(1, 1, 1, tzinfo=dt.UTC),
    dt.datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC),
]


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
def test_a_moment_is_read_as_it_was_written(zone):
    told = MOMENTS if zone == "UTC" else MOMENTS[:2]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL TIME ZONE '{zone}'")
        cursor.execute("SELECT NULL::timestamptz, unnest(%s::timestamptz[])", [told])
        found = cursor.fetchall()

    assert found == [(None, at) for at in told]
    assert zone != "UTC" or {at.tzinfo for _none, at in found} == {dt.UTC}
