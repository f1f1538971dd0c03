"""The reader of the mailbox is killed at each point of its work: the next one takes every letter once.

The reader is a real process and the mailbox a real dovecot; the end is a real SIGKILL.
"""

import datetime as dt
import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from chains.channels.email.mailbox import LEASE, poll
from chains.models import Mailbox
from crm.models import CaseMessage, Event
from tests.chains.channels.email.dovecot import dovecot, is_here
from tests.chains.channels.email.letters import reply, sent_touch, to

pytestmark = [pytest.mark.imap, pytest.mark.django_db(transaction=True)]

LETTERS = 4
READER = """
import importlib, os, signal, sys
import django
django.setup()
from django.db import connection
from django.utils import timezone
database, url, name, when = sys.argv[1:]
connection.settings_dict["NAME"] = database
mailbox = importlib.import_module("chains.channels.email.mailbox")
work, calls = getattr(mailbox, name), 0

def deadly(*args):
    global calls
    calls += 1
    if calls == 2 and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    done = work(*args)
    if calls == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return done

setattr(mailbox, name, deadly)
mailbox.poll(url, timezone.now)
"""
POINTS = {
    "fetched, nothing taken": ("_fetch", "after"),
    "taken, not committed": ("record_mail", "after"),
    "committed, not marked as seen": ("_mark_read", "before"),
    "marked as seen": ("_mark_read", "after"),
}


@pytest.mark.parametrize(("name", "when"), POINTS.values(), ids=POINTS)
def test_the_next_reader_takes_every_letter_once(shop, tmp_path, name, when):
    if not is_here():
        pytest.fail("The mailbox tests need dovecot: apt-get install dovecot-imapd.")
    now = dt.datetime.now(dt.UTC)
    touch = sent_touch(now)
    with dovecot(tmp_path) as box:
        box.put(*(reply(f"Letter {number}", to=to(touch), key=f"<{number}@x>") for number in range(LETTERS)))

        ended = subprocess.run(
            [sys.executable, "-c", READER, connection.settings_dict["NAME"], box.url, name, when],
            cwd=settings.BASE_DIR,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "ENCORE_RING": "false"},
            timeout=120,
        )
        assert ended.returncode == -signal.SIGKILL
        assert Mailbox.objects.get().lease is not None
        assert poll(box.url, lambda: now) == {}
        poll(box.url, lambda: dt.datetime.now(dt.UTC) + LEASE)

    texts = sorted(CaseMessage.objects.values_list("text", flat=True))
    assert texts == [f"Letter {number}" for number in range(LETTERS)]
    assert Event.objects.filter(kind="message.replied").count() == LETTERS
