"""Between granian and Django: what a request becomes, how long its body may take, and how an answer leaves."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from config import body_limits
from config.gateway import answers, bodies, environ, gateway


class Protocol:
    """Granian's side: gives `pieces` and then, if it is silent, nothing more; remembers what was answered."""

    def __init__(self, *pieces, is_silent=False):
        self.pieces, self.is_silent, self.answered, self.taken = pieces, is_silent, [], 0

    async def __aiter__(self):
        for piece in self.pieces:
            self.taken += 1
            yield piece
        if self.is_silent:
            await asyncio.sleep(60)

    def response_bytes(self, status, headers, body):
        self.answered.append((status, dict(headers), body))

    def response_empty(self, status, headers):
        self.response_bytes(status, headers, b"")

    def response_stream(self, status, headers):
        self.response_bytes(status, headers, b"")
        return self

    async def send_bytes(self, piece):
        status, headers, body = self.answered[-1]
        self.answered[-1] = (status, headers, body + piece)


def scope(method="GET", path="/", headers=(), **told):
    return SimpleNamespace(
        proto="http", http_version="1.1", server="127.0.0.1:8000", client="203.0.113.9:4711", scheme="http",
        method=method, path=path, query_string=told.get("query", ""), authority=None,
        headers=SimpleNamespace(items=lambda: list(headers)),
    )  # fmt: skip


def run(coroutine):
    """In a thread of its own: a browser that another test drives has its loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def serve(wsgi, protocol, *of, **asked):
    run(gateway.serving(wsgi)(scope(*of, **asked), protocol))
    return protocol.answered


def echo(request, start):
    body = request["wsgi.input"].read()
    start("200 OK", [("Content-Type", "text/plain")])
    return [request["CONTENT_LENGTH"].encode(), b" ", body]


def test_a_request_is_told_as_wsgi_has_it():
    asked = scope(
        "POST", "/m/f/я%41/", [("host", "crm.example.com"), ("content-type", "text/plain"), ("x-one", "a"),
        ("x-one", "b"), ("cookie", "a=1"), ("cookie", "b=2"), ("x_forwarded_for", "10.0.0.1")], query="a=%20",
    )  # fmt: skip

    told = environ.of(asked)

    assert told["PATH_INFO"].encode("latin-1").decode() == "/m/f/я%41/"
    assert (told["REQUEST_METHOD"], told["QUERY_STRING"], told["CONTENT_TYPE"]) == ("POST", "a=%20", "text/plain")
    assert (told["HTTP_HOST"], told["REMOTE_ADDR"], told["SERVER_PORT"]) == ("crm.example.com", "203.0.113.9", "8000")
    assert (told["HTTP_X_ONE"], told["HTTP_COOKIE"]) == ("a,b", "a=1; b=2")
    assert "HTTP_X_FORWARDED_FOR" not in told


@pytest.mark.parametrize(
    ("headers", "pieces", "answered"),
    [
        ([("content-length", "4")], [b"ab", b"cd"], b"4 abcd"),
        ([("transfer-encoding", "chunked")], [b"ab", b"c"], b"3 abc"),
        ([], [], b"0 "),
    ],
)
def test_a_whole_body_reaches_the_application(headers, pieces, answered):
    told = serve(echo, Protocol(*pieces), method="POST", path="/v1/track", headers=headers)

    assert told == [(200, {"content-type": "text/plain"}, answered)]


@pytest.mark.parametrize(
    ("what", "protocol", "status"),
    [
        ("it never comes", Protocol(is_silent=True), 408),
        ("it stops in the middle", Protocol(b"ab", is_silent=True), 408),
        ("it breaks off", Protocol(b"ab"), 400),
    ],
)
def test_an_unfinished_body_takes_no_thread_and_ends_in_time(monkeypatch, what, protocol, status):
    monkeypatch.setattr(bodies, "SECONDS", 0.05)
    calls = []

    told = serve(lambda *call: calls.append(call), protocol, "POST", headers=[("content-length", "4")])

    assert ([answer[0] for answer in told], calls) == ([status], [])
    assert sum(bodies.held.values()) == 0


def test_no_more_is_held_at_once_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(bodies, "MOST_BYTES_TOGETHER", 3)

    told = serve(echo, Protocol(b"ab", b"cd"), "POST", headers=[("content-length", "4")])

    assert (told[0][0], told[0][1]["retry-after"]) == (503, "30")
    assert sum(bodies.held.values()) == 0


def test_of_a_body_that_says_to_be_too_large_nothing_is_read_for_who_asks_first():
    most = body_limits.PUBLIC.most
    asked = [("content-length", str(most + 1)), ("expect", "100-continue")]
    protocol = Protocol(b"ab")

    told = serve(echo, protocol, "POST", "/m/f/form/", asked)

    assert told == [(200, {"content-type": "text/plain"}, f"{most + 1} ".encode())]
    assert protocol.taken == 0


def test_a_file_of_staff_may_be_large_and_lies_on_the_disk():
    known = environ.of(scope("POST", "/admin/crm/order/import/", [("content-length", "5000000")]))

    body = run(bodies.read(known, Protocol(*[b"a" * 1_000_000] * 5), may_upload=True))

    with body:
        assert (body.size, len(body.file.read())) == (5_000_000, 5_000_000)
        assert body.file.fileno() > 0
    assert body.file.closed


@pytest.mark.django_db(transaction=True)
def test_only_staff_who_are_signed_in_may_bring_large_files(admin_client, client):
    known = environ.of(scope("POST", "/admin/crm/order/import/"))
    cookie = {"HTTP_COOKIE": f"sessionid={admin_client.cookies['sessionid'].value}"}

    assert bodies.may_upload(known | cookie) is True
    assert bodies.may_upload(known | {"HTTP_COOKIE": "sessionid=none"}) is False
    assert bodies.may_upload(known) is False


def test_a_long_answer_leaves_piece_by_piece_and_is_closed(monkeypatch):
    monkeypatch.setattr(answers, "KEPT_BYTES", 3)
    closed = []

    class Long(list):
        def close(self):
            closed.append(True)

    def application(request, start):
        start("200 OK", [("Content-Type", "text/csv")])
        return Long([b"ab", b"cd", b"ef"])

    told = serve(application, Protocol())

    assert told == [(200, {"content-type": "text/csv"}, b"abcdef")]
    assert closed == [True]


def test_an_answer_whose_reader_takes_nothing_is_broken_off(monkeypatch, caplog):
    monkeypatch.setattr(answers, "KEPT_BYTES", 1)
    monkeypatch.setattr(answers, "PIECE_SECONDS", 0.2)

    class Stuck(Protocol):
        async def send_bytes(self, piece):
            await asyncio.sleep(60)

    def application(request, start):
        start("200 OK", [])
        return [b"ab", b"cd"]

    serve(application, Stuck())

    assert "An answer is broken off" in caplog.text
