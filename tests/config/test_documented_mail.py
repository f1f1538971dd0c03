"""The mail settings as docs/install.md writes them, read by Encore and used against a stand-in of the provider."""

import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.conf import settings

DOCS = Path(settings.BASE_DIR, "docs/install.md").read_text()
SEND = """
import json, sys, django
django.setup()
from django.core import mail
from django.test import Client
letter = mail.EmailMessage("Hello", "Dear Ann", "shop@mg.example.com", ["ann@example.com"])
letter.metadata = {"touch": "TOKEN"}
mail.get_connection().send_messages([letter])
told = json.loads(sys.argv[1])
given = {"content_type": "application/json", "headers": {"Authorization": told["authorization"]}}
client = Client(SERVER_NAME="localhost")
print([client.post("/hooks/mail/mailgun/tracking/", told["event"] | {"signature": one}, **given).status_code
       for one in told["signatures"]])
"""


def documented(heading):
    """The variables of the first block under a heading."""
    block = re.search(r"```\n(.*?)```", DOCS.partition(heading)[2], re.DOTALL)[1]
    return dict(line.split("=", 1) for line in block.strip().splitlines())


def environment(tmp_path, values):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "ENCORE_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings", **values}


@pytest.fixture
def mailgun():
    """Mailgun's API: what was asked there, and where it is."""
    asked = []

    class Api(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked.append((self.path, self.headers["Authorization"], body))
            answer = json.dumps({"id": "<1@mg.example.com>", "message": "Queued. Thank you."}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_said):
            pass

    server = HTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield asked, f"http://127.0.0.1:{server.server_port}/v3"
    server.shutdown()
    server.server_close()


def signature(key):
    signed = {"timestamp": "1772000000", "token": "a" * 50}
    text = f"{signed['timestamp']}{signed['token']}".encode()
    return {**signed, "signature": hmac.new(key.encode(), text, hashlib.sha256).hexdigest()}


def test_mailgun_as_it_is_documented_sends_and_hears_back(tmp_path, mailgun):
    asked, url = mailgun
    values = documented("#### Mailgun, step by step")
    told = {
        # "encore:RANDOM_OF_TWELVE_OR_MORE", as the address in the docs has it
        "authorization": "Basic ZW5jb3JlOlJBTkRPTV9PRl9UV0VMVkVfT1JfTU9SRQ==",
        # One kind that Encore has nothing to do for: no database is asked.
        "event": {"event-data": {"event": "opened", "timestamp": 1772000000, "recipient": "ann@example.com"}},
        "signatures": [signature("SIGNING_KEY"), signature("KEY")],
    }

    done = subprocess.run(
        [sys.executable, "-c", SEND, json.dumps(told)],
        cwd=settings.BASE_DIR,
        env=environment(tmp_path, {**values, "ANYMAIL_MAILGUN_API_URL": url}),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    ((path, authorization, body),) = asked
    assert path == "/v3/mg.example.com/messages"
    assert authorization == "Basic YXBpOktFWQ=="  # api:KEY
    assert "v%3Atouch=TOKEN" in body
    assert done.stdout.splitlines()[-1] == "[200, 400]"


def addresses():
    """Each EMAIL_URL of the docs with what its row says it also needs."""
    rows = re.findall(r"^\|[^|]*\| `(anymail\+[a-z-]+://[^`]*)` \|([^|]*)\|$", DOCS, re.MULTILINE)
    named = [(url.replace("NAME", "postmark"), re.findall(r"`(ANYMAIL_\w+)`", also)) for url, also in rows]
    plain = re.findall(r"^EMAIL_URL=(smtp\S+)$", DOCS, re.MULTILINE)
    return [*named, *((url, []) for url in plain)]


def build(tmp_path, url, also):
    code = "from django.core import mail; print(type(mail.get_connection()).__module__)"
    values = {"EMAIL_URL": url, **dict.fromkeys(also, "https://provider.example.com")}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=environment(tmp_path, values),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("url", "also"), addresses())
def test_every_documented_address_makes_a_way_to_send(tmp_path, url, also):
    done = build(tmp_path, url, also)

    if "amazon-ses" in url:
        assert done.stderr.splitlines()[-1].endswith("which needs a library more: .venv/bin/pip install boto3")
        return
    assert done.returncode == 0, done.stderr
    module = done.stdout.strip()
    scheme = url.partition(":")[0].removeprefix("anymail+").replace("-", "_")
    assert module == (f"anymail.backends.{scheme}" if "anymail" in url else "chains.channels.email.smtp")


def test_every_provider_stands_in_the_docs():
    from chains.channels.email.sending_settings import ANYMAIL_KEYS

    table = DOCS.partition("| provider | `EMAIL_URL`")[2].partition("####")[0]

    assert [name for name in ANYMAIL_KEYS if f"+{name}:" not in table and f"`{name}`" not in table] == []


@pytest.mark.parametrize("url", [url for url, also in addresses() if also])
def test_what_a_provider_cannot_do_without_is_asked_for_by_name(tmp_path, url):
    done = build(tmp_path, url, [])

    assert done.returncode == 1
    assert "which cannot send without ANYMAIL_" in done.stderr


@pytest.mark.parametrize("name", ["EMAIL_URL", "INBOX_URL", "SITE_URL", "DATABASE_URL"])
def test_words_behind_a_value_are_not_taken_for_a_part_of_it(tmp_path, name):
    done = subprocess.run(
        [sys.executable, "-c", "from config import settings"],
        cwd=settings.BASE_DIR,
        env=environment(tmp_path, {name: "smtp://mail.example.com    # the mail server"}),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert f"{name} holds a space" in done.stderr
