"""Asks pages for what they cannot have foreseen, and remembers every fault of ours with its place."""

import traceback
from contextlib import contextmanager

import pytest
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client

SERVER_FAULT = 500
# Answered by a page that is not ready, on purpose.
NOT_NOW = 503


class Asking:
    """A client whose requests change nothing that lasts; `faults` says which of them fell over, and where."""

    def __init__(self, user=None):
        self.client = Client(raise_request_exception=False)
        if user:
            self.client.force_login(user)
        self.faults = []
        self.asked = 0

    def get(self, address, fields=None):
        return self._ask("get", address, fields or {})

    def post(self, address, fields=None, **more):
        return self._ask("post", address, {} if fields is None else fields, **more)

    def send(self, address, body, content_type, headers):
        """Raw bytes, as a program sends them."""
        return self._ask("generic", address, body, content_type=content_type, headers=headers)

    def names_asked(self, method, address):
        """What a page looks for among the fields of its address or form, found out by asking it."""
        names = set()
        with listening_for_names(names):
            self._ask(method, address, {})
        return sorted(name for name in names if isinstance(name, str) and name != "csrfmiddlewaretoken")

    def _ask(self, method, address, fields, **more):
        self.asked += 1
        got_request_exception.connect(self._note_exception)
        self._error = None
        try:
            with undone():
                parts = ("POST", address, fields) if method == "generic" else (address, fields)
                answer = getattr(self.client, method)(*parts, **more)
                if answer.streaming:
                    b"".join(answer.streaming_content)
        finally:
            got_request_exception.disconnect(self._note_exception)
        if answer.status_code >= SERVER_FAULT and answer.status_code != NOT_NOW:
            self.faults.append(f"{method} {address} {str(fields)[:200]}: {self._error or answer.status_code}")
        return answer

    def _note_exception(self, **_told):
        self._error = traceback.format_exc(limit=-3)[-700:]


@contextmanager
def undone():
    """Whatever is written, or broken, in the transaction of the test is as if it had never been."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        connection.needs_rollback = False
        transaction.savepoint_rollback(before)


@contextmanager
def listening_for_names(names):
    def heard(read):
        def listening(fields, name, *rest):
            names.add(name)
            return read(fields, name, *rest)

        return listening

    known = {one: getattr(QueryDict, one) for one in ("get", "getlist", "__getitem__", "__contains__")}
    with pytest.MonkeyPatch.context() as patch:
        for one, read in known.items():
            patch.setattr(QueryDict, one, heard(read), raising=False)
        yield
