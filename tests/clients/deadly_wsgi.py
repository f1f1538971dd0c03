"""Encore, killed in its first life when each of the clients has sent something: all is kept, nobody has an answer."""

import os
import signal
import threading
from pathlib import Path

from config.wsgi import application as encore

DIED = Path(os.environ["ENCORE_VAR"]) / "died"
CLIENTS = int(os.environ["CLIENTS"])

_heard: set[str] = set()
_all_are_heard = threading.Event()


def application(environ, start_response):
    answer = encore(environ, start_response)
    if environ["REQUEST_METHOD"] == "POST" and not DIED.exists():
        _heard.add(environ.get("HTTP_AUTHORIZATION", "a browser, which says its key in the body"))
        if len(_heard) == CLIENTS:
            DIED.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        _all_are_heard.wait()
    return answer
