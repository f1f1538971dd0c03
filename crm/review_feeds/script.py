"""`GET /reviews.js`: puts the reviews where its tag stands in a page of the shop's site."""

from __future__ import annotations

from pathlib import Path

from crm.served_script import served

script = served(Path(__file__).with_name("reviews.js"))
