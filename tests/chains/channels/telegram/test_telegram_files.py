"""Files that customers sent to the bot are fetched from Telegram and kept with the letter they came with."""

import datetime as dt
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from chains.channels.telegram import files
from crm.models import CaseAttachment
from crm.service import conversations
from tests.chains.channels.provider import closed_address
from tests.chains.channels.setups import TOKEN
from tests.chains.channels.telegram.updates import connected, file, set_up_bot, tell, written
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@contextmanager
def bot_api(answers):
    """Telegram on this machine: (status, body) by the path that is asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def respond(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append((self.path, body))
            status, told = answers[self.path]
            self.send_response(status)
            self.send_header("Content-Type", "application/json" if isinstance(told, dict) else "image/jpeg")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode() if isinstance(told, dict) else told)

        do_GET = do_POST = respond

        def log_message(self, *_words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


GET_FILE, CONTENT = f"/bot{TOKEN}/getFile", f"/file/bot{TOKEN}/photos/1.jpg"
FOUND = (200, {"ok": True, "result": {"file_id": "id-A", "file_path": "photos/1.jpg"}})


@pytest.fixture
def sent(client, settings):
    """A picture whose file Telegram still holds."""
    set_up_bot(settings)
    connected(client)
    return lambda **told: tell(client, written(photo=[file(**told)]))


def waiting():
    return CaseAttachment.objects.get()


def test_a_file_is_fetched_once_and_kept(sent, settings):
    sent()

    with bot_api({GET_FILE: FOUND, CONTENT: (200, b"a picture")}) as (settings.TELEGRAM_API_URL, asked):
        assert files.fetch_due(NOW) == 1
        assert files.fetch_due(NOW + HOUR) == 0

    assert asked == [(GET_FILE, b'{"file_id": "id-A"}'), (CONTENT, b"")]
    kept = waiting()
    assert (bytes(kept.content), kept.size, kept.fetch_due_at) == (b"a picture", 9, None)


@pytest.mark.parametrize(
    ("answers", "content_limit"),
    [
        ({GET_FILE: (400, {"ok": False, "description": "Bad Request: file is too big"})}, 100),
        ({GET_FILE: FOUND, CONTENT: (200, b"x" * 101)}, 100),
    ],
)
def test_a_file_that_is_too_large_is_given_up(sent, settings, monkeypatch, answers, content_limit):
    monkeypatch.setattr(files, "KEPT_BYTES", content_limit)
    sent()

    with bot_api(answers) as (settings.TELEGRAM_API_URL, _asked):
        assert files.fetch_due(NOW) == 0

    assert (waiting().content, waiting().fetch_due_at) == (None, None)


def test_a_file_told_to_be_too_large_is_never_asked_for(sent):
    sent(file_size=conversations.KEPT_BYTES + 1)

    assert waiting().fetch_due_at is None
    assert files.fetch_due(NOW) == 0


@pytest.mark.parametrize(
    "answers",
    [
        {GET_FILE: (502, b"away")},
        {GET_FILE: (401, {"ok": False, "description": "Unauthorized"})},
        {GET_FILE: FOUND, CONTENT: (404, b"")},
    ],
)
def test_what_may_work_later_is_tried_again_ever_later_for_a_day(sent, settings, caplog, answers):
    sent()

    with bot_api(answers) as (settings.TELEGRAM_API_URL, asked):
        assert files.fetch_due(NOW) == 0
        assert waiting().fetch_due_at == NOW + MINUTE
        assert files.fetch_due(NOW + MINUTE / 2) == 0
        assert files.fetch_due(NOW + 3 * HOUR) == 0
        assert waiting().fetch_due_at == NOW + 6 * HOUR
        assert files.fetch_due(NOW + 25 * HOUR) == 0

    assert len(asked) == 3 * len(answers)
    assert waiting().fetch_due_at is None
    assert TOKEN not in caplog.text


def test_telegram_that_does_not_answer_is_asked_again(sent, settings, caplog):
    settings.TELEGRAM_API_URL = closed_address()
    sent()

    assert files.fetch_due(NOW) == 0

    assert waiting().fetch_due_at == NOW + MINUTE
    assert TOKEN not in caplog.text
