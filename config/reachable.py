"""`python -m config.reachable URL`: whether a database or a broker answers there."""

import sys
from urllib.parse import urlparse

import psycopg
from kombu import Connection

from config import broker
from config.environment.environment import POSTGRES_SCHEMES

PATIENCE = 3


def answers(url: str) -> bool:
    if urlparse(url).scheme in POSTGRES_SCHEMES:
        return _database_answers(url)
    return broker.answers(Connection(url, connect_timeout=PATIENCE), PATIENCE)


def _database_answers(url: str) -> bool:
    # The named database is made by the tests; the one everybody may enter tells whether the server is there.
    server = url[: url.rindex("/")] + "/postgres"
    try:
        psycopg.connect(server, connect_timeout=PATIENCE).close()
    except psycopg.OperationalError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(not answers(sys.argv[1]))
