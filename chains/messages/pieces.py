"""Words too long for one message of a channel, in as few pieces as it takes, broken where one would pause. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

# Where a piece may end, the best place first.
PAUSES = ("\n\n", "\n", ". ", "! ", "? ", " ")


def pieces(words: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """`fits` says whether a channel takes so many words at once; what fits does so without its end, too."""
    rest = words.strip()
    while rest:
        if fits(rest):
            yield rest
            return
        end = _pause(rest[: _longest(rest, fits)])
        yield rest[:end].rstrip()
        rest = rest[end:].lstrip()


def _longest(words: str, fits: Callable[[str], bool]) -> int:
    """How many of its characters fit; one at least, or there would be no end to it."""
    fitting, too_many = 1, len(words)
    while too_many - fitting > 1:
        middle = (fitting + too_many) // 2
        fitting, too_many = (middle, too_many) if fits(words[:middle]) else (fitting, middle)
    return fitting


def _pause(words: str) -> int:
    """The end of the last pause in the second half; of all, where there is none."""
    for pause in PAUSES:
        found = words.rfind(pause, len(words) // 2)
        if found > 0:
            return found + len(pause)
    return len(words)
