"""How the worker and beat tell the supervisor that they are up."""

import sys
from typing import Any

READY = "Encore: ready for work"


def announce(**_signal: Any) -> None:
    sys.stdout.write(READY + "\n")
    sys.stdout.flush()
