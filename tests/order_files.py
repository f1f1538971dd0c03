"""Orders of real shops. One file is shipped; those that may not be lie beside the checkout, or where one says."""

import json
import os
from pathlib import Path

from django.conf import settings

SHIPPED = Path(__file__).parent / "data"
NOT_SHIPPED = Path(os.environ.get("ENCORE_TEST_DATA") or settings.BASE_DIR.parent / "shared" / "data")
FIGURES = "REFERENCE.json"


def is_everything_here():
    return (NOT_SHIPPED / FIGURES).exists()


def order_file(name):
    shipped = SHIPPED / f"{name}.csv.gz"
    return shipped if shipped.exists() else NOT_SHIPPED / shipped.name


def reference(name):
    """What others counted in that file."""
    return json.loads((order_file(name).parent / FIGURES).read_text())[name]
