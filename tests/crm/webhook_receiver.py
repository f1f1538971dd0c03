"""Another system that takes webhooks, over HTTP on loopback: verifies each with `standardwebhooks`, answers as told."""

import http.server
import json
import threading
import time
from contextlib import contextmanager

from standardwebhooks.webhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Receiver:
    """`answers` are given one after the other as (status, body, headers), the last one for ever."""

    def __init__(self):
        self.answers = [(200, "", {})]
        self.heard = []
        self.ids = []
        self.headers = []
        self.secret = SECRET
        self.seconds_a_byte = 0
        self.seconds_a_byte_of_headers = 0

    def answers_with(self, *answers):
        self.answers = [
            (one, "", {}) if isinstance(one, int) else (*one, {}) if len(one) == 2 else one for one in answers
        ]

    @property
    def bodies(self):
        return [json.loads(body) for body in self.heard]


@contextmanager
def receiving():
    receiver = Receiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            Webhook(receiver.secret).verify(body, dict(self.headers))
            receiver.heard.append(body)
            receiver.ids.append(self.headers["webhook-id"])
            receiver.headers.append(dict(self.headers))
            status, text, headers = receiver.answers[0]
            if len(receiver.answers) > 1:
                receiver.answers.pop(0)
            self.send_response(status)
            if receiver.seconds_a_byte_of_headers:
                self.tell_headers_slowly(headers)
                return
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            if receiver.seconds_a_byte:
                self.answer_slowly(text.encode(), receiver.seconds_a_byte)
            else:
                self.wfile.write(text.encode())

        def tell_headers_slowly(self, headers):
            self.flush_headers()
            told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            self.answer_slowly(told.encode(), receiver.seconds_a_byte_of_headers)

        def answer_slowly(self, text, seconds_a_byte):
            for number in range(len(text)):
                try:
                    self.wfile.write(text[number : number + 1])
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(seconds_a_byte)

        def log_message(self, *_arguments):
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hooks"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
