"""A picture as somebody's camera made it, as one that letters can carry: small, upright, and telling nothing more."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 20_000_000
MOST_PIXELS = 50_000_000
# Twice the 600 px of a letter, for screens with fine points.
WIDEST = 1200
TALLEST = 4000
AIMED_BYTES = 200_000
FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
QUALITIES = (85, 75, 65, 55)
COLORS = 256


class PictureError(ValueError):
    """Why a file is not taken, in words."""


@dataclass(frozen=True)
class Shrunk:
    data: bytes
    extension: str
    width: int
    height: int


def shrink(data: bytes) -> Shrunk:
    """At most WIDEST pixels wide, JPEG or, where something shows through, PNG; raises PictureError."""
    if len(data) > MOST_BYTES:
        raise PictureError(_("The picture is larger than %(most)d MB.") % {"most": MOST_BYTES // 1_000_000})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _shrunk(data)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise PictureError(_too_many_pixels()) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        if isinstance(error, PictureError):
            raise
        raise PictureError(_("This is no picture that can be read: choose a JPEG, PNG, GIF or WebP file.")) from None


def _shrunk(data: bytes) -> Shrunk:
    with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise PictureError(_too_many_pixels())
        upright = ImageOps.exif_transpose(opened)
        has_alpha = upright.has_transparency_data
        picture = upright.convert("RGBA" if has_alpha else "RGB")
    picture.thumbnail((WIDEST, TALLEST), Image.Resampling.LANCZOS)
    if has_alpha and picture.getchannel("A").getextrema() != (255, 255):
        return Shrunk(_png(picture), "png", picture.width, picture.height)
    picture = picture.convert("RGB")
    return Shrunk(_jpeg(picture), "jpg", picture.width, picture.height)


def _jpeg(picture: Image.Image) -> bytes:
    """The best that is small enough, or else the smallest. What a camera added stays behind."""
    for quality in QUALITIES:
        made = io.BytesIO()
        picture.save(made, "JPEG", quality=quality, optimize=True, progressive=True)
        if made.tell() <= AIMED_BYTES:
            break
    return made.getvalue()


def _png(picture: Image.Image) -> bytes:
    made = io.BytesIO()
    picture.save(made, "PNG", optimize=True)
    if made.tell() > AIMED_BYTES:
        made = io.BytesIO()
        picture.quantize(COLORS, method=Image.Quantize.FASTOCTREE).save(made, "PNG", optimize=True)
    return made.getvalue()


def _too_many_pixels() -> str:
    return _("The picture has more than %(most)d million pixels.") % {"most": MOST_PIXELS // 1_000_000}
