"""Two processes of an Encore that is told of orders: each answers requests and applies what came, until all is told.

python worker.py DATABASE: reads from its input, line by line, two files of messages; there is a process for each. The
first is killed in the middle of a fact, and another is sent all of its messages again. Of ten things that arrive or are
applied, one fails the first time: the shop sends it again, and the worker takes it up again. Answers with how each
process ended.
"""

import hashlib
import itertools
import json
import logging
import os
import signal
import sys
import time
import traceback
from collections import deque
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import OperationalError, connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

connection.settings_dict["NAME"] = sys.argv[1]
settings.ENCORE_RING = False
settings.ALLOWED_HOSTS = ["testserver"]

from crm.intake import deliveries, hooks  # noqa: E402
from crm.intake.api import batches  # noqa: E402
from crm.intake.doors import read  # noqa: E402
from crm.intake.tracking import views  # noqa: E402

POSTED_AT_ONCE = 10
FAILS_ONE_IN = 10
KILLED_AT = 15
logging.disable(logging.CRITICAL)


def fails_first(function):
    """It is done, and then the database is gone: nothing of it may stay, and the second time it must come."""
    failed = set()

    def tried(*told, **options):
        result = function(*told, **options)
        digest = hashlib.sha256(repr(told[:-1]).encode()).hexdigest()
        if int(digest, 16) % FAILS_ONE_IN == 0 and digest not in failed:
            failed.add(digest)
            raise OperationalError("the connection is gone")
        return result

    return tried


def dies_in_the_middle(record):
    count = itertools.count(1)

    def recorded(*told):
        result = record(*told)
        if next(count) == KILLED_AT:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return recorded


client = Client(raise_request_exception=False)


def post(message):
    """What is to be sent again: all of it, those of a batch that were not taken, or nothing."""
    body = message["body"] if isinstance(message["body"], str) else json.dumps(message["body"])
    answer = client.post(message["path"], body, content_type="application/json", headers=message["headers"])
    if answer.status_code in {409, 500}:
        return message
    if answer.status_code not in {200, 202}:
        raise SystemExit(f"{answer.status_code}: {answer.content.decode()}")
    results = answer.json().get("results", []) if answer.content else []
    left = [message["body"]["items"][one["index"]] for one in results if not one["ok"]]
    return message | {"body": {"items": left}} if left else None


def apply():
    """Until nothing is due; the next bell would take up again what fails."""
    while True:
        try:
            if not deliveries.apply_due(timezone.now(), read):
                return
        except OperationalError:
            continue


def work(share, is_killed):
    record = dies_in_the_middle(deliveries.record_fact) if is_killed else deliveries.record_fact
    deliveries.record_fact = batches.record_fact = fails_first(record)
    hooks.keep, views.keep_all = fails_first(hooks.keep), fails_first(views.keep_all)
    waiting = deque(json.loads(Path(share).read_text()))
    while waiting:
        taken = 0
        for _turn in range(min(POSTED_AT_ONCE, len(waiting))):
            again = post(waiting.popleft())
            taken += again is None
            if again:
                waiting.append(again)
        apply()
        if not taken:
            time.sleep(0.02)
    apply()


def start(share, *, is_killed=False):
    child = os.fork()
    if child:
        return child
    try:
        work(share, is_killed)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def ended(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


for line in sys.stdin:
    first, second = json.loads(line)
    killed, other = start(first, is_killed=True), start(second)
    endings = [ended(killed)]
    endings += [ended(start(first)), ended(other)]
    sys.stdout.write(f"{json.dumps(endings)}\n")
    sys.stdout.flush()
