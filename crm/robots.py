"""By what programs that fetch pages by themselves say that they do. Pure."""

from __future__ import annotations

import re

# Readers hold a Cubot in their hands, and nobody is a machine for the name of Talbot.
_NAMES = re.compile(
    r"(?<![a-z])(?:cubot|(?:ab|al|bar|ca|cha|cor|gui|ha|ja|ra|sa|tal|thi|tur)bott?(?![a-z]))", re.IGNORECASE
)
_ROBOT = re.compile(
    r"bots?(?![a-z])|crawl|spider|slurp|preview|headless|lighthouse|monitor|facebookexternalhit|facebookcatalog|"
    r"mediapartners|archiver",
    re.IGNORECASE,
)


def is_robot(user_agent: str) -> bool:
    """Those that run scripts as browsers do say so, the honest ones at least."""
    return not user_agent.strip() or _ROBOT.search(_NAMES.sub("", user_agent)) is not None
