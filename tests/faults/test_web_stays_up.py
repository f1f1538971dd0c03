"""The web server of `manage.py start` in processes of its own, among connections that mean it no good."""

import contextlib
import http.client
import socket

import pytest

from config.database.cluster import free_port
from config.management.commands.start import children
from tests.faults.celery_processes import Processes, address_of_database, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

# Shorter than a body may take to come: a thread held by a silent one would be missed.
PATIENCE = 20
HOST = b"Host: 127.0.0.1\r\n"
BEGINNINGS = {
    "says nothing": b"",
    "stops in the headers": b"GET /admin/login/ HTTP/1.1\r\nHo",
    "sends no body": b"POST /v1/track HTTP/1.1\r\n" + HOST + b"Content-Length: 500\r\n\r\n",
    "sends less than it said": b"POST /m/f/none/ HTTP/1.1\r\n" + HOST + b"Content-Length: 500\r\n\r\nemail=a",
    "sends pieces without an end": b"POST /hooks/none/ HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n",
    "says to be staff who upload": b"POST /admin/crm/order/import/ HTTP/1.1\r\n" + HOST + b"Cookie: sessionid=none\r\n"
    b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 50000000\r\n\r\n--b\r\n",
}
OF_EACH = 15
HUGE = 200_000_000
DOORS = ["/hooks/none/", "/v1/track", "/api/v1/orders", "/m/f/none/", "/m/u/none/", "/hooks/mail/mailgun/inbound/"]


@pytest.fixture
def web(tmp_path):
    processes = Processes(tmp_path, address_of_database(), ("127.0.0.1", 1))
    processes.temporary = tmp_path / "temporary"
    processes.temporary.mkdir()
    processes.environment["TMPDIR"] = str(processes.temporary)
    processes.port = free_port()
    command = children("127.0.0.1", processes.port, processes.environment)[0].command
    processes.start("web", *command[2:])
    wait_for(lambda: is_listening(processes.port), told=processes.everything)
    yield processes
    processes.kill()


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def ask(web, method, path, **request):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", web.port, timeout=PATIENCE)) as connection:
        connection.request(method, path, **request)
        return connection.getresponse().status


def megabytes(size):
    return iter([b"a" * 1_000_000] * (size // 1_000_000))


def test_pages_and_doors_answer_while_others_hold_connections_and_send_nothing(web):
    with contextlib.ExitStack() as held:
        for _time in range(OF_EACH):
            for beginning in BEGINNINGS.values():
                connection = held.enter_context(socket.create_connection(("127.0.0.1", web.port)))
                connection.sendall(beginning)

        pages = [ask(web, "GET", path) for path in ("/admin/login/", "/static/encore/admin.css", "/m/u/none/")]
        posts = [ask(web, "POST", path, body=b"{}") for path in ("/hooks/none/", "/v1/track")]

    assert pages == [200, 200, 404], web.everything()
    assert posts == [404, 401], web.everything()


@pytest.mark.parametrize("is_told", [True, False], ids=["its length is told", "it comes in pieces"])
def test_a_huge_body_is_refused_at_every_door_and_nothing_of_it_is_written(web, is_told):
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    headers |= {"Content-Length": str(HUGE)} if is_told else {"Transfer-Encoding": "chunked"}

    answers = {
        path: ask(web, "POST", path, body=megabytes(HUGE), headers=headers, encode_chunked=not is_told)
        for path in DOORS
    }

    assert answers == dict.fromkeys(DOORS, 413), web.everything()
    assert list(web.temporary.iterdir()) == []
