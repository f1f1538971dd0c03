"""A mail server that takes letters, and at a named point of the talk hangs, drips, hangs up or refuses."""

import re
import socketserver
import threading
import time
from collections import Counter

POINTS = ("greeting", "mail", "rcpt", "data", "content", "dot", "quit")
HANG, DRIP, DROP = "hang", "drip", "drop"
DRIPS, DRIP_SECONDS = 300, 0.1


class MailServer(socketserver.ThreadingTCPServer):
    """`troubles`: what happens at a point: hang, drip, drop or the words of an answer. `only`: at these recipients.

    `hangs_up`: the points after whose refusals the connection is closed.

    `arrived` counts, by Message-ID, the letters taken whole and not refused: their customers may get them.
    """

    allow_reuse_address = daemon_threads = True

    def __init__(self, *, pipelines=False):
        self.pipelines = pipelines
        self.troubles, self.only, self.hangs_up = {}, set(), set()
        self.arrived, self.connections, self.drips = Counter(), 0, 0
        self.is_over = threading.Event()
        super().__init__(("127.0.0.1", 0), _Talk)

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return super().__enter__()

    def __exit__(self, *error):
        self.is_over.set()
        self.shutdown()
        super().__exit__(*error)


class _HungUp(Exception):
    pass


class _Talk(socketserver.StreamRequestHandler):
    """One connection; replies are written at once."""

    def handle(self):
        self.server.connections += 1
        self.recipient = ""
        try:
            self.answer("greeting", "220 mail.example.com")
            while line := self.rfile.readline():
                self.take(line.decode().strip())
        except (_HungUp, OSError):
            return

    def take(self, command):
        verb = command[:4].upper()
        if verb == "EHLO":
            self.say("250-mail.example.com\r\n250-PIPELINING" if self.server.pipelines else "250-mail.example.com")
            self.say("250 8BITMIME")
        elif verb == "RCPT":
            self.recipient = re.search(r"<(.*)>", command)[1]
            self.answer("rcpt", "250 OK")
        elif verb == "DATA":
            if self.answer("data", "354 Go on").startswith("354"):
                self.take_letter()
        elif verb == "QUIT":
            self.answer("quit", "221 Bye")
            raise _HungUp
        else:
            self.answer(verb.lower(), "250 OK")

    def take_letter(self):
        self.answer("content", "")
        lines = list(iter(self.rfile.readline, b".\r\n"))
        letter = re.search(rb"^Message-ID: (\S+)\r$", b"".join(lines), re.MULTILINE)
        # What a client that talks ahead sends after a refused envelope is empty.
        number = letter and letter[1].decode()
        trouble = self.trouble("dot")
        if number and not trouble[:1].isdigit():
            self.server.arrived[number] += 1
        self.answer("dot", "250 Taken")

    def trouble(self, point):
        is_meant = not self.server.only or self.recipient in self.server.only
        return self.server.troubles.get(point, "") if is_meant else ""

    def answer(self, point, words):
        trouble = self.trouble(point)
        if trouble == DROP:
            raise _HungUp
        if trouble == HANG:
            self.server.is_over.wait()
            raise _HungUp
        while trouble == DRIP and self.server.drips < DRIPS:
            self.say(f"{words[:3]}-Still thinking")
            self.server.drips += 1
            time.sleep(DRIP_SECONDS)
        trouble = "" if trouble == DRIP else trouble
        words = trouble or words
        if words:
            self.say(words)
        if words.startswith("421") or (trouble and point in self.server.hangs_up):
            raise _HungUp
        return words

    def say(self, words):
        self.wfile.write(f"{words}\r\n".encode())
