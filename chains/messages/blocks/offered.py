"""Products that a letter offers, as rows: recommendations and bundles draw and tell them alike."""

from __future__ import annotations

from decimal import Decimal

from chains.messages import wording
from chains.messages.blocks.bought import words_cell
from chains.messages.links import is_web
from chains.messages.page import Page, if_filled
from chains.messages.written import Block
from crm.recommendations.recommendations import Recommendation
from crm.shop_currency import shop_currency

NOTHING = {"name": "", "price": "", "reason": "", "picture_url": "", "url": ""}


def offered(one: Recommendation, reason: str, language: str) -> dict[str, str]:
    return {
        "name": one.name,
        "price": price_words(one.price, language),
        "reason": reason,
        "picture_url": one.picture_url if is_web(one.picture_url) else "",
        "url": one.url if is_web(one.url) else "",
    }


def price_words(price: Decimal | None, language: str) -> str:
    return "" if price is None else wording.money(price, shop_currency(), language)


def padded(rows: list[dict[str, str]], most: int) -> list[dict[str, str]]:
    """As many in every letter, so that each has its place among the letter's links."""
    return [*rows, *[NOTHING] * (most - len(rows))][:most]


class OfferRow:
    """The product at a place of a block's list, and its link where it has a page."""

    def __init__(self, block: Block, place: int, page: Page) -> None:
        self.item = f"{block.shown}.products[{place}]"
        self.name = f"{self.item}.name"
        self.link = page.link_of(if_filled(block.flag, f"{{{{ {self.item}.url }}}}"))

    @property
    def html(self) -> str:
        """Without a picture the name begins where the picture would."""
        picture = self._linked(
            f'<img src="{{{{ {self.item}.picture_url }}}}" width="72" alt="" '
            'style="display:block;width:72px;border:0;border-radius:8px">'
        )
        cell = f'<td width="72" style="padding:6px 16px 6px 0;vertical-align:middle">{picture}</td>'
        name = self._linked(f"<strong>{{{{ {self.name} }}}}</strong>", "display:block;padding:4px 0;color:inherit")
        price = if_filled(f"{self.item}.price", f"<div>{{{{ {self.item}.price }}}}</div>")
        reason = if_filled(
            f"{self.item}.reason",
            f'<div class="faint" style="font-size:14px;color:#5d6862">{{{{ {self.item}.reason }}}}</div>',
        )
        row = (
            f"\n<tr>{if_filled(f'{self.item}.picture_url', cell)}{words_cell(self.item)}{name}{price}{reason}</td></tr>"
        )
        return if_filled(self.name, row)

    @property
    def text(self) -> str:
        return if_filled(self.name, self._told(f"{{{{ {self.name} }}}}") + if_filled(self.link, self._below))

    @property
    def marked(self) -> str:
        """For messengers, whose words carry links."""
        name = f"<b>{{{{ {self.name} }}}}</b>"
        linked = if_filled(self.link, f'<a href="{{{{ {self.link} }}}}">{name}</a>', name)
        return if_filled(self.name, self._told(linked) + "\n\n")

    @property
    def _below(self) -> str:
        return f"{{{{ {self.link} }}}}\n"

    def _told(self, name: str) -> str:
        price = if_filled(f"{self.item}.price", f", {{{{ {self.item}.price }}}}")
        reason = if_filled(f"{self.item}.reason", f"{{{{ {self.item}.reason }}}}\n")
        return f"{name}{price}\n{reason}"

    def _linked(self, drawn: str, style: str = "") -> str:
        styled = f' style="{style}"' if style else ""
        return if_filled(self.link, f'<a href="{{{{ {self.link} }}}}"{styled}>{drawn}</a>', drawn)
