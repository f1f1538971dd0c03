"""A worker process of the engine for measurements.

    python benchmarks/peers/engine_worker.py DATABASE SMTP_PORT [MOMENT]

Says "ready", waits for a line, then makes one whole pass at the moment and prints how many letters it sent; without
a moment it goes on by the running clock, pass after pass, until it is ended.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from pathlib import Path

IDLE_SECONDS = 0.1


def main() -> None:
    database, port, *moment = sys.argv[1:]
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    connection.settings_dict["NAME"] = database
    settings.ENCORE_RING, settings.EMAIL_BACKEND = False, "chains.channels.email.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(port)
    from chains.engine.run import run, tick
    from config.celery import spare_what_is_loaded

    spare_what_is_loaded()
    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    if moment:
        print(tick(dt.datetime.fromisoformat(moment[0]))["sent"], flush=True)
        return
    while True:
        run(lambda: dt.datetime.now(dt.UTC), 5)
        time.sleep(IDLE_SECONDS)


if __name__ == "__main__":
    main()
