"""A count that a newer one supersedes ends in the database at once, and nobody else's does."""

import datetime as dt
import threading
import time

import pytest
from django.db import connection

from segments.query_timeout import QueryTookTooLong, cancel_earlier, time_limit

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = dt.timedelta(minutes=1)


class Count(threading.Thread):
    """One long question in a connection of its own."""

    def __init__(self, name):
        super().__init__()
        self.told, self.outcome = name, "answered"

    def run(self):
        try:
            with time_limit(MINUTE):
                cancel_earlier(self.told)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(20)")
        except QueryTookTooLong:
            self.outcome = "stopped"
        finally:
            connection.close()


def wait_until_working(name):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND query LIKE '%%pg_sleep%%'",
                [name],
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    pytest.fail("the count never began")


def test_a_newer_count_of_the_same_editor_stops_the_older_and_no_other():
    mine, other = Count("encore count 1 a"), Count("encore count 2 b")
    for count in (mine, other):
        count.start()
        wait_until_working(count.told)

    with time_limit(MINUTE):
        cancel_earlier(mine.told)
    mine.join(timeout=10)

    assert not mine.is_alive()
    assert mine.outcome == "stopped"
    assert other.is_alive()
    with time_limit(MINUTE):
        cancel_earlier(other.told)
    other.join(timeout=10)
    assert other.outcome == "stopped"


def test_the_name_of_a_count_is_gone_with_it():
    with time_limit(MINUTE):
        cancel_earlier("encore count 1 a")

    with connection.cursor() as cursor:
        cursor.execute("SHOW application_name")
        assert cursor.fetchone()[0] != "encore count 1 a"
