import re
import socket
import time

import pytest
from aiosmtpd.controller import Controller


class Sink:
    def __init__(self):
        self.message_ids = []
        self.letters = []
        self.seconds_a_letter = 0

    async def handle_DATA(self, server, session, envelope):
        self.message_ids.append(re.search(rb"^Message-ID: (\S+)\r$", envelope.content, re.MULTILINE)[1].decode())
        self.letters.append(envelope.content)
        if self.seconds_a_letter:
            time.sleep(self.seconds_a_letter)
        return "250 OK"


@pytest.fixture
def sink():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    yield controller
    controller.stop()
