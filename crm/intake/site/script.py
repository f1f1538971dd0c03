"""`GET /encore.js`: which pages somebody looks at, told by the shop's site."""

from __future__ import annotations

from pathlib import Path

from crm.served_script import served

script = served(Path(__file__).with_name("encore.js"))
