"""From the name a shop gave an event to the kind it has here: “Product Viewed” is product_viewed."""

from __future__ import annotations

import hashlib
import re
import unicodedata

LONGEST = 100
# As passports and most shops spell them.
CYRILLIC = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
        "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
        "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu",
        "я": "ya", "і": "i", "ї": "i", "є": "ye", "ґ": "g", "ў": "u",
    }
)  # fmt: skip


def kind_of(name: str) -> str:
    """Lower-case Latin words joined by underscores, so that it is never one of Encore's own kinds, which have dots.

    Where letters of another script would be lost, or it would be too long, it ends with digits of the whole name.
    """
    spelled = unicodedata.normalize("NFKD", name.casefold().translate(CYRILLIC))
    plain = "".join(letter for letter in spelled if not unicodedata.combining(letter))
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    is_lost = any(letter.isalnum() and not letter.isascii() for letter in plain)
    if words and not is_lost and len(words) <= LONGEST:
        return words
    digits = hashlib.blake2s(name.encode(), digest_size=5).hexdigest()
    return f"{words[: LONGEST - len(digits) - 1] or 'event'}_{digits}"
