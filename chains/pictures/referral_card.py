"""A picture to forward with a recommendation: what the friend gets, the code, and the link as a square to scan."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

FONTS = Path(__file__).with_name("fonts")
INK, SOFT, PAPER = "#1f2a25", "#5d6862", "#ffffff"
MARGIN = 64
PADDING = 56


@dataclass(frozen=True)
class CardWords:
    shop: str
    heading: str
    offer: str
    code: str
    link: str
    hint: str


@dataclass(frozen=True)
class CardForm:
    width: int
    height: int
    square: int
    """Of the code to scan."""
    is_tall: bool = False


FORMS = {"card": CardForm(1200, 630, 300), "story": CardForm(1080, 1920, 560, is_tall=True)}


def draw_card(words: CardWords, form: CardForm, color: str) -> bytes:
    """A PNG on the shop's colour."""
    picture = Image.new("RGB", (form.width, form.height), color)
    draw = ImageDraw.Draw(picture)
    top = MARGIN if not form.is_tall else form.height // 8
    paper = (MARGIN, top, form.width - MARGIN, form.height - top)
    draw.rounded_rectangle(paper, radius=36, fill=PAPER)
    (_draw_tall if form.is_tall else _draw_wide)(picture, draw, words, form, paper, color)
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()


Box = tuple[int, int, int, int]


def _draw_wide(
    picture: Image.Image, draw: ImageDraw.ImageDraw, words: CardWords, form: CardForm, paper: Box, color: str
) -> None:
    left, top, right, bottom = paper
    picture.paste(_square(words.link, form.square), (right - PADDING - form.square, top + PADDING))
    hint_at = (right - PADDING - form.square // 2, top + PADDING + form.square + 14)
    draw.text(hint_at, words.hint, font=_font(24), fill=SOFT, anchor="ma")
    room = right - left - 3 * PADDING - form.square
    x, y = left + PADDING, top + PADDING
    y = _lines(draw, words.shop, (x, y), room, 34, color, most=1) + 14
    y = _lines(draw, words.heading, (x, y), room, 46, INK, most=2) + 10
    _lines(draw, words.offer, (x, y), room, 34, SOFT, most=2)
    draw.text((x, bottom - PADDING), words.code, font=_font(64, is_bold=True), fill=color, anchor="ls")


def _draw_tall(
    picture: Image.Image, draw: ImageDraw.ImageDraw, words: CardWords, form: CardForm, paper: Box, color: str
) -> None:
    left, top, right, bottom = paper
    room, x, y = right - left - 2 * PADDING, left + PADDING, top + PADDING
    y = _lines(draw, words.shop, (x, y), room, 48, color, most=2) + 24
    y = _lines(draw, words.heading, (x, y), room, 64, INK, most=3) + 20
    _lines(draw, words.offer, (x, y), room, 46, SOFT, most=3)
    middle = form.width // 2
    below = bottom - PADDING
    draw.text((middle, below), words.code, font=_font(92, is_bold=True), fill=color, anchor="ms")
    draw.text((middle, below - 120), words.hint, font=_font(36), fill=SOFT, anchor="ms")
    picture.paste(_square(words.link, form.square), (middle - form.square // 2, below - 190 - form.square))


def _lines(
    draw: ImageDraw.ImageDraw, text: str, at: tuple[int, int], room: int, size: int, fill: str, *, most: int
) -> int:
    """Write the words in as many lines as fit, and return where the next may begin."""
    font = _font(size, is_bold=fill != SOFT)
    x, y = at
    for line in _folded(draw, text, font, room, most):
        draw.text((x, y), line, font=font, fill=fill)
        y += round(size * 1.28)
    return y


def _folded(draw: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont, room: int, most: int) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and draw.textlength(longer, font=font) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    kept = [_cut(draw, line, font, room) for line in lines[:most]]
    return kept if len(lines) <= most else [*kept[:-1], _cut(draw, kept[-1] + "…", font, room)]


def _cut(draw: ImageDraw.ImageDraw, line: str, font: ImageFont.FreeTypeFont, room: int) -> str:
    while draw.textlength(line, font=font) > room:
        line = line.removesuffix("…")[:-1] + "…"
    return line


def _square(link: str, side: int) -> Image.Image:
    """With the quiet margin that cameras need, on white."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=2)
    code.add_data(link)
    code.make(fit=True)
    code.box_size = side // (code.modules_count + 2 * code.border)
    drawn = code.make_image(fill_color=INK, back_color=PAPER).get_image().convert("RGB")
    square = Image.new("RGB", (side, side), PAPER)
    edge = (side - drawn.width) // 2
    square.paste(drawn, (edge, edge))
    return square


@cache
def _font(size: int, *, is_bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / ("DejaVuSans-Bold.ttf" if is_bold else "DejaVuSans.ttf"), size)
