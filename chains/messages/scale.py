"""The rating scale that stands in words: five numbers to press."""

from __future__ import annotations

import re

SCALE = re.compile(r"{{-?\s*rating_scale\s*-?}}")


def squares(html: str, color: str) -> str:
    """The scale as five squares; without styles it stays five links in a row."""
    style = (
        f"display:inline-block;width:42px;line-height:44px;margin:0 3px 6px 0;border:1px solid {color};"
        f"border-radius:8px;text-align:center;font-weight:600;text-decoration:none;color:{color}"
    )
    links = " ".join(
        f'<a href="{{{{ rate_url }}}}?score={score}" class="square" style="{style}">{score}</a>'
        for score in range(1, 6)
    )
    return SCALE.sub(lambda _found: links, html)


def as_words(text: str) -> str:
    return SCALE.sub("1 2 3 4 5: {{ rate_url }}", text)
