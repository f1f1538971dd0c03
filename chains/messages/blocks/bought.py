"""What was bought and kept, with its picture, how many and the price."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chains.messages.blocks.field import BlockField, Input
from chains.messages.blocks.kind import BlockKind, LetterPart
from chains.messages.page import Page, if_filled, mjml_if_filled
from chains.messages.written import Block

MAIN, ALL = "main", "all"


def _letter(block: Block, page: Page) -> LetterPart:
    if block.content["shows"] == MAIN:
        html, text, path = product_row("product"), _line("product"), "product.name"
    else:
        html = f"{{% for line in order.lines %}}{product_row('line')}{{% endfor %}}"
        text = f"{{% for line in order.lines %}}{_line('line')}\n{{% endfor %}}"
        path = "order.products"
    return LetterPart(mjml_if_filled(path, f"<mj-text>{page.hide(table(html))}</mj-text>"), if_filled(path, text))


def table(rows: str) -> str:
    return f'<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">{rows}</table>'


def product_row(item: str) -> str:
    """Without a picture the name begins where the picture would."""
    picture = (
        '<td width="72" style="padding:6px 16px 6px 0;vertical-align:middle">'
        f'<img src="{{{{ {item}.picture_url }}}}" width="72" alt="" style="display:block;width:72px;border-radius:8px">'
        "</td>"
    )
    return (
        f"\n<tr>{if_filled(f'{item}.picture_url', picture)}{words_cell(item)}<strong>"
        f'{{{{ {item}.name }}}}</strong><br><span class="faint" style="color:#5d6862">{_amount(item)}</span></td></tr>'
    )


def words_cell(item: str) -> str:
    """Opened; as wide as the table where the row has no picture and others have."""
    return f'<td{if_filled(f"{item}.picture_url", "", " colspan=2")} style="padding:6px 0;vertical-align:middle">'


def _line(item: str) -> str:
    return f"{{{{ {item}.name }}}}, {_amount(item)}"


def _amount(item: str) -> str:
    return f"{{{{ {item}.quantity }}}} × {{{{ {item}.price }}}}"


BOUGHT = BlockKind(
    value="bought",
    label=_("What was bought"),
    icon="shopping_bag",
    help=_("Picture, name, number and price of what the customer bought and kept."),
    fields=(
        BlockField(
            name="shows",
            label=_("Shows"),
            input=Input.CHOICE,
            choices=((MAIN, _("the main thing bought")), (ALL, _("everything bought"))),
        ),
    ),
    letter=_letter,
)
