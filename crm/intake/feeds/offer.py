"""What a catalogue feed says about one product, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass

# Looks the same and parts nothing: in the name of one category a slash is part of the name.
SLASH_IN_A_NAME = "⁄"


@dataclass(frozen=True)
class Offer:
    """All as written in the feed, empty where it says nothing. `category` is from the outside in."""

    id: str
    vendor_code: str = ""
    name: str = ""
    category: tuple[str, ...] = ()
    price: str = ""
    currency: str = ""
    cost: str = ""
    url: str = ""
    picture_url: str = ""
    is_in_stock: bool = True
    related: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return " / ".join(name.replace("/", SLASH_IN_A_NAME).strip() for name in self.category if name.strip())


class FeedError(ValueError):
    """The feed as a whole cannot be read, in words."""
