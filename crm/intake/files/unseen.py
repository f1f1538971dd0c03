"""Characters nobody sees, which came along from elsewhere: with them `Anna` is not `Anna`. They are taken out.

A NUL is left for the cells to refuse: it is a sign of a file that is no text. What joins letters or pictures stays.
"""

from __future__ import annotations

import re

# For `bytes.translate`: line breaks inside a cell become spaces, the rest goes.
CONTROLS = (
    bytes(0x20 if code in (0x0B, 0x0C) else code for code in range(256)),
    bytes((*range(1, 9), *range(0x0E, 0x20), 0x7F)),
)
BREAKS = "\x0b\x0c\x85\u2028\u2029"
UNSEEN = re.compile(
    f"[\x01-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    f"\ufeff\ufff9-\ufffb\ud800-\udfff{BREAKS}]"
)


def without_unseen(text: str) -> str:
    return UNSEEN.sub(lambda found: " " if found[0] in BREAKS else "", text)
