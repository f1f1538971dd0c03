"""Words of mail servers, from server_words.toml beside it."""

from __future__ import annotations

import tomllib
from pathlib import Path

_WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def pattern(topic: str, name: str) -> str:
    """A group for a regular expression that matches any of the wordings."""
    return f"(?:{'|'.join(line for line in _WORDS[topic][name].splitlines() if line)})"
